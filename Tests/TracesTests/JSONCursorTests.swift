import TestSupport
import Testing

@testable import Traces

@Suite struct JSONCursorTests {
  /// Calls `body` with a cursor over this text alone: the bytes behind it are not there to be read.
  private func over<Value>(_ text: String, _ body: (inout JSONCursor) throws -> Value) rethrows -> Value {
    try Array(text.utf8).withUnsafeBytes { bytes in
      var cursor = JSONCursor(bytes, range: 0..<bytes.count)
      return try body(&cursor)
    }
  }

  private func fault(_ text: String, _ body: (inout JSONCursor) throws -> Void) -> JSONFault? {
    do {
      try over(text, body)
      return nil
    } catch { return error as? JSONFault }
  }

  // MARK: Numbers

  @Test(arguments: [
    ("-1.73306", -1.73306, 5), ("0", 0, 0), ("-0.0", -0.0, 1), ("1e-05", 1e-5, 5), ("-1.7E-05", -1.7e-5, 6),
    ("12E2", 1200, 0), ("1.5e1", 15, 0), ("-9999.0", -9999, 1),
    ("3.4028234663852886e+38", 3.4028234663852886e38, 0),
    ("-0.31710001826286316", -0.31710001826286316, 17), ("1e400", Double.infinity, 0),
    ("0.1000000000000000055511151231257827", 0.1, 34),
    ("123456789012345678901234567890", 1.2345678901234568e29, 0),
    ("Infinity", Double.infinity, 0), ("-Infinity", -Double.infinity, 0),
  ])
  func `numbers keep their value and tell their decimals`(text: String, value: Double, decimals: Int) throws {
    let number = try over(text) { try $0.takeNumber() }
    #expect(number == JSONNumber(value: value, decimals: decimals))
    #expect(number.value.sign == value.sign)
  }

  @Test func `NaN is a number`() throws {
    #expect(try over("NaN") { try $0.takeNumber() }.value.isNaN)
  }

