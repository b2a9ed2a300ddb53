/// Base64 with padding, RFC 4648 section 4.
enum Base64 {
  /// The value of what is no digit.
  private static let none: UInt8 = 255

  private static let values: [UInt8] = {
    var values = [UInt8](repeating: none, count: 256)
    let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    for (value, digit) in digits.utf8.enumerated() { values[Int(digit)] = UInt8(value) }
    return values
  }()

  /// The bytes of a text; nothing if it is not base64.
  static func decode(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    // Whisper's ranks have the empty token, written as a lone sign of equality.
    if text.count == 1, text[0] == UInt8(ascii: "=") { return [] }
    guard text.count % 4 == 0 else { return nil }
    var digits = text[...]
    while digits.last == UInt8(ascii: "="), text.count - digits.count < 2 { digits.removeLast() }
    var isWrong = false
    let bytes = [UInt8](unsafeUninitializedCapacity: digits.count * 3 / 4) { bytes, count in
      values.withUnsafeBufferPointer { values in
        var pending: UInt32 = 0
        var bits = 0
        for digit in digits {
          let value = values[Int(digit)]
          isWrong = isWrong || value == none
          pending = pending &<< 6 | UInt32(value)
          bits &+= 6
          guard bits >= 8 else { continue }
          bits &-= 8
          bytes[count] = UInt8(truncatingIfNeeded: pending &>> UInt32(bits))
          count &+= 1
        }
      }
    }
    return isWrong ? nil : bytes
  }
}
