/// What is wrong with a compressed stream.
public enum CompressionFault: Equatable, Sendable {
  /// The stream ends before its own end.
  case cut(byte: Int)
  /// The stream cannot be unpacked somewhere between these bytes; the library's own words follow.
  case corrupt(from: Int, to: Int, reason: String)
  /// The stream, from this byte on, asks for more memory than is given to it.
  case windowTooLarge(byte: Int)
  /// Bytes that are no stream stand behind its end.
  case trailing(byte: Int, count: Int)
  /// It unpacks to more than is unpacked unseen. Sizes in bytes.
  case tooLarge(limit: Int, packed: Int)
  /// It unpacks to another size than the archive says. Sizes in bytes; `found` counts no further than one too many.
  case size(found: Int, expected: Int)
  /// It unpacks to other bytes than were packed.
  case checksum

  /// Half a sentence.
  var statement: String {
    switch self {
    case .cut(let byte): "it ends at byte \(byte), before its own end"
    case .corrupt(let from, let to, let reason):
      "\(from == to ? "at byte \(to)" : "between bytes \(from) and \(to)") the library says \"\(reason)\""
    case .windowTooLarge(let byte):
      "the frame at byte \(byte) asks for a window of more than 128 MiB"
    case .trailing(let byte, let count):
      "\(count) other byte\(count == 1 ? "" : "s") stand behind its end at byte \(byte)"
    case .tooLarge(let limit, let packed): "its \(packed) bytes unpack to more than \(limit) bytes"
    case .size(let found, let expected):
      found > expected
        ? "it unpacks to more than the \(expected) bytes that the archive says"
        : "it unpacks to \(found) bytes, where the archive says \(expected)"
    case .checksum: "its checksum is another than the archive says"
    }
  }
}