  @Test(arguments: 0..<100 as Range<UInt64>)
  func `printed doubles and floats come back to the bit`(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    for _ in 0..<100 {
      let double = Double(bitPattern: generator.next())
      if double.isFinite { #expect(try over("\(double)") { try $0.takeNumber() }.value == double) }
      let float = Double(Float(-10 * generator.normal().magnitude))
      #expect(try over("\(float)") { try $0.takeNumber() }.value == float)
    }
  }

  @Test(arguments: ["-", "+1", ".5", "1.", "1e", "1e+", "e5", "-x", "-NaN", "Inf", "nan", "", " ", "0x1"])
  func `what is no number is refused`(text: String) {
    guard !text.isEmpty else { return }
    let refused =
      fault(text) { cursor in
        _ = try cursor.takeNumber()
        if cursor.nextByte() != nil { throw cursor.expected("the end") }
      }
    #expect(refused != nil)
  }

  @Test func `whole numbers may be written with a point`() throws {
    #expect(try over("1.0") { try $0.takeInteger() } == 1)
    #expect(try over("-12e1") { try $0.takeInteger() } == -120)
    #expect(fault("1.5") { _ = try $0.takeInteger() } == JSONFault(offset: 0, reason: .notAnInteger))
    #expect(fault("1e30") { _ = try $0.takeInteger() } == JSONFault(offset: 0, reason: .notAnInteger))
    #expect(fault("NaN") { _ = try $0.takeInteger() } == JSONFault(offset: 0, reason: .notAnInteger))
  }

  @Test(arguments: [
    "0", "7", "49151", "007", "-3", "12e1", "1.0", "999999999999999", "1000000000000000", "9007199254740991",
  ])
  func `a whole number is the same whatever stands behind it`(text: String) throws {
    let number = try #require(Double(text).map { Int($0) })
    for behind in ["", ",", "]", " ]", "}", "\n"] {
      let (found, end) = try over(text + behind) { (try $0.takeInteger(), $0.position) }
      #expect(found == number)
      #expect(end == text.utf8.count)
    }
  }

  // MARK: Strings

  @Test(arguments: [
    (#""""#, ""), (#""plain""#, "plain"), (#""a\"b\\c\/\b\f\n\r\t""#, "a\"b\\c/\u{8}\u{c}\n\r\t"),
    (#""\u00e9\u20AC""#, "é€"), (#""\ud83d\ude00""#, "😀"), (#""\ud83d""#, "\u{FFFD}"),
    (#""\ude00x""#, "\u{FFFD}x"), (#""\ud83d\u0041""#, "\u{FFFD}A"), (#""日本""#, "日本"),
  ])
  func `escapes stand for their characters`(text: String, expected: String) throws {
    #expect(try over(text) { try $0.takeString() } == expected)
  }

  @Test(arguments: [
    (#""\x""#, 2, JSONFault.Reason.badEscape), (#""\u12""#, 2, .badEscape), (#""\u12g4""#, 2, .badEscape),
    (#""\u+123""#, 2, .badEscape), ("\"a\nb\"", 2, .controlCharacter), (#""abc"#, 4, .endsInside("a string")),
    (#""abc\"#, 5, .endsInside("a string")),
  ])
  func `broken strings are refused where they break`(text: String, offset: Int, reason: JSONFault.Reason) {
    #expect(fault(text) { _ = try $0.takeString() } == JSONFault(offset: offset, reason: reason))
  }

  // MARK: Objects and arrays

  @Test func `members are handed out in order, whatever their names`() throws {
    let text = #" { "rank" : 3, "token_id":-7 ,"prompt_token_ids":[1,2 , 3],"\u0072ank":4,"":null } "#
    try over(text) { cursor in
      try cursor.beginObject()
      #expect(try cursor.nextKey() == JSONKey("rank"))
      #expect(try cursor.takeInteger() == 3)
      #expect(try cursor.nextKey() == JSONKey("token_id"))
      #expect(try cursor.takeInteger() == -7)
      #expect(try cursor.nextKey() == JSONKey("prompt_token_ids"))
      try cursor.beginArray()
      var elements: [Int] = []
      while try cursor.nextElement() { elements.append(try cursor.takeInteger()) }
      #expect(elements == [1, 2, 3])
      #expect(try cursor.nextKey() == JSONKey("rank"))
      #expect(try cursor.takeInteger() == 4)
      #expect(try cursor.nextKey() == JSONKey(""))
      #expect(try cursor.takeNull())
      #expect(try cursor.nextKey() == nil)
      #expect(cursor.nextByte() == nil)
    }
  }

  @Test func `names that differ are different keys`() {
    let names: [StaticString] = [
      "", "rank", "ranks", "logprob", "logprobs", "token_id", "token_ids", "prompt_logprobs",
      "prompt_token_ids",
      "top_logprobs", "a", "b", "ab", "prompt_token_id_logprobs", "output_token_logprobs",
      "output_top_logprobs",
    ]
    for (i, a) in names.enumerated() {
      for (j, b) in names.enumerated() { #expect((JSONKey(a) == JSONKey(b)) == (i == j), "\(a) \(b)") }
    }
  }

  @Test(arguments: [
    "[1,]", "[,1]", "[1 2]", "[1", "[", #"{"a":1,}"#, #"{"a" 1}"#, #"{"a":}"#, "{a:1}", #"{"a":1"#, "{",
    "[1}",
    #"{"a":[1}"#, #"{"a":tru}"#, #"{"a":nul"#, #"["a]"#, #"{"a":"b}"#,
  ])
  func `broken containers are refused`(text: String) {
    #expect(fault(text) { try walk(&$0) } != nil)
  }

  @Test(arguments: [
    "[1", "[", #"{"a":1"#, "{", #"{"a":[1}"#, #"{"a":nul"#, #"["a]"#, #"{"a":"b}"#, "[\"a\nb\"]",
  ])
  func `containers that do not end are not skipped`(text: String) {
    #expect(fault(text) { try $0.skip() } != nil)
    let long = text.replacing("1", with: String(repeating: "1, ", count: 100))
    #expect(fault(long) { try $0.skip() } != nil)
  }

  /// The obvious twin of skipping: one byte at a time, a stack for brackets. Nil where the text does not end.
  private func endOfValue(_ text: [UInt8]) -> Int? {
    var depth = 0
    var place = 0
    while place < text.count {
      switch text[place] {
      case UInt8(ascii: "\""):
        place += 1
        while place < text.count, text[place] != UInt8(ascii: "\"") {
          place += text[place] == UInt8(ascii: "\\") ? 2 : 1
        }
        if place >= text.count { return nil }
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 { return place + 1 }
      default: break
      }
      place += 1
    }
    return nil
  }

  @Test(arguments: 0..<400 as Range<UInt64>)
  func `skipping in strides ends where skipping by bytes does`(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let pieces = [
      "{", "[", "}", "]", "\"", "\"", "\\", "\\\"", ",", ":", " ", "12.5", "logprob", "é",
      "\"token_id\": 42, ",
      "\"[\"", "\"}\\\\\"",
    ]
    for _ in 0..<20 {
      let count = Int.random(in: 0...120, using: &generator)
      let text = "[" + (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
      let expected = endOfValue(Array(text.utf8))
      let deepest = fault(text) { try $0.skip() }?.reason == .tooDeep
      guard !deepest else { continue }
      let skipped = try? over(text) { cursor in
        try cursor.skip()
        return cursor.position
      }
      #expect(skipped == expected, "\(text)")
    }
  }

  private func walk(_ cursor: inout JSONCursor) throws {
    switch cursor.nextByte() {
    case UInt8(ascii: "["):
      try cursor.beginArray()
      while try cursor.nextElement() { try walk(&cursor) }
    case UInt8(ascii: "{"):
      try cursor.beginObject()
      while try cursor.nextKey() != nil { try walk(&cursor) }
    default: try cursor.skip()
    }
  }

  @Test func `nesting is bounded`() {
    let deepest = JSONCursor.deepest
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(fault(nested(deepest)) { try $0.skip() } == nil)
    #expect(fault(nested(deepest)) { try walk(&$0) } == nil)
    #expect(fault(nested(deepest + 1)) { try $0.skip() } == JSONFault(offset: deepest, reason: .tooDeep))
    #expect(fault(nested(deepest + 1)) { try walk(&$0) } == JSONFault(offset: deepest, reason: .tooDeep))
    #expect(fault(String(repeating: "{\"a\":", count: 100_000)) { try $0.skip() }?.reason == .tooDeep)
  }

  @Test func `skipping ends behind the value`() throws {
    let values = [
      #"{"a":[{"b":"]}"},"\"",1.5e3],"c":{}}"#, "[]", "\"x\"", "-1.5", "true", "false", "null", "NaN",
      "-Infinity",
    ]
    for value in values {
      try over(value + " ,") { cursor in
        try cursor.skip()
        #expect(cursor.position == value.utf8.count, "\(value)")
      }
    }
  }
}
