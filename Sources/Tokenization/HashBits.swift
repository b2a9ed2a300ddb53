internal import CTokenScan

/// Says of nearly every hash that is not among some that it is not: a bit for each of those, found by its upper bits.
struct HashBits: Sendable {
  private let bits: [UInt64]
  private let shift: UInt64

  /// - Parameter spread: Bits for each hash: fewer than one other in this many is taken for one of them.
  init(_ hashes: some Collection<UInt64>, spread: Int) {
    var size: UInt64 = 6
    while 1 << size < hashes.count * spread { size += 1 }
    let shift = 64 - size
    var bits = [UInt64](repeating: 0, count: 1 << (size - 6))
    for hash in hashes {
      let place = Self.place(of: hash, shift)
      bits[place >> 6] |= 1 << UInt64(place & 63)
    }
    (self.bits, self.shift) = (bits, shift)
  }

  /// The bit of a hash, below others.
  @inline(__always) func bit(of hash: UInt64) -> UInt64 {
    let place = Self.place(of: hash, shift)
    return bits.withUnsafeBufferPointer { $0[place >> 6] &>> UInt64(place & 63) }
  }

  /// Asks for the memory of the bit.
  @inline(__always) func prefetch(_ hash: UInt64) {
    bits.withUnsafeBufferPointer { bits in
      if let base = bits.baseAddress { tokenscan_prefetch(base + (Self.place(of: hash, shift) >> 6)) }
    }
  }

  @inline(__always) private static func place(of hash: UInt64, _ shift: UInt64) -> Int {
    Int(truncatingIfNeeded: hash &>> shift)
  }
}
