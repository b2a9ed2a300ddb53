/// The name of a member of a JSON object, in a form that compares in a few instructions.
///
/// Up to 24 bytes the comparison is exact. Longer names compare by their first eight and last sixteen bytes and
/// their length, which tells all names apart that trace files use.
struct JSONKey: Equatable {
  private let length: Int
  private let head: UInt64
  private let tail: UInt64
  /// The eight bytes before the last eight; 0 for names that head and tail cover.
  private let middle: UInt64

  /// The key with this name.
  init(_ name: StaticString) {
    self = name.withUTF8Buffer { JSONKey(UnsafeRawBufferPointer($0)) }
  }

  /// The key with these bytes.
  init(_ bytes: UnsafeRawBufferPointer) {
    length = bytes.count
    guard length >= 8 else {
      head = bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
      tail = 0
      middle = 0
      return
    }
    head = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    tail = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: length - 8, as: UInt64.self))
    middle =
      length > 16
      ? UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: length - 16, as: UInt64.self)) : 0
  }

  /// The key of `length` bytes at `pointer`, where at least `max(length, 8)` bytes can be read.
  @inline(__always)
  init(readable pointer: UnsafeRawPointer, length: Int) {
    self.length = length
    let word = UInt64(littleEndian: pointer.loadUnaligned(as: UInt64.self))
    guard length >= 8 else {
      head = word & ((1 << UInt64(8 * length)) - 1)
      tail = 0
      middle = 0
      return
    }
    head = word
    tail = UInt64(littleEndian: pointer.loadUnaligned(fromByteOffset: length - 8, as: UInt64.self))
    middle =
      length > 16
      ? UInt64(littleEndian: pointer.loadUnaligned(fromByteOffset: length - 16, as: UInt64.self)) : 0
  }
}
