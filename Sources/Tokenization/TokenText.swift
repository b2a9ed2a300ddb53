/// A token as it is shown to people: short, on one line, safe on a terminal, and without loss.
///
/// A space is `·`, a newline `↵`, a tab `→`, a backslash `\\`. Everything that does not print, or that
/// prints nothing, or that moves its neighbours (control and format characters, bidirectional marks,
/// fillers, unassigned and private code points, a combining mark without a letter), every byte that is
/// not UTF-8, and the three signs themselves are written byte by byte as `\xHH`.
public struct TokenText: Hashable, Sendable {
  /// What is shown.
  public let shown: String

  /// The text of a token with these bytes.
  public init(_ bytes: some Collection<UInt8>) {
    shown =
      bytes.withContiguousStorageIfAvailable(Self.show) ?? Array(bytes).withUnsafeBufferPointer(Self.show)
  }

  private static func show(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    guard let base = bytes.baseAddress else { return "" }
    return ScalarClass.table.withUnsafeBufferPointer { classes in
      guard let classes = classes.baseAddress else { return "" }
      if let plain = showPlain(bytes) { return plain }
      return show(ScanText(base: base, count: bytes.count, classes: classes))
    }
  }

  private static func show(_ text: ScanText) -> String {
    var shown = ""
    var index = 0
    var carriesMark = false
    while index < text.count {
      let (point, length) = text.codePoint(at: index)
      let scalar = point.flatMap(Unicode.Scalar.init)
      if let scalar, let sign = sign(of: scalar) {
        shown += sign
        carriesMark = false
      } else if let scalar, isPlain(scalar, afterBase: carriesMark) {
        shown.unicodeScalars.append(scalar)
        carriesMark = true
      } else {
        for byte in index..<index + length { shown += escape(text[byte]) }
        carriesMark = false
      }
      index += length
    }
    return shown
  }

  /// What printing ASCII characters show, as most tokens are; nil where there is another byte.
  private static func showPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
    guard bytes.allSatisfy({ (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "\\") }) else { return nil }
    return String(unsafeUninitializedCapacity: 2 * bytes.count) { shown in
      var count = 0
      for byte in bytes {
        if byte == UInt8(ascii: " ") {
          // U+00B7, the middle dot.
          shown[count] = 0xC2
          shown[count + 1] = 0xB7
          count += 2
        } else {
          shown[count] = byte
          count += 1
        }
      }
      return count
    }
  }

  private static func sign(of scalar: Unicode.Scalar) -> String? {
    switch scalar {
    case " ": "·"
    case "\n": "↵"
    case "\t": "→"
    case "\\": "\\\\"
    default: nil
    }
  }

  private static func isPlain(_ scalar: Unicode.Scalar, afterBase: Bool) -> Bool {
    if scalar == "·" || scalar == "↵" || scalar == "→" { return false }
    if invisible.contains(where: { $0.contains(scalar.value) }) { return false }
    switch GeneralCategory(of: scalar) {
    case .control, .format, .surrogate, .privateUse, .unassigned, .spaceSeparator, .lineSeparator,
      .paragraphSeparator:
      return false
    case .nonspacingMark, .spacingMark, .enclosingMark: return afterBase
    default: return true
    }
  }

  /// Letters and marks that print nothing: `Default_Ignorable_Code_Point` beyond the format
  /// characters, and the blank pattern of Braille.
  private static let invisible: [ClosedRange<UInt32>] = [
    0x034F...0x034F, 0x115F...0x1160, 0x17B4...0x17B5, 0x180B...0x180F, 0x2800...0x2800,
    0x3164...0x3164, 0xFE00...0xFE0F, 0xFFA0...0xFFA0, 0xE0100...0xE01EF,
  ]

  private static func escape(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return "\\x" + (byte < 16 ? "0" : "") + digits
  }
}

extension TokenText {
  /// The bytes that a shown text stands for: the inverse of showing.
  ///
  /// Returns nothing for a backslash that is not followed by a backslash or by `x` and two digits.
  public static func bytes(of shown: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var rest = shown.unicodeScalars.makeIterator()
    while let scalar = rest.next() {
      switch scalar {
      case "·": bytes.append(0x20)
      case "↵": bytes.append(0x0A)
      case "→": bytes.append(0x09)
      case "\\":
        switch rest.next() {
        case "\\": bytes.append(UInt8(ascii: "\\"))
        case "x":
          guard let high = rest.next().flatMap({ Character($0).hexDigitValue }),
            let low = rest.next().flatMap({ Character($0).hexDigitValue })
          else { return nil }
          bytes.append(UInt8(high << 4 | low))
        default: return nil
        }
      default: bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      }
    }
    return bytes
  }
}

extension TokenText: CustomStringConvertible {
  /// What is shown.
  public var description: String { shown }
}
