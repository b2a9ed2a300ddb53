/// The sums of scores under every flip of their signs, a block of flips at a time.
///
/// Each score is a pair `(a, b)`. Eight scores have 256 sums, which are made once; a flip then costs one look-up and one
/// addition for eight scores.
struct FlippedScores {
  /// The largest number of flips of a block.
  static let blockSize = 1024

  /// The number of flips to be tried.
  let flipCount: Int
  /// True where these are all flips that make a difference.
  let isExhaustive: Bool

  private let flips: SignFlips
  private let groups: Int
  private let scoreCount: Int
  /// What each of the scores that are not listed, all of them `(0, rest)`, adds with its sign.
  private let rest: Double?
  private let tables: [SIMD2<Double>]

  /// The sums of these scores.
  ///
  /// With n scores and `2ⁿ⁻¹` at most as many as there are flips, all flips are tried: the last score keeps its sign,
  /// because changing all signs changes no size.
  ///
  /// - Parameter rest: What each place beyond those of the scores has in b, its a being 0; every score has the same b.
  ///   Flips of few scores are then tried over and over, each time beside other signs of the rest. Nil for no rest.
  init(_ scores: [SIMD2<Double>], rest: Double?, flips: SignFlips) {
    let patterns = scores.count <= 32 ? 1 << max(0, scores.count - 1) : Int.max
    isExhaustive = patterns <= flips.count
    flipCount =
      !isExhaustive ? flips.count : rest == nil ? patterns : flips.count / patterns * patterns
    self.flips = flips
    self.rest = rest
    scoreCount = scores.count
    groups = (scores.count + 7) / 8
    // Drawn signs of all places have their sum already.
    let keepsSecond = rest == nil || isExhaustive
    let groups = groups
    tables = [SIMD2<Double>](unsafeUninitializedCapacity: groups * 256) { tables, count in
      for group in 0..<groups {
        let table = tables.baseAddress.map { $0 + group * 256 }
        Self.fill(table, scores, from: 8 * group, keepsSecond: keepsSecond)
      }
      count = groups * 256
    }
  }

  /// The 256 sums of eight scores; those that are missing count nothing.
  private static func fill(
    _ table: UnsafeMutablePointer<SIMD2<Double>>?, _ scores: [SIMD2<Double>], from first: Int,
    keepsSecond: Bool
  ) {
    guard let table else { return }
    var plain = SIMD2<Double>.zero
    let own = (0..<8).map { place -> SIMD2<Double> in
      var score = first + place < scores.count ? scores[first + place] : .zero
      if !keepsSecond { score[1] = 0 }
      plain += score
      return score
    }
    table.initialize(to: plain)
    for (bit, score) in own.enumerated() {
      for pattern in 0..<1 << bit {
        (table + pattern + (1 << bit)).initialize(to: table[pattern] - 2 * score)
      }
    }
  }

  /// Adds up the scores in the flips of a block.
  ///
  /// - Parameter sums: Room for ``blockSize`` pairs; those of the block's flips are written.
  /// - Returns: How many flips there are in the block.
  func accumulate(from start: Int, into sums: UnsafeMutablePointer<SIMD2<Double>>) -> Int {
    let count = min(Self.blockSize, flipCount - start)
    begin(sums, start, count)
    tables.withUnsafeBufferPointer { tables in
      guard var table = tables.baseAddress else { return }
      if isExhaustive {
        let mask = 1 << max(0, scoreCount - 1) - 1
        for group in 0..<groups {
          for i in 0..<count { sums[i] += table[((start + i) & mask) &>> (8 * group) & 255] }
          table += 256
        }
        return
      }
      flips.patterns.withUnsafeBufferPointer { patterns in
        guard var pattern = patterns.baseAddress.map({ $0 + start }) else { return }
        for _ in 0..<groups {
          for i in 0..<count { sums[i] += table[Int(pattern[i])] }
          table += 256
          pattern += flips.count
        }
      }
    }
    return count
  }

  /// What the places without a score add.
  private func begin(_ sums: UnsafeMutablePointer<SIMD2<Double>>, _ start: Int, _ count: Int) {
    guard let rest else {
      for i in 0..<count { sums[i] = .zero }
      return
    }
    for i in 0..<count {
      let others =
        Int(flips.sums[start + i]) - (isExhaustive ? flips.sum(ofFirst: scoreCount, flip: start + i) : 0)
      sums[i] = SIMD2(0, Double(others) * rest)
    }
  }
}
