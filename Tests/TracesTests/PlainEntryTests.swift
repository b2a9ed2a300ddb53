import TestSupport
import Testing
import Tokenization

@testable import Traces

/// The fast way of reading a listed token must see what the careful way sees, or nothing.
@Suite struct PlainEntryTests {
  /// Bytes behind the entry, so that it is not too near the end.
  static let behind = String(repeating: " ", count: PlainEntry.longest)

  private func plain(_ text: String) -> PlainEntry? {
    Array((text + Self.behind).utf8).withUnsafeBufferPointer { bytes in
      bytes.baseAddress.flatMap { PlainEntry($0, at: 0, before: bytes.count) }
    }
  }

  private func word(_ name: String) -> UInt64 {
    name.utf8.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  @Test func `the names are the ones they stand for`() {
    #expect(PlainEntry.tokenID == word("token_id"))
    #expect(PlainEntry.logprob == word("logprob\""))
    #expect(PlainEntry.rank == word("rank\""))
    #expect(PlainEntry.decodedToken == (word("decoded_"), word("token\"")))
  }

  @Test func `members in any order are read`() throws {
    let entry = try #require(
      plain(#"{"rank": 2, "logprob":-1.25e-05, "token_id": 42,"decoded_token":" Hé"}"#))
    #expect(entry.token == 42 && entry.rank == 2 && entry.logprob == -1.25e-5 && entry.decimals == 7)
    #expect(
      entry.end == #"{"rank": 2, "logprob":-1.25e-05, "token_id": 42,"decoded_token":" Hé"}"#.utf8.count)
    #expect(try #require(plain(#"{"logprob":-0.5}"#)).token == nil)
  }

  @Test(arguments: [
    "{}", "[]", #"{"token_id":  1}"#, #"{ "token_id" : 1}"#, #"{"token_id":1.0}"#, #"{"token_id":-1}"#,
    #"{"token_id":"1"}"#,
    #"{"token_id":1234567890}"#, #"{"token_ids":1}"#, #"{"logprob":null}"#, #"{"logprob":NaN}"#,
    #"{"logprob":-}"#,
    #"{"logprob":1.}"#, #"{"logprob":-1e5}"#, #"{"logprob":0.12345678901234567890}"#, #"{"logprob":1e-400}"#,
    #"{"rank":0}"#, #"{"logprob":-0.125,"logprob":-0.5}"#,
    #"{"rank":null}"#, #"{"token_id":1,}"#, #"{"token_id":1]"#, #"{"decoded_token":"\n"}"#,
    #"{"decoded_token":null}"#,
    #"{"bytes":[1]}"#, #"{"rank":1,"rank":1,"rank":1,"rank":1,"rank":1}"#,
  ])
  func `whatever is not plain is left to the careful way`(text: String) {
    #expect(plain(text) == nil)
  }

  @Test func `too near the end nothing is read`() {
    let text = Array(#"{"token_id":1}"#.utf8)
    text.withUnsafeBufferPointer { bytes in
      #expect(bytes.baseAddress.flatMap { PlainEntry($0, at: 0, before: bytes.count) } == nil)
    }
  }

  @Test(arguments: 0..<100 as Range<UInt64>)
  func `both ways agree on every list`(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let entries = (0..<20).map { _ in
      let logprob =
        [
          "\(-10 * generator.normal().magnitude)", "\(Double(Float(-generator.normal().magnitude)))",
          "-1e-05", "-9999.0",
          "-0.0", "-12", "NaN",
        ].randomElement(using: &generator) ?? ""
      let members = [
        "\"token_id\": \(generator.next() >> 40)", "\"logprob\":\(logprob)",
        "\"rank\": \(1 + generator.next() >> 50)",
        "\"decoded_token\": \"x\"",
      ].shuffled(using: &generator)
      return "{\(members.joined(separator: Bool.random(using: &generator) ? ", " : ","))}"
    }
    let list = "[" + entries.joined(separator: ", ") + "]"
    // Two spaces make every entry unusual.
    let unusual = list.replacing("{", with: "{  ")
    let fast = try rows(of: list + Self.behind)
    let careful = try rows(of: unusual + Self.behind)
    #expect(fast.tokens.map(\.token) == careful.tokens.map(\.token))
    #expect(fast.tokens.map(\.rank) == careful.tokens.map(\.rank))
    #expect(fast.tokens.map(\.logprob.bitPattern) == careful.tokens.map(\.logprob.bitPattern))
    #expect(fast.decimals == careful.decimals)
    #expect(fast.tokens.count == 20)
  }

  private func rows(of list: String) throws -> ListedRows {
    let bytes = Array("[\(list)]".utf8)
    return try bytes.withUnsafeBytes { text in
      var reader = RecordReader(text, range: 0..<text.count)
      return try #require(try reader.takePositionList())
    }
  }
}
