import Tokenization

/// A listed token in the layout that engines print, read without asking at every byte what else might come.
///
/// `{"token_id": 9707, "logprob": -0.12, "rank": 1, "decoded_token": "Hello"}`, members in any order, at most one
/// space between them, and one logprob, as the digits of each would count. Anything else, however well formed, gives
/// nil, and the caller reads the same bytes again the careful way: this one may be fast because it need not be
/// complete. Twice the speed of the careful way on lists of twenty.
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
    var place = text + start + 1
    for _ in 0..<Self.mostMembers {
      if place.pointee == UInt8(ascii: " ") { place += 1 }
      guard place.pointee == UInt8(ascii: "\"") else { return nil }
      let name = Self.word(at: place + 1)
      if name == Self.tokenID, place[9] == UInt8(ascii: "\"") {
        guard Self.skipColon(&place, after: 10), let id = Self.integer(&place) else { return nil }
        token = id
      } else if name == Self.logprob, logprob == nil {
        guard Self.skipColon(&place, after: 9), let number = Self.number(&place) else { return nil }
        logprob = number.value
        decimals = number.decimals
      } else if name & Self.rankMask == Self.rank {
        guard Self.skipColon(&place, after: 6), let number = Self.integer(&place), number > 0 else {
          return nil
        }
        rank = number
      } else if name == Self.decodedToken.0,
        Self.word(at: place + 9) & Self.decodedTokenMask == Self.decodedToken.1
      {
        guard Self.skipColon(&place, after: 15), Self.skipText(&place) else { return nil }
      } else {
        return nil
      }
      place += 1
      if place[-1] == UInt8(ascii: "}") {
        end = place - text
        return
      }
      guard place[-1] == UInt8(ascii: ",") else { return nil }
    }
    return nil
  }

  /// Eight bytes, the first one lowest.
  @inline(__always)
  private static func word(at place: UnsafePointer<UInt8>) -> UInt64 {
    UInt64(littleEndian: UnsafeRawPointer(place).loadUnaligned(as: UInt64.self))
  }

  /// Goes `length` bytes on, and behind the colon and the space that may stand there.
  @inline(__always)
  private static func skipColon(_ place: inout UnsafePointer<UInt8>, after length: Int) -> Bool {
    guard place[length] == UInt8(ascii: ":") else { return false }
    place += length + 1
    if place.pointee == UInt8(ascii: " ") { place += 1 }
    return true
  }

  @inline(__always)
  private static func skipText(_ place: inout UnsafePointer<UInt8>) -> Bool {
    guard place.pointee == UInt8(ascii: "\"") else { return false }
    for length in 1..<longestText {
      let byte = place[length]
      if byte == UInt8(ascii: "\"") {
        place += length + 1
        return true
      }
      guard byte >= 0x20, byte != UInt8(ascii: "\\") else { return false }
    }
    return false
  }

  // MARK: Numbers

  /// Up to nine digits, which fit 32 bits. A point or an exponent behind them is left for the caller to stumble over.
  @inline(__always)
  private static func integer(_ place: inout UnsafePointer<UInt8>) -> Int32? {
    var value: UInt64 = 0
    let count = digits(&place, into: &value)
    return count > 0 && count <= 9 ? Int32(truncatingIfNeeded: value) : nil
  }

  /// A number of up to 19 digits with an exponent of up to three.
  @inline(__always)
  private static func number(_ place: inout UnsafePointer<UInt8>) -> JSONNumber? {
    let negative = place.pointee == UInt8(ascii: "-")
    if negative { place += 1 }
    var mantissa: UInt64 = 0
    let whole = digits(&place, into: &mantissa)
    guard whole > 0 else { return nil }
    var decimals = 0
    if place.pointee == UInt8(ascii: ".") {
      place += 1
      decimals = digits(&place, into: &mantissa)
      guard decimals > 0 else { return nil }
    }
    guard whole + decimals <= 19 else { return nil }
    var exponent = 0
    if place.pointee | 0x20 == UInt8(ascii: "e") {
      guard place[1] == UInt8(ascii: "-") else { return nil }
      place += 2
      var power: UInt64 = 0
      let count = digits(&place, into: &power)
      guard count > 0, count <= 3 else { return nil }
      exponent = -Int(truncatingIfNeeded: power)
    }
    guard let value = DecimalNumber.nearest(mantissa: mantissa, exponent: exponent - decimals) else {
      return nil
    }
    return JSONNumber(value: negative ? -value : value, decimals: decimals - exponent)
  }

  private static let powersOfTen: [UInt64] = [
    1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000,
  ]

  /// Takes digits, eight at a stride and no more than 24, and says how many.
  ///
  /// How many digits come next is what a processor cannot foresee in these files; this way it need not.
  @inline(__always)
  private static func digits(_ place: inout UnsafePointer<UInt8>, into mantissa: inout UInt64) -> Int {
    var count = 0
    repeat {
      // A digit becomes its value; the top bit of a byte of `others` says that it is no digit.
      let values = word(at: place) ^ 0x3030_3030_3030_3030
      let others = ((values &+ 0x7676_7676_7676_7676) | values) & 0x8080_8080_8080_8080
      let taken = others.trailingZeroBitCount >> 3
      guard taken > 0 else { return count }
      // Zeros come before the digits taken, so that there are always eight.
      let eight = values << UInt64(64 - 8 * taken)
      mantissa = mantissa &* powersOfTen[taken] &+ number(ofEight: eight)
      place += taken
      count += taken
      guard taken == 8 else { return count }
    } while count < 24
    return count
  }

  /// The number of eight digits, the first of which is in the lowest byte: pairs, fours, eight.
  @inline(__always)
  private static func number(ofEight digits: UInt64) -> UInt64 {
    let pairs = (digits &* 10 &+ digits >> 8) & 0x00FF_00FF_00FF_00FF
    let fours = (pairs &* 100 &+ pairs >> 16) & 0x0000_FFFF_0000_FFFF
    return (fours &* 10_000 &+ fours >> 32) & 0xFFFF_FFFF
  }
}
