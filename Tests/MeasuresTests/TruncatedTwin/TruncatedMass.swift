import Foundation
import Traces

/// What one truncated row says about its distribution, with the digits the file dropped carried along.
///
/// A listed token with the stored logprob l has a probability in `[eˡ·shrink, eˡ·grow]`; a token that is not
/// listed has one in `[unlistedLow, cap]`; all of them sum to 1. Every bound is a statement about the
/// distributions that satisfy this, and the true one is among them.
struct TruncatedMass {
  /// How far a stored logprob can be from the true one, in nats, arithmetic included.
  let spread: Double
  /// `e^−spread`.
  let shrink: Double
  /// `e^spread`.
  let grow: Double
  /// The sum of the listed probabilities as stored.
  let listed: Double
  /// The largest probability of a token that is not listed.
  let cap: Double
  /// The smallest probability of a token that is not listed: above 0 only where the others cannot hold the rest.
  let unlistedLow: Double
  /// The number of tokens that are not listed, nil where the vocabulary size is not known.
  let unlistedCount: Int?
  /// The least probability that the tokens not listed can have together.
  let restLow: Double
  /// The most probability that the tokens not listed can have together.
  let restHigh: Double

  /// The probability of the listed tokens, 0 … 1.
  var coverage: Double { min(1, listed) }

  /// Reads one row and writes `eˡ` of each listed token to `probabilities`.
  ///
  /// A row whose probabilities cannot sum to 1 within its precision contradicts itself; the precision is then
  /// taken as the smallest that reconciles it. Nil where no precision does: a row without any probability, or
  /// with logprobs that are not numbers.
  init?(_ row: TruncatedRow, vocabularySize: Int?, probabilities: inout [Double]) {
    let sum = Self.fill(&probabilities, from: row.logprobs.span)
    let unlisted = vocabularySize.map { max(0, $0 - row.tokens.count) }
    let storedCap = row.unlistedCap < 0 ? Self.probability(row.unlistedCap) : 1
    let unlistedRoom = Self.room(of: unlisted, each: storedCap)
    guard sum.isFinite, sum + unlistedRoom > 0, row.precision >= 0, !row.unlistedCap.isNaN else { return nil }

    let arithmetic = roundoff(terms: row.tokens.count)
    let tooMuch = sum > 0 ? log(sum) : 0
    let tooLittle = -log(sum + unlistedRoom)
    let spread = max(row.precision, tooMuch, tooLittle) + arithmetic
    let shrink = exp(-spread)
    let grow = exp(spread)
    guard grow.isFinite else { return nil }
    let left = max(0, 1 - sum * shrink)
    let cap = min(storedCap * grow, left)
    self.spread = spread
    self.shrink = shrink
    self.grow = grow
    self.listed = sum
    self.cap = cap
    self.unlistedCount = unlisted
    restHigh = min(left, Self.room(of: unlisted, each: cap))
    let restLow = min(restHigh, max(0, 1 - sum * grow))
    self.restLow = restLow
    unlistedLow = unlisted.map { max(0, restLow - Double($0 - 1) * cap - arithmetic) } ?? 0
  }

  /// Fills `probabilities` with `eˡ` of each logprob l, and tells their sum.
  private static func fill(_ probabilities: inout [Double], from logprobs: Span<Double>) -> Double {
    probabilities.removeAll(keepingCapacity: true)
    probabilities.append(contentsOf: repeatElement(0, count: logprobs.count))
    var filled = probabilities.mutableSpan
    var sum = 0.0
    for index in logprobs.indices {
      let probability = probability(logprobs[index])
      filled[index] = probability
      sum += probability
    }
    return sum
  }

  /// `e^logprob`, or ``smallest`` where a finite logprob would come close to underflow.
  private static func probability(_ logprob: Double) -> Double {
    logprob == -.infinity ? 0 : max(exp(logprob), smallest)
  }

  /// The least probability of the listed token whose stored probability is this.
  @inline(__always)
  func low(_ probability: Double) -> Double { probability > Self.smallest ? probability * shrink : 0 }

  /// The most probability of the listed token whose stored probability is this.
  @inline(__always)
  func high(_ probability: Double) -> Double { probability * grow }

  /// Stands for every probability from it down to, not including, 0: far below any rounding error of a sum.
  private static let smallest = 0x1p-900

  /// The most probability that `count` tokens of at most `cap` can have together.
  static func room(of count: Int?, each cap: Double) -> Double {
    guard cap > 0 else { return 0 }
    guard let count else { return 1 }
    return min(1, Double(count) * cap)
  }
}

/// A bound of the rounding error of a sum of this many terms of size 1 in all, each with a logarithm.
///
/// The error of adding n terms one after the other is below `n · 2⁻⁵³` of their sum, and each exponential,
/// logarithm and product is right to a few units of `2⁻⁵³`; `2⁻⁵⁰ · (16 + n)` is eight times both.
func roundoff(terms: Int) -> Double { 0x1p-50 * Double(16 + terms) }
