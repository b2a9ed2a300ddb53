import Foundation
import Statistics

/// Our time against another one, taken in the same rounds.
struct Comparison: Encodable {
  var name: String
  /// The median of our times.
  var ours: Double
  /// The median of the other times.
  var other: Double
  /// The median over rounds of ours / other.
  var ratio: Double
  /// The quartiles of that ratio.
  var ratioLow: Double
  var ratioHigh: Double
  var unit: String

  /// Compares times that were taken in turn, one of each a round.
  init(_ name: String, ours: [Double], other: [Double], unit: String = "µs per position") {
    self.name = name
    self.unit = unit
    self.ours = quantile(ours, 0.5)
    self.other = quantile(other, 0.5)
    let ratios = zip(ours, other).map { $0 / $1 }
    ratio = quantile(ratios, 0.5)
    ratioLow = quantile(ratios, 0.25)
    ratioHigh = quantile(ratios, 0.75)
  }

  static func table(_ comparisons: [Comparison]) -> String {
    let width = comparisons.map(\.name.count).max() ?? 0
    return comparisons.map { it in
      it.name.padding(toLength: width, withPad: " ", startingAt: 0)
        + String(
          format: "  %8.1f  %8.1f   %6.3f  (%.3f … %.3f)", it.ours, it.other, it.ratio, it.ratioLow,
          it.ratioHigh)
    }.joined(separator: "\n")
  }

  static func json(_ comparisons: [Comparison]) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return String(decoding: try encoder.encode(comparisons), as: UTF8.self)
  }
}

/// The value below which a fraction of the numbers lies, NaN where there are none.
private func quantile(_ numbers: [Double], _ fraction: Double) -> Double {
  Statistics.quantile(fraction, ofSorted: numbers.sorted()) ?? .nan
}
