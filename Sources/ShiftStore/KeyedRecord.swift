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
    // A small record is moved as soon as its key with a place; of a large one these are moved, and it once in the end.
    if MemoryLayout<Element>.stride <= MemoryLayout<KeyedPlace>.stride {
      sortThemselves(byUpperHalf: Element.differsInUpperHalf)
    } else {
      var places = self.enumerated().map { KeyedPlace(key: $1.key, place: $0) }
      places.sortThemselves(byUpperHalf: Element.differsInUpperHalf)
      self = places.map { self[$0.place] }
    }
  }

  private mutating func sortThemselves(byUpperHalf isUpperEnough: Bool) {
    if isUpperEnough {
      sort(bytes: 4..<8)
      if sortNeighbours() { return }
    }
    sort(bytes: 0..<8)
  }

  /// Sorts by these bytes of the keys, counted from the lowest; equal ones keep their order.
  private mutating func sort(bytes: Range<Int>) {
    withUnsafeMutableBufferPointer { records in
      withUnsafeTemporaryAllocation(of: Element.self, capacity: records.count) { moved in
        let counts = Self.counts(of: bytes, in: records)
        var (from, to) = (records, moved)
        for (place, byte) in bytes.enumerated() {
          let counts = counts[place * 256..<(place + 1) * 256]
          // The same in all keys.
          if counts.contains(records.count) { continue }
          Self.move(from, to, byBitsFrom: 8 * UInt64(byte), counts)
          swap(&from, &to)
        }
        if from.baseAddress != records.baseAddress { _ = records.update(fromContentsOf: from) }
      }
    }
  }

  /// How often each of these bytes of the keys has each value.
  private static func counts(of bytes: Range<Int>, in records: UnsafeMutableBufferPointer<Element>) -> [Int] {
    var counts = [Int](repeating: 0, count: bytes.count * 256)
    counts.withUnsafeMutableBufferPointer { counts in
      for record in records {
        let key = record.key
        for (place, byte) in bytes.enumerated() {
          counts[place << 8 | Int(key >> (8 * UInt64(byte)) & 255)] += 1
        }
      }
    }
    return counts
  }

  /// Moves records to where they belong by one byte of their keys, of which there are so many of each value.
  private static func move(
    _ from: UnsafeMutableBufferPointer<Element>, _ to: UnsafeMutableBufferPointer<Element>,
    byBitsFrom shift: UInt64, _ counts: ArraySlice<Int>
  ) {
    var start = 0
    var next = counts.map { count in
      defer { start += count }
      return start
    }
    next.withUnsafeMutableBufferPointer { next in
      for record in from {
        let digit = Int(record.key >> shift & 255)
        to[next[digit]] = record
        next[digit] += 1
      }
    }
  }

  /// Puts in order what is nearly so: each record moves before the greater ones that stand just before it.
  ///
  /// - Returns: False, and records are left in another order, but those of one key in theirs, where that takes more steps than
  ///   there are records.
  private mutating func sortNeighbours() -> Bool {
    var steps = 0
    return withUnsafeMutableBufferPointer { sorted in
      for place in sorted.indices.dropFirst() where sorted[place].key < sorted[place - 1].key {
        let record = sorted[place]
        let key = record.key
        var free = place
        while free > 0, sorted[free - 1].key > key {
          sorted[free] = sorted[free - 1]
          free -= 1
          steps += 1
        }
        sorted[free] = record
        if steps > sorted.count { return false }
      }
      return true
    }
  }
}

/// A key with where its record lies.
private struct KeyedPlace: KeyedRecord {
  var key: UInt64
  var place: Int
}
