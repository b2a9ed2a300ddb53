import Statistics
import TestSupport
import Testing

/// Principal axes and the latent shift along them.
@Suite struct PrincipalAxesTests {
  @Test func `three points by hand`() throws {
    // Mean (1, 1); centred (−1, 0), (1, 0) and twice (0, ±½) after moving: variance 2 along x, ½ along y.
    let axes = try #require(PrincipalAxes([0, 1, 2, 1, 1, 1.5, 1, 0.5], width: 2))
    #expect(axes.first == [1, 0])
    #expect(axes.second == [0, 1])
    #expect(abs(axes.shares.first - 0.8) < 1e-15 && abs(axes.shares.second - 0.2) < 1e-15)
    let means = axes.meanProjections(of: [3, 5, 5, 7])
    #expect(means.first == 4 && means.second == 6)
  }

  @Test func `the sign follows the loading or the score`() throws {
    // Along (2, −1)/√5 with scores −1, 0 and more than 1: both rules may differ.
    let vectors = [-2, 1, 0, 0, 1, -0.5, 0, 0.001, 0.001, 0]
    let loading = try #require(PrincipalAxes(vectors, width: 2, sign: .loading))
    let score = try #require(PrincipalAxes(vectors, width: 2, sign: .score))
    #expect(loading.first[0] > 0)
    #expect(score.first[0] < 0)
  }

  @Test func `vectors that span less than two dimensions have no axes`() {
    #expect(PrincipalAxes([1, 2, 3, 4], width: 2) == nil)
    #expect(PrincipalAxes([1, 1, 2, 2, 3, 3], width: 2) == nil)
    #expect(PrincipalAxes([1, 1, 1, 1, 1, 1], width: 2) == nil)
    #expect(PrincipalAxes([1, 1, 2, .nan, 3, 3], width: 2) == nil)
  }

  /// The slow twin: power iteration on the covariance, coordinate by coordinate, then once more across the first axis.
  private static func twin(_ vectors: [[Double]]) -> [[Double]] {
    let width = vectors[0].count
    let mean = (0..<width).map { place in vectors.reduce(0) { $0 + $1[place] } / Double(vectors.count) }
    let centred = vectors.map { zip($0, mean).map { $0 - $1 } }
    var axes: [[Double]] = []
    for _ in 0..<2 {
      var axis = (0..<width).map { 1 + 0.1 * Double($0 % 7) }
      for _ in 0..<300 {
        for known in axes {
          let along = zip(axis, known).reduce(0) { $0 + $1.0 * $1.1 }
          axis = zip(axis, known).map { $0 - along * $1 }
        }
        var next = [Double](repeating: 0, count: width)
        for row in centred {
          let score = zip(row, axis).reduce(0) { $0 + $1.0 * $1.1 }
          for place in 0..<width { next[place] += score * row[place] }
        }
        let length = next.reduce(0) { $0 + $1 * $1 }.squareRoot()
        axis = next.map { $0 / length }
      }
      axes.append(axis)
    }
    return axes
  }

  @Test(arguments: 0..<6 as Range<UInt64>, [(5, 9), (9, 5), (12, 12)])
  func `axes are those of power iteration, up to their sign`(seed: UInt64, shape: (Int, Int)) throws {
    var generator = SplitMix64(seed: seed)
    let (count, width) = shape
    // One direction of variance 9 and one of 4 above noise, so that the iteration converges.
    let vectors = (0..<count).map { row -> [Double] in
      var vector = (0..<width).map { _ in 0.3 * generator.normal() + 100 }
      vector[0] += 3 * (row % 2 == 0 ? 1 : -1) + 0.1 * generator.normal()
      vector[1] += 2 * (row % 4 < 2 ? 1 : -1) + 0.1 * generator.normal()
      return vector
    }
    let axes = try #require(PrincipalAxes(vectors.flatMap { $0 }, width: width))
    for (axis, twin) in zip([axes.first, axes.second], Self.twin(vectors)) {
      let along = zip(axis, twin).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(abs(along) - 1) < 1e-12, "\(along)")
      let largest = axis.max { abs($0) < abs($1) } ?? 0
      #expect(largest > 0)
    }
    let across = zip(axes.first, axes.second).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(abs(across) < 1e-13)
  }

  @Test func `a distance by hand`() {
    // Shifts (3, 0) and (1, −2): mean (2, −1), d = √5; squares 9 and 5: √7.
    let shift = LatentShift(layers: [
      .init(base: [1, 1], tuned: [4, 1]), .init(base: [0, 3], tuned: [1, 1]),
    ])
    #expect(shift.meanShift == [2, -1])
    #expect(shift.distance == 5.0.squareRoot())
    #expect(shift.rootMeanSquare == 7.0.squareRoot())
  }

  @Test func `a model that did not move has no distance`() throws {
    let vectors: [Double] = [0, 1, 2, 1, 1, 1.5, 1, 0.5]
    let layer = try #require(LatentShift.Layer(base: vectors, tuned: vectors, width: 2))
    #expect(LatentShift(layers: [layer]).distance == 0)
    let moved = try #require(
      LatentShift.Layer(
        base: vectors, tuned: vectors.enumerated().map { $1 + ($0 % 2 == 0 ? 3 : 4) }, width: 2))
    #expect(LatentShift(layers: [moved]).distance == 5)
  }
}
