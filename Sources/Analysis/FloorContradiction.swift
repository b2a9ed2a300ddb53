import Foundation
public import Measures
import Tokenization
public import Traces

extension TracePair {
  /// Where the rows contradict a floor that was stated for them, so that no upper bound follows from it.
  ///
  /// - Parameters:
  ///   - floor: The logprob below which no token is said to lie, in nats.
  ///   - measured: What the pair gave under this floor.
  /// - Returns: The file, the position, both numbers and the remedy; nil where nothing contradicts the floor.
  public func contradiction(of floor: Double, in measured: MeasuredSequence) -> String? {
    guard
      let measures = measured.positions.first(where: { $0.divergences.klTunedReference.high == nil }),
      let position = positions.first(where: { $0.position == measures.position })
    else { return nil }
    let lowest = [
      (reference, reference.leastListed(position.referenceRow)),
      (tuned, tuned.leastListed(position.tunedRow)),
    ].compactMap { trace, logprob in logprob.map { (trace, $0) } }.min { $0.1 < $1.1 }
    let trace = lowest?.0 ?? reference
    let names =
      [trace.file ?? "trace"] + (trace.id.map { ["sequence \"\($0)\""] } ?? []) + [
        "position \(measures.position)"
      ]
    let what =
      if let least = lowest?.1, least < floor {
        "a token has the logprob \(least), below the floor of \(floor) nats."
      } else {
        "the tokens that are not listed have a probability of \(Self.unlisted(measures)) together, too little for a floor of \(floor) nats each."
      }
    return "\(names.joined(separator: ", ")): \(what) Lower the floor."
  }
}

extension TracePair {
  /// The smaller of the probabilities that the two rows leave to the tokens that they do not list.
  fileprivate static func unlisted(_ measures: PositionMeasures) -> String {
    let rest = max(0, 1 - max(measures.coverageReference, measures.coverageTuned))
    return String(format: "%.2g", rest)
  }
}

extension Trace {
  /// The smallest logprob of a row of listed tokens; nil for dense rows.
  fileprivate func leastListed(_ row: Int) -> Double? {
    guard case .truncated(let rows) = rows else { return nil }
    return rows[row]?.logprobs.min()
  }
}
