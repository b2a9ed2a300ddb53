/// How often each token had each rank shift, from which medians follow.
///
/// Encoded as pairs of 32-bit numbers, little-endian, by rising rank shift: the shift, how often it came.
struct RankShiftCounts {
  /// Token and shift in one number that sorts by token, then by shift.
  private var keys: [UInt64] = []

  /// Counts one position.
  mutating func add(_ shift: Int, of token: Int32) {
    let clamped = Int32(clamping: shift)
    keys.append(
      UInt64(UInt32(bitPattern: token)) << 32 | UInt64(UInt32(bitPattern: clamped) ^ 0x8000_0000))
  }

  /// The pairs of each token.
  consuming func encoded() -> [Int32: [UInt8]] {
    keys.sort()
    var encoded: [Int32: [UInt8]] = [:]
    var start = 0
    while start < keys.count {
      let key = keys[start]
      var end = start
      while end < keys.count, keys[end] == key { end += 1 }
      let token = Int32(bitPattern: UInt32(truncatingIfNeeded: key >> 32))
      let shift = UInt32(truncatingIfNeeded: key) ^ 0x8000_0000
      encoded[token, default: []] += Self.bytes(shift) + Self.bytes(UInt32(clamping: end - start))
      start = end
    }
    return encoded
  }

  private static func bytes(_ word: UInt32) -> [UInt8] {
    [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: word >> $0) }
  }
}
