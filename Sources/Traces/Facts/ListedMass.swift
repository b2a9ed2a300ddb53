import Foundation

/// The probability that lists of tokens hold, and whether it looks like a sampler's.
///
/// After top-k or top-p nothing is left to the tokens that are not listed, although the last listed one may be far
/// from improbable. In a model's own distribution that is rare: behind a token of probability 0.001 come others of
/// the same order. So a row tells when its last token has a probability well above the digits of the file, and a file
/// is a sampler's when most of the telling rows leave nothing over. Lists of one token tell nothing, and neither do
/// rows in which the sampler kept a single one.
struct ListedMass {
  /// Rounding and the arithmetic of engines can raise a sum of probabilities this far above 1, or leave it below.
  static let rounding = (above: 1e-2, below: 1e-5)
  /// A last token so many times more probable than the rounding is not followed by nothing.
  private static let telling = 100.0
  /// Fewer telling rows without a rest may be chance: true of 1 in 6,000 rows of the model that this was tried on.
  private static let fewestRows = 3

  private(set) var mean = RunningMean()
  private(set) var least = Double.infinity
  private(set) var largest = 0.0
  private(set) var rowsAboveOne = 0
  private var tellingRows = 0
  private var rowsWithoutRest = 0

  mutating func add(_ row: TruncatedRow) {
    let covered = row.logprobs.reduce(0) { $0 + exp($1) }
    mean.add(min(covered, 1))
    least = min(least, covered, 1)
    largest = max(largest, covered)
    // An error of ε in every logprob changes the sum by a factor of e^ε at most.
    guard covered <= exp(row.precision) * (1 + Self.rounding.above) else {
      rowsAboveOne += 1
      return
    }
    let rounding = Self.rounding.below + row.precision
    guard row.tokens.count > 1, exp(row.unlistedCap) >= Self.telling * rounding else { return }
    tellingRows += 1
    if covered >= 1 - rounding { rowsWithoutRest += 1 }
  }

  /// Whether the listed tokens of a row hold all of the probability, as far as its digits tell.
  static func isWhole(_ row: TruncatedRow) -> Bool {
    let covered = row.logprobs.reduce(0) { $0 + exp($1) }
    return covered >= exp(-row.precision) - rounding.below
      && covered <= exp(row.precision) * (1 + rounding.above)
  }

  /// What shows a sampler, nil where nothing does.
  var evidence: TraceWarning.Evidence? {
    guard rowsWithoutRest >= Self.fewestRows, 2 * rowsWithoutRest > tellingRows else { return nil }
    return .nothingUnlisted(rows: rowsWithoutRest, of: tellingRows)
  }
}
