/// Which tokens of a dense row a look takes: runs of neighbours at even distances. To read a run of a row that nobody has
/// read yet costs hardly more than to read one token.
struct TokenSample {
  /// Tokens that a quick look takes from a row: enough to see a sampler's work on a whole vocabulary.
  private static let size = 512
  /// A run in half precision is half a line of the cache.
  private static let runLength = 16

  private let runCount: Int
  private let length: Int
  private let distance: Int

  private init(runCount: Int, length: Int, distance: Int) {
    self.runCount = runCount
    self.length = length
    self.distance = distance
  }

  /// All tokens.
  init(allOf count: Int) { self.init(runCount: 1, length: count, distance: count) }

  /// Some of the tokens, token 0 among them; all where there are few.
  init(of count: Int) {
    guard count > Self.size else {
      self.init(allOf: count)
      return
    }
    let runCount = Self.size / Self.runLength
    self.init(runCount: runCount, length: Self.runLength, distance: count / runCount)
  }

  /// The number of tokens.
  var count: Int { runCount * length }
  /// The runs, rising.
  var runs: some Sequence<Range<Int>> {
    (0..<runCount).lazy.map { [length, distance] in $0 * distance..<$0 * distance + length }
  }
}
