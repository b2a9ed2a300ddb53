/// GPT-2's way to write any byte as a visible character, so that merges could be kept in a text file.
///
/// Bytes 33–126, 161–172 and 174–255 stand for themselves; the other 68, in increasing order, for
/// U+0100 to U+0143. A space is therefore "Ġ" (U+0120) and a newline "Ċ" (U+010A).
enum ByteAlphabet {
  /// The code point of every byte.
  static let codePoints: [UInt16] = {
    var next: UInt16 = 0x100
    return (0..<256).map { byte in
      if standsForItself(byte) { return UInt16(byte) }
      defer { next += 1 }
      return next
    }
  }()

  /// The byte of every code point below U+0144, where there is one.
  static let bytes: [UInt8?] = {
    var bytes = [UInt8?](repeating: nil, count: 0x144)
    for (byte, point) in codePoints.enumerated() { bytes[Int(point)] = UInt8(byte) }
    return bytes
  }()

  /// The bytes that a text in this alphabet stands for; nothing if a character is not of the alphabet.
  ///
  /// - Parameter text: UTF-8.
  static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var rest = text.makeIterator()
    while let lead = rest.next() {
      var point = Int(lead)
      if lead >= 0x80 {
        guard lead >= 0xC2, lead < 0xE0, let second = rest.next() else { return nil }
        point = Int(lead & 0x1F) << 6 | Int(second & 0x3F)
      }
      guard point < bytes.count, let byte = bytes[point] else { return nil }
      result.append(byte)
    }
    return result
  }

  private static func standsForItself(_ byte: Int) -> Bool {
    switch byte {
    case 33...126, 161...172, 174...255: true
    default: false
    }
  }
}
