/// A record with the number that it is put in order by.
protocol KeyedRecord: BitwiseCopyable {
  var key: UInt64 { get }
  /// Whether two keys hardly ever differ in their lower halves alone, as those of real numbers do.
  static var differsInUpperHalf: Bool { get }
}

extension KeyedRecord {
  static var differsInUpperHalf: Bool { false }
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
  /// By the bytes of the keys from the lowest to the highest, without those that are the same in all: n passes are a third of
  /// the cost of comparisons. Where keys hardly ever differ in their lower halves alone, the upper ones are enough, and what
  /// is left out of order is put right among neighbours; if that is much after all, all bytes are taken.
  mutating func sortByKey() {
    guard count > 1 else { return }
    var places = KeyedPlaces(self.enumerated().map { .init(key: $1.key, place: $0) })
    if Element.differsInUpperHalf {
      places.sort(bytes: 4..<8)
      if !places.sortNeighbours() { places.sort(bytes: 0..<8) }
    } else {
      places.sort(bytes: 0..<8)
    }
    self = places.sorted.map { self[$0.place] }
  }
}

/// Keys with where each one's record lies.
struct KeyedPlaces {
  struct Entry {
    var key: UInt64
    var place: Int
  }

  private(set) var sorted: [Entry]

  init(_ entries: [Entry]) { sorted = entries }

  /// Sorts by these bytes of the keys, counted from the lowest; equal ones keep their order.
  mutating func sort(bytes: Range<Int>) {
    guard let first = sorted.first else { return }
    var moved = sorted
    var counts = [Int](repeating: 0, count: 8 * 256)
    for entry in sorted {
      for byte in bytes { counts[byte << 8 | Int(entry.key >> (8 * UInt64(byte)) & 255)] += 1 }
    }
    for byte in bytes {
      let shift = 8 * UInt64(byte)
      guard counts[byte << 8 | Int(first.key >> shift & 255)] < sorted.count else { continue }
      var next = [Int](repeating: 0, count: 256)
      for digit in 1..<256 { next[digit] = next[digit - 1] + counts[byte << 8 | digit - 1] }
      sorted.withUnsafeBufferPointer { sorted in
        moved.withUnsafeMutableBufferPointer { moved in
          next.withUnsafeMutableBufferPointer { next in
            for entry in sorted {
              let digit = Int(entry.key >> shift & 255)
              moved[next[digit]] = entry
              next[digit] += 1
            }
          }
        }
      }
      swap(&sorted, &moved)
    }
  }

  /// Puts in order what is nearly so: each entry moves before the greater ones that stand just before it.
  ///
  /// - Returns: False, and entries are left in another order, but equal keys in theirs, where that takes more steps than there are entries.
  mutating func sortNeighbours() -> Bool {
    var steps = 0
    return sorted.withUnsafeMutableBufferPointer { sorted in
      for place in sorted.indices.dropFirst() where sorted[place].key < sorted[place - 1].key {
        let entry = sorted[place]
        var free = place
        while free > 0, sorted[free - 1].key > entry.key {
          sorted[free] = sorted[free - 1]
          free -= 1
          steps += 1
        }
        sorted[free] = entry
        if steps > sorted.count { return false }
      }
      return true
    }
  }
}
