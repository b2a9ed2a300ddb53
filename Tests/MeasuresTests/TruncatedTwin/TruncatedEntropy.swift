import Foundation
import Traces

/// The entropies of all distributions that one truncated row allows, in nats.
///
/// For any ν, `H = Σ (−p ln p − νp) + ν`, because p sums to 1. Each listed token's term is taken at the worst
/// point of its box and the tokens that are not listed at the worst way to share out their mass P, so every ν
/// gives a true bound; ν only decides how much of the rounding of the listed logprobs cancels.
///
/// Lowest, the unlisted mass is packed into as few tokens as the cap allows: ⌊P/cap⌋ tokens at the cap and one
/// with what is left (the entropy is concave, and the packed shares majorise all others). Highest, it is spread
/// evenly over the tokens that are not listed: `P ln(N/P)`.
struct TruncatedEntropy {
  /// At most the entropy.
  var low: Double
  /// At least the entropy; nil where the vocabulary size is not known and mass is left.
  var high: Double?

  /// The bounds of one row.
  init(logprobs: Span<Double>, _ mass: TruncatedMass, probabilities: Span<Double>) {
    let balance = mass.surprisal(logprobs, probabilities) / mass.listed - 1
    let error = roundoff(terms: probabilities.count + 4)

    let nu = balance.isFinite ? balance : 0
    let packed = Self.leastOfRest(mass, nu: nu)
    low = max(0, mass.least(logprobs, probabilities, nu: nu) + packed + nu - error * (1 + abs(nu)))

    guard let count = mass.unlistedCount else {
      high =
        mass.restHigh > 0
        ? nil : mass.most(logprobs, probabilities, nu: nu) + nu + error * (1 + abs(nu))
      return
    }
    let level = count > 0 ? mass.restHigh / Double(count) : 0
    let lift = level > 0 ? -1 - log(level) : nu
    let spread = Self.mostOfRest(mass, count: Double(count), nu: lift)
    let value = mass.most(logprobs, probabilities, nu: lift) + spread + lift + error * (1 + abs(lift))
    high = min(value, log(Double(probabilities.count + count)))
  }

  /// The least that `Σ (−p ln p − νp)` can be over the tokens that are not listed.
  ///
  /// In P it is concave between multiples of the cap and straight from multiple to multiple: the least lies at
  /// an end of P's range or at the first or the last multiple inside.
  private static func leastOfRest(_ mass: TruncatedMass, nu: Double) -> Double {
    func packed(_ rest: Double) -> Double {
      guard rest > 0 && mass.cap > 0 else { return 0 }
      let full = (rest / mass.cap).rounded(.down)
      let remainder = max(0, rest - full * mass.cap)
      let last = remainder > 0 ? -remainder * log(remainder) : 0
      return full * mass.cap * -log(mass.cap) + last - nu * rest
    }
    var least = min(packed(mass.restLow), packed(mass.restHigh))
    guard mass.cap > 0 else { return least }
    let first = (mass.restLow / mass.cap).rounded(.up) * mass.cap
    let last = (mass.restHigh / mass.cap).rounded(.down) * mass.cap
    if first <= mass.restHigh { least = min(least, packed(first), packed(max(first, last))) }
    return least
  }

  /// The most that `Σ (−p ln p − νp)` can be over the tokens that are not listed: `P ln(N/P) − νP`.
  private static func mostOfRest(_ mass: TruncatedMass, count: Double, nu: Double) -> Double {
    let rest = clamp(count * exp(-1 - nu), mass.restLow, mass.restHigh)
    return rest > 0 ? rest * (log(count / rest) - nu) : 0
  }
}

/// The listed tokens of a row in the sum of an entropy.
extension TruncatedMass {
  /// `−Σ p ln p` of the stored values.
  fileprivate func surprisal(_ logprobs: Span<Double>, _ probabilities: Span<Double>) -> Double {
    var sum = 0.0
    for index in logprobs.indices where probabilities[index] > 0 {
      sum -= probabilities[index] * logprobs[index]
    }
    return sum
  }

  /// The least that `Σ (−p ln p − νp)` can be: concave in p, so at an end of each token's range.
  fileprivate func least(_ logprobs: Span<Double>, _ probabilities: Span<Double>, nu: Double) -> Double {
    var sum = 0.0
    for index in logprobs.indices where probabilities[index] > 0 {
      let ends = ends(logprobs[index], probabilities[index], nu)
      sum += min(ends.low, ends.high)
    }
    return sum
  }

  /// The most that `Σ (−p ln p − νp)` can be: at the peak `p = e^(−1−ν)`, of value p, or at the end next to it.
  fileprivate func most(_ logprobs: Span<Double>, _ probabilities: Span<Double>, nu: Double) -> Double {
    let peak = exp(-1 - nu)
    var sum = 0.0
    for index in logprobs.indices where probabilities[index] > 0 {
      let probability = probabilities[index]
      let ends = ends(logprobs[index], probability, nu)
      let holdsPeak = low(probability) < peak && peak < high(probability)
      sum += holdsPeak ? peak : max(ends.low, ends.high)
    }
    return sum
  }

  /// `−p ln p − νp` at both ends of a token's range, the upper one at most 1.
  @inline(__always)
  private func ends(_ logprob: Double, _ probability: Double, _ nu: Double) -> (low: Double, high: Double) {
    let high = high(probability)
    return (
      low(probability) * (spread - logprob - nu),
      high < 1 ? high * (-spread - logprob - nu) : -nu
    )
  }
}
