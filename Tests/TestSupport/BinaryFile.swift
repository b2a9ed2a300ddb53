import Foundation

/// Bytes put together for a test, in the forms of the binary vocabulary files.
public struct BinaryFile: Sendable {
  /// What has been written so far.
  public var bytes: [UInt8]

  /// A file that begins with these bytes.
  public init(bytes: [UInt8] = []) { self.bytes = bytes }

  /// A number, little-endian.
  public mutating func number(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }

  /// A string of a GGUF file.
  public mutating func string(_ text: String) {
    number(UInt64(text.utf8.count))
    bytes += Array(text.utf8)
  }

  /// A field of a protocol buffer that holds bytes, fewer than 128.
  public mutating func field(_ number: UInt8, _ content: [UInt8]) {
    bytes += [number << 3 | 2, UInt8(content.count)] + content
  }

  /// The bytes in a file, while something is done with it.
  public func withFile<R>(_ body: (String) throws -> R) throws -> R {
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return try body(path)
  }
}
