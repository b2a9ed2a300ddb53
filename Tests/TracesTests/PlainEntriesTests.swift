import CJSONScan
import TestSupport
import Testing
import Tokenization

@testable import Traces

/// Entries that are taken many at once must be those that are read one by one, or be left to that.
@Suite struct PlainEntriesTests {
  private static let behind = String(repeating: " ", count: PlainEntry.longest)

  private func scanned(_ text: String) -> (count: Int, first: json_scan_entry) {
    let bytes = Array((text + Self.behind).utf8)
    var found = [json_scan_entry](repeating: json_scan_entry(), count: 4)
    let count = json_scan_entries(bytes, 0, bytes.count, &found, found.count)
    return (count, found[0])
  }

  private func head(_ text: String) -> json_scan_entry? {
    let bytes = Array((text + Self.behind).utf8)
    var found = json_scan_entry()
    return json_scan_head(bytes, 0, bytes.count, &found) ? found : nil
  }

  @Test func `members in any order are taken`() {
    let text = #"{"rank": 2, "logprob":-11.25e-05, "token_id": 42,"decoded_token":" Hé"}"#
    let (count, entry) = scanned(text.replacing(#","decoded_token":" Hé""#, with: ""))
    #expect(count == 1 && entry.token == 42 && entry.rank == 2)
    #expect(entry.mantissa == 1125 && entry.decimals == 7 && entry.is_negative && !entry.has_text)
    #expect(scanned(#"{"token_id":7,"decoded_token":" Hé"}"#).first.has_text)
    #expect(scanned(#"{"token_id":7}"#).first.has_logprob == false)
    #expect(scanned(#"{"token_id":7}, {"token_id":8},{"token_id": 9},  {"token_id":1}"#).count == 3)
  }

  @Test(arguments: [
    "{}", "[]", #"{"token_id":  1}"#, #"{ "token_id" : 1}"#, #"{"token_id":1.0}"#, #"{"token_id":-1}"#,
    #"{"token_id":"1"}"#, #"{"token_id":123456789}"#, #"{"token_ids":1}"#, #"{"logprob":-0.5}"#,
    #"{"token_id":1,"logprob":null}"#, #"{"token_id":1,"logprob":NaN}"#, #"{"token_id":1,"logprob":-}"#,
    #"{"token_id":1,"logprob":1.}"#, #"{"token_id":1,"logprob":-1e5}"#,
    #"{"token_id":1,"logprob":0.12345678901234567}"#, #"{"token_id":1,"logprob":1234.123456789012345}"#,
    #"{"token_id":1,"logprob":1e-28}"#, #"{"token_id":1,"rank":0}"#, #"{"token_id":1,"rank":null}"#,
    #"{"token_id":1,}"#, #"{"token_id":1]"#, #"{"token_id":1,"decoded_token":"\\n"}"#,
    #"{"token_id":1,"decoded_token":null}"#, #"{"token_id":1,"bytes":[1]}"#,
    #"{"token_id":1,"rank":1,"rank":1,"rank":1,"rank":1}"#,
    #"{"token_id": 1, "logprob": -0.123456789012345, "rank": 123456}"#,
    #"{"token_id":1,"decoded_token":"0123456789012345678901234567890123456789"}"#,
    #"{"token_id":1,"top_logprobs":[]}"#, #"{"token_id":1,"logprob":-0.125,"logprob":-0.5}"#,
  ])
  func `whatever is not plain is left`(text: String) {
    #expect(scanned(text).count == 0)
  }

  @Test(arguments: [
    (#"{"token_id": 33, "logprob": -2.982189, "rank": 5}"#, 33, 2_982_189, 6, true, 5),
    (#"{"token_id":33,"logprob":-2.982189,"rank":5}"#, 33, 2_982_189, 6, true, 5),
    (
      #"{"token_id": 12345678, "logprob": -12.5, "rank": 87654321}"#, 12_345_678, 125, 1, true,
      87_654_321
    ),
    (#"{"token_id": 0, "logprob": 0.00000001, "rank": 1}"#, 0, 1, 8, false, 1),
    (#"{"token_id": 0, "logprob": -0.0, "rank": 1}"#, 0, 0, 1, true, 1),
    (#"{"token_id": 7, "logprob": -1.123456789, "rank": 2}"#, 7, 1_123_456_789, 9, true, 2),
    (#"{"token_id": 7, "logprob": -1.5e-05, "rank": 2}"#, 7, 15, 6, true, 2),
    (#"{"token_id": 7, "logprob": -3, "rank": 2}"#, 7, 3, 0, true, 2),
  ])
  func `entries in the usual layout are taken`(
    text: String, token: Int32, mantissa: UInt64, decimals: Int32, isNegative: Bool, rank: Int32
  ) {
    let (count, entry) = scanned(text + ", " + text)
    #expect(count == 2 && Int(entry.end) == text.utf8.count)
    #expect(entry.token == token && entry.rank == rank && entry.has_logprob && !entry.has_text)
    #expect(
      entry.mantissa == mantissa && entry.decimals == decimals && entry.is_negative == isNegative)
  }

  @Test(arguments: [
    #"{"token_id": 33, "logprob": -2.982189, "rank": 5}"#, #"{"token_id":33,"logprob":-2.982189,"rank":5}"#,
  ])
  func `one other byte in the usual layout is read as the careful way reads it`(usual: String) {
    let bytes = Array(usual.utf8)
    for place in bytes.indices {
      for byte in "79-.,:}{\"x e+".utf8 {
        var changed = bytes
        changed[place] = byte
        let text = String(decoding: changed, as: UTF8.self)
        let row = { (list: String) in #"{"token_id": 1, "logprob": -0.5, "top_logprobs": [\#(list)]}"# }
        let fast = try? rows(of: row(text), nil)
        let careful = try? rows(of: row(text).replacing("{", with: "{  "), nil)
        #expect(fast?.tokens.map(Self.words) == careful?.tokens.map(Self.words), "\(text)")
        #expect(fast?.decimals == careful?.decimals, "\(text)")
      }
    }
  }

  @Test func `the members before a list are taken`() throws {
    let text = #"{"token_id": 49151, "logprob": -12.345678, "rank": 1234, "top_logprobs": [{"token_id": 1}]}"#
    let entry = try #require(head(text))
    #expect(entry.token == 49151 && entry.mantissa == 12_345_678 && entry.decimals == 6 && entry.rank == 1234)
    #expect(Array(text.utf8)[entry.end] == UInt8(ascii: "["))
    #expect(head(#"{"token_id": 1, "rank": 1}"#) == nil)
    #expect(head(#"{"token_id": 1, "top_logprobs": null}"#) == nil)
    #expect(head(#"{"top_logprobs": []}"#) == nil)
  }

  @Test func `too near the end nothing is taken`() {
    let bytes = Array(#"{"token_id":1}"#.utf8)
    var found = json_scan_entry()
    #expect(json_scan_entries(bytes, 0, bytes.count, &found, 1) == 0)
    #expect(!json_scan_head(bytes, 0, bytes.count, &found))
  }

  @Test(arguments: 0..<16 as Range<UInt64>)
  func `both ways agree on every record`(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let content = (0..<60).map { _ in Self.row(&generator) }.joined(separator: ", ")
    // Two spaces make every entry unusual.
    let unusual = content.replacing("{", with: "{  ")
    for lookup in [nil, Self.lookup] {
      let fast = try rows(of: content, lookup)
      let careful = try rows(of: unusual, lookup)
      #expect(fast.rows.map { $0?.list } == careful.rows.map { $0?.list })
      #expect(
        fast.rows.map { $0?.emitted.map(Self.words) } == careful.rows.map { $0?.emitted.map(Self.words) })
      #expect(fast.rows.map { $0?.leftOut } == careful.rows.map { $0?.leftOut })
      #expect(fast.tokens.map(Self.words) == careful.tokens.map(Self.words))
      #expect(fast.decimals == careful.decimals)
      #expect(fast.names == careful.names)
      #expect(fast.rows.count == 60)
    }
  }

  private static let lookup = TokenLookup(
    Vocabulary(tokens: (0..<50).map { (id: TokenID($0), bytes: Array("x\($0)".utf8)) }))

  private static func words(_ token: ListedToken) -> [UInt64] {
    [
      UInt64(UInt32(bitPattern: token.token.rawValue)), token.logprob.bitPattern,
      UInt64(token.rank.map { UInt32(bitPattern: $0) } ?? 0),
    ]
  }

  private static func row(_ generator: inout SplitMix64) -> String {
    let list = (0..<generator.next() % 30).map { _ in "{\(members(&generator).joined(separator: ", "))}" }
    var own = members(&generator) + ["\"top_logprobs\": [\(list.joined(separator: ", "))]"]
    if generator.next() % 8 == 0 { own.shuffle(using: &generator) }
    return "{\(own.joined(separator: ", "))}"
  }

  private static func members(_ generator: inout SplitMix64) -> [String] {
    let id = generator.next() % 50
    let logprob =
      ["\(-10 * generator.normal().magnitude)", "-1e-05", "-9999.0", "-0.0", "-12", "-0.169262"]
      .randomElement(using: &generator) ?? ""
    var members = ["\"token_id\": \(id)", "\"logprob\": \(logprob)"]
    if generator.next() % 4 > 0 { members.append("\"rank\": \(1 + generator.next() >> 50)") }
    if generator.next() % 16 == 0 { members.append("\"decoded_token\": \"x\(generator.next() % 50)\"") }
    if generator.next() % 8 == 0 { members.shuffle(using: &generator) }
    return members
  }

  private func rows(of content: String, _ lookup: TokenLookup?) throws -> ListedRows {
    let bytes = Array("[\(content)]\(Self.behind)".utf8)
    return try bytes.withUnsafeBytes { text in
      var reader = RecordReader(text, range: 0..<text.count, lookup: lookup)
      return try #require(try reader.takeContent())
    }
  }
}
