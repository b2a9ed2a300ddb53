/// A record with the number that it is put in order by.
protocol KeyedRecord: BitwiseCopyable {
  var key: UInt64 { get }
}

extension Double {
  /// A number without a sign that orders as the value does; both zeros have the same. Not for NaN.
  var risingKey: UInt64 {
    let bits = (self + 0).bitPattern
    return bits >> 63 == 0 ? bits | 1 << 63 : ~bits
  }

  /// The same for the order from the largest to the smallest.
  var fallingKey: UInt64 { ~risingKey }
}

extension Int32 {
  /// A number without a sign that orders as the value does.
  var risingKey: UInt64 { UInt64(UInt32(bitPattern: self) ^ 0x8000_0000) }

  /// The value with this key, of which the lower 32 bits count.
  init(risingKey key: UInt64) { self.init(bitPattern: UInt32(truncatingIfNeeded: key) ^ 0x8000_0000) }
}

extension Array where Element: KeyedRecord {
  /// Sorts by key, from the smallest. Records of one key keep their order.
  ///
  /// By the bytes of the keys from the lowest to the highest, without those that are the same in all: n passes are a
  /// third of the cost of comparisons.
  mutating func sortByKey() {
    guard count > 1 else { return }
    var pairs = enumerated().map { (key: $1.key, place: $0) }
    var moved = pairs
    var counts = [Int](repeating: 0, count: 8 * 256)
    for pair in pairs {
      for byte in 0..<8 { counts[byte << 8 | Int(pair.key >> (8 * UInt64(byte)) & 255)] += 1 }
    }
    for byte in 0..<8 {
      let shift = 8 * UInt64(byte)
      guard counts[byte << 8 | Int(pairs[0].key >> shift & 255)] < count else { continue }
      var next = [Int](repeating: 0, count: 256)
      for digit in 1..<256 { next[digit] = next[digit - 1] + counts[byte << 8 | digit - 1] }
      pairs.withUnsafeBufferPointer { pairs in
        moved.withUnsafeMutableBufferPointer { moved in
          next.withUnsafeMutableBufferPointer { next in
            for pair in pairs {
              let digit = Int(pair.key >> shift & 255)
              moved[next[digit]] = pair
              next[digit] += 1
            }
          }
        }
      }
      swap(&pairs, &moved)
    }
    self = pairs.map { self[$0.place] }
  }
}
