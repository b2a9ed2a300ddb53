/// How often each rank shift came.
struct RankShiftHistogram {
  private var counts: [Int32: Int] = [:]

  /// Adds the pairs of an encoding.
  mutating func add(_ encoding: UnsafeRawBufferPointer) {
    for offset in stride(from: 0, to: encoding.count - 7, by: 8) {
      let shift = Int32(littleEndian: encoding.loadUnaligned(fromByteOffset: offset, as: Int32.self))
      let count = UInt32(littleEndian: encoding.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self))
      counts[shift, default: 0] += Int(count)
    }
  }

  /// Adds what another one counts.
  mutating func add(_ other: RankShiftHistogram) { counts.merge(other.counts, uniquingKeysWith: +) }

  /// The pairs, as ``RankShiftCounts`` has them.
  var encoded: [UInt8] {
    var bytes: [UInt8] = []
    for (shift, count) in counts.sorted(by: { $0.key < $1.key }) {
      Self.append(shift, count: count, to: &bytes)
    }
    return bytes
  }

  /// Adds a pair to an encoding.
  static func append(_ shift: Int32, count: Int, to encoding: inout [UInt8]) {
    withUnsafeBytes(of: shift.littleEndian) { encoding.append(contentsOf: $0) }
    withUnsafeBytes(of: UInt32(clamping: count).littleEndian) { encoding.append(contentsOf: $0) }
  }

  /// The median, half way between the two middle ones where they are even in number; nil of none.
  var median: Double? {
    let total = counts.values.reduce(0, +)
    var below: Double?
    var seen = 0
    for (shift, count) in counts.sorted(by: { $0.key < $1.key }) {
      seen += count
      if below == nil, 2 * seen >= total { below = Double(shift) }
      if let below, 2 * seen > total { return (below + Double(shift)) / 2 }
    }
    return below
  }
}
