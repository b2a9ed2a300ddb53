/// The tokens of up to 15 bytes, by the key that the cache gives a piece, for vocabularies in which a
/// piece that is a token is that token. Finding one so takes one read; by its bytes it takes two or three.
struct ShortTokens: Sendable {
  private var slots: [Slot]
  private let mask: Int

  private struct Slot {
    var low: UInt64 = 0
    /// 0 where the slot is free: the length is in it.
    var high: UInt64 = 0
    var token: Int32 = 0
  }

  /// The ordinary tokens of a vocabulary.
  init(_ vocabulary: Vocabulary) {
    let short = vocabulary.ids.filter {
      vocabulary.bytes(of: $0).map { (1...15).contains($0.count) } ?? false
    }
    var size = 16
    while size * 2 < short.count * 3 { size *= 2 }
    slots = Array(repeating: Slot(), count: size)
    mask = size - 1
    for id in short {
      guard let bytes = vocabulary.bytes(of: id), vocabulary.id(of: bytes) == id, vocabulary.isOrdinary(id)
      else {
        continue
      }
      let (low, high) = Self.key(bytes)
      var place = PieceCache.hash(low, high) & mask
      while slots[place].high != 0 { place = (place + 1) & mask }
      slots[place] = Slot(low: low, high: high, token: id.rawValue)
    }
  }

  private static func key(_ bytes: ArraySlice<UInt8>) -> (low: UInt64, high: UInt64) {
    var low: UInt64 = 0
    var high = UInt64(bytes.count) << 56
    for (place, byte) in bytes.enumerated() {
      if place < 8 {
        low |= UInt64(byte) << UInt64(place * 8)
      } else {
        high |= UInt64(byte) << UInt64(place * 8 - 64)
      }
    }
    return (low, high)
  }

  /// The token with this key.
  @inline(__always) func find(_ low: UInt64, _ high: UInt64, hash: Int) -> TokenID? {
    slots.withUnsafeBufferPointer { slots in
      var place = hash & mask
      while slots[place].high != 0 {
        if slots[place].low == low, slots[place].high == high { return TokenID(slots[place].token) }
        place = (place + 1) & mask
      }
      return nil
    }
  }
}
