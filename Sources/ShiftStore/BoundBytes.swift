/// The bytes of texts and blobs that are bound to a statement, until it has run: SQLite's own copies would each be
/// allocated.
final class BoundBytes {
  private static let size = 64 << 10

  private let base = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
  private var used = 0

  deinit { base.deallocate() }

  /// A copy of these bytes that stands until ``clear()``; nil where there is no room.
  func keep(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawPointer? {
    guard bytes.count <= Self.size - used else { return nil }
    let copy = UnsafeMutableRawBufferPointer(start: base + used, count: bytes.count)
    copy.copyMemory(from: bytes)
    used += bytes.count
    return UnsafeRawPointer(base + (used - bytes.count))
  }

  /// Makes room for the next rows.
  func clear() { used = 0 }
}
