/// Random signs: which clusters change theirs in which flip.
///
/// The sign of a place in a flip is a function of the seed, the place and the flip alone. More places or more flips
/// change none of the others.
struct SignFlips: Sendable {
  /// The number of places that have a sign.
  let places: Int
  /// The number of flips.
  let count: Int
  /// By group of eight places, then by flip: bit j is set where place `8 · group + j` has the sign −1.
  let patterns: [UInt8]
  /// For each flip, the sum of the signs of all places.
  let sums: [Int32]

  /// Draws the signs.
  ///
  /// Complexity: O(places · flips) bits.
  init(places: Int, count: Int, seed: UInt64) {
    self.places = places
    self.count = count
    let groups = (places + 7) / 8
    var patterns = [UInt8](repeating: 0, count: groups * count)
    var sums = [Int32](repeating: 0, count: count)
    for group in 0..<groups {
      var stream = RandomStream(seed: seed, stream: UInt64(group))
      let own = min(8, places - 8 * group)
      let mask = UInt8(truncatingIfNeeded: (1 << own) - 1)
      var word: UInt64 = 0
      for flip in 0..<count {
        word = flip % 8 == 0 ? stream.next() : word &>> 8
        let pattern = UInt8(truncatingIfNeeded: word)
        patterns[group * count + flip] = pattern
        sums[flip] += Int32(own - 2 * (pattern & mask).nonzeroBitCount)
      }
    }
    self.patterns = patterns
    self.sums = sums
  }

  /// The sum of the signs of the first places in one flip.
  func sum(ofFirst places: Int, flip: Int) -> Int {
    var sum = 0
    for group in 0..<(places + 7) / 8 {
      let own = min(8, places - 8 * group)
      let mask = UInt8(truncatingIfNeeded: (1 << own) - 1)
      sum += own - 2 * (patterns[group * count + flip] & mask).nonzeroBitCount
    }
    return sum
  }
}
