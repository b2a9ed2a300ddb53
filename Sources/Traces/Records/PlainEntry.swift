import Tokenization

/// A listed token in the layout that engines print, read without asking at every byte what else might come.
///
/// `{"token_id": 9707, "logprob": -0.12, "rank": 1, "decoded_token": "Hello"}`, members in any order, at most one
/// space between them. Anything else, however well formed, gives nil, and the caller reads the same bytes again
/// the careful way: this one may be fast because it need not be complete. Twice the speed of the careful way on
/// lists of twenty.
struct PlainEntry {
  var token: Int32?
  var logprob: Double?
  var rank: Int32?
  /// Digits behind the decimal point of the logprob.
  var decimals = 0
  /// Offset of the byte behind the entry.
  var end = 0

  /// No plain entry is longer, so that one look at the end of the text suffices for all bytes of an entry.
  static let longest = 512
  private static let mostMembers = 4
  private static let longestText = 48

  // Names with their closing quote, as the eight bytes behind the opening quote, the first one lowest.
  static let tokenID: UInt64 = 0x6469_5F6E_656B_6F74
  static let logprob: UInt64 = 0x2262_6F72_7067_6F6C
  static let rank: UInt64 = 0x0000_0022_6B6E_6172
  private static let rankMask: UInt64 = 0xFF_FFFF_FFFF
  static let decodedToken: (UInt64, UInt64) = (0x5F64_6564_6F63_6564, 0x0000_226E_656B_6F74)
  private static let decodedTokenMask: UInt64 = 0xFFFF_FFFF_FFFF

  /// The entry whose brace stands at `start`; nil where it is not plain or too near the end of the text.
  @inline(__always)
  init?(_ text: UnsafePointer<UInt8>, at start: Int, before limit: Int) {
    guard limit - start >= Self.longest, text[start] == UInt8(ascii: "{") else { return nil }
    var at = start + 1
    for _ in 0..<Self.mostMembers {
      if text[at] == UInt8(ascii: " ") { at += 1 }
      guard text[at] == UInt8(ascii: "\"") else { return nil }
      let name = Self.load(text, at + 1)
      if name == Self.tokenID, text[at + 9] == UInt8(ascii: "\"") {
        guard Self.skipColon(text, &at, after: 10), let id = Self.integer(text, &at) else { return nil }
        token = id
      } else if name == Self.logprob {
        guard Self.skipColon(text, &at, after: 9), let number = Self.number(text, &at) else { return nil }
        logprob = number.value
        decimals = number.decimals
      } else if name & Self.rankMask == Self.rank {
        guard Self.skipColon(text, &at, after: 6), let number = Self.integer(text, &at), number > 0 else {
          return nil
        }
        rank = number
      } else if name == Self.decodedToken.0,
        Self.load(text, at + 9) & Self.decodedTokenMask == Self.decodedToken.1
      {
        guard Self.skipColon(text, &at, after: 15), Self.skipText(text, &at) else { return nil }
      } else {
        return nil
      }
      at += 1
      if text[at - 1] == UInt8(ascii: "}") {
        end = at
        return
      }
      guard text[at - 1] == UInt8(ascii: ",") else { return nil }
    }
    return nil
  }

  @inline(__always)
  private static func load(_ text: UnsafePointer<UInt8>, _ offset: Int) -> UInt64 {
    UInt64(littleEndian: UnsafeRawPointer(text + offset).loadUnaligned(as: UInt64.self))
  }

  /// Goes `length` bytes on, and behind the colon and the space that may stand there.
  @inline(__always)
  private static func skipColon(_ text: UnsafePointer<UInt8>, _ at: inout Int, after length: Int) -> Bool {
    guard text[at + length] == UInt8(ascii: ":") else { return false }
    at += length + (text[at + length + 1] == UInt8(ascii: " ") ? 2 : 1)
    return true
  }

  @inline(__always)
  private static func skipText(_ text: UnsafePointer<UInt8>, _ at: inout Int) -> Bool {
    guard text[at] == UInt8(ascii: "\"") else { return false }
    for length in 1..<longestText {
      let byte = text[at + length]
      if byte == UInt8(ascii: "\"") {
        at += length + 1
        return true
      }
      guard byte >= 0x20, byte != UInt8(ascii: "\\") else { return false }
    }
    return false
  }

  /// Up to nine digits, which fit 32 bits. A point or an exponent behind them is left for the caller to stumble over.
  @inline(__always)
  private static func integer(_ text: UnsafePointer<UInt8>, _ at: inout Int) -> Int32? {
    var value: Int32 = 0
    let start = at
    while at - start < 9, case let digit = text[at] &- UInt8(ascii: "0"), digit <= 9 {
      value = value &* 10 &+ Int32(digit)
      at += 1
    }
    return at > start ? value : nil
  }

  /// A number of up to 19 digits with an exponent of up to three.
  @inline(__always)
  private static func number(_ text: UnsafePointer<UInt8>, _ at: inout Int) -> JSONNumber? {
    let negative = text[at] == UInt8(ascii: "-")
    if negative { at += 1 }
    var mantissa: UInt64 = 0
    let whole = digits(text, &at, into: &mantissa)
    guard whole > 0 else { return nil }
    var decimals = 0
    if text[at] == UInt8(ascii: ".") {
      at += 1
      decimals = digits(text, &at, into: &mantissa)
      guard decimals > 0 else { return nil }
    }
    guard whole + decimals <= 19 else { return nil }
    var exponent = 0
    if text[at] | 0x20 == UInt8(ascii: "e") {
      guard text[at + 1] == UInt8(ascii: "-") else { return nil }
      at += 2
      var power: UInt64 = 0
      let count = digits(text, &at, into: &power)
      guard count > 0, count <= 3 else { return nil }
      exponent = -Int(power)
    }
    guard let value = DecimalNumber.nearest(mantissa: mantissa, exponent: exponent - decimals) else {
      return nil
    }
    return JSONNumber(value: negative ? -value : value, decimals: decimals - exponent)
  }

  /// Takes digits, at most 24 of them, and says how many.
  @inline(__always)
  private static func digits(
    _ text: UnsafePointer<UInt8>, _ at: inout Int, into mantissa: inout UInt64
  ) -> Int {
    let start = at
    while at - start < 24, case let digit = text[at] &- UInt8(ascii: "0"), digit <= 9 {
      mantissa = mantissa &* 10 &+ UInt64(digit)
      at += 1
    }
    return at - start
  }
}
