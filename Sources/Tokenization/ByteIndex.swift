/// Finds a token by its bytes: an open-addressing table over the vocabulary's storage.
///
/// A dictionary with byte arrays as keys would keep one allocation per token and take four times as
/// long to fill.
struct ByteIndex: Sendable {
  private var slots: [Slot]
  private let mask: Int

  private struct Slot {
    var hash: UInt32 = 0
    var id: Int32 = -1
    var start: UInt32 = 0
    var length: UInt32 = 0
  }

  /// A table for up to `capacity` tokens.
  init(capacity: Int) {
    var size = 16
    while size * 3 < capacity * 4 { size *= 2 }
    slots = Array(repeating: Slot(), count: size)
    mask = size - 1
  }

  /// Adds a token unless one with the same bytes is there.
  ///
  /// - Returns: The one that is there then.
  @discardableResult
  mutating func insert(_ id: TokenID, at range: Range<Int>, of storage: [UInt8]) -> TokenID {
    storage.withUnsafeBufferPointer { storage in
      let bytes = UnsafeBufferPointer(rebasing: storage[range])
      let hash = Self.hash(bytes)
      var place = Int(hash) & mask
      while slots[place].id >= 0 {
        if matches(slots[place], hash, bytes, storage) { return TokenID(slots[place].id) }
        place = (place + 1) & mask
      }
      slots[place] = Slot(
        hash: hash, id: id.rawValue, start: UInt32(range.lowerBound), length: UInt32(range.count))
      return id
    }
  }

  /// The token with these bytes.
  func find(_ bytes: UnsafeBufferPointer<UInt8>, in storage: [UInt8]) -> TokenID? {
    storage.withUnsafeBufferPointer { storage in
      let hash = Self.hash(bytes)
      var place = Int(hash) & mask
      while slots[place].id >= 0 {
        if matches(slots[place], hash, bytes, storage) { return TokenID(slots[place].id) }
        place = (place + 1) & mask
      }
      return nil
    }
  }

  @inline(__always) private func matches(
    _ slot: Slot, _ hash: UInt32, _ bytes: UnsafeBufferPointer<UInt8>, _ storage: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    guard slot.hash == hash, Int(slot.length) == bytes.count else { return false }
    for index in 0..<bytes.count where storage[Int(slot.start) + index] != bytes[index] { return false }
    return true
  }

  /// Eight bytes at a time, multiplied and folded.
  @inline(__always) private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
    var hash = UInt64(bytes.count) &* 0x9E37_79B9_7F4A_7C15
    var index = 0
    let raw = UnsafeRawBufferPointer(bytes)
    while index + 8 <= raw.count {
      let word = raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      hash = (hash ^ word) &* 0xC2B2_AE3D_27D4_EB4F
      hash ^= hash >> 29
      index += 8
    }
    if index > 0, index < raw.count {
      // The last eight bytes once more, so that no byte is left over.
      hash =
        (hash ^ raw.loadUnaligned(fromByteOffset: raw.count - 8, as: UInt64.self)) &* 0x9E37_79B9_7F4A_7C15
    } else if index == 0 {
      var tail: UInt64 = 0
      for byte in raw { tail = tail << 8 | UInt64(byte) }
      hash = (hash ^ tail) &* 0x9E37_79B9_7F4A_7C15
    }
    return UInt32(truncatingIfNeeded: hash ^ (hash >> 32))
  }
}
