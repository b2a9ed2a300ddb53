import CTruncation
import Foundation
import Tokenization
public import Traces

/// Bounds of every divergence between two models of which only the most probable tokens are known.
///
/// Let p be the tuned and q the reference distribution. Each row says of a listed token that its logprob lies
/// within `precision` of the stored one, of every other token that its logprob is at most `unlistedCap`, and
/// each distribution sums to 1. The figures contain the value for **every** pair (p, q) that satisfies this:
///
/// | figure | from below | from above |
/// |---|---|---|
/// | KL, both ways | the exact minimum over all such pairs, 0 … ∞ | only with a floor, or where every token is listed |
/// | JS | the exact minimum | `Σ both js + ½ ln 2 · (P + Q)`, P and Q the mass outside of the shared list |
/// | TV | the exact minimum | `1 − Σ both min(p, q)` |
/// | entropy | the unlisted mass packed into as few tokens as the cap allows | spread evenly; needs V |
///
/// "Exact" holds up to rounding of the arithmetic, which always widens. Proofs: <doc:TruncatedBounds>.
/// One value can be used for any number of pairs; it keeps its memory. All instructions give the same bits.
///
/// Complexity: O(k) for rows of k tokens.
public struct TruncatedComparison: Sendable {
  /// The instructions that are used.
  public let instructions: InstructionSet
  private var room: [Double] = []
  /// The stored probability of each token that the reference's row lists, of the rows that were compared last.
  public private(set) var referenceProbabilities: [Double] = []
  /// The stored probability of each token that the tuned model's row lists, of the rows that were compared last.
  public private(set) var tunedProbabilities: [Double] = []
  /// The sum of ``referenceProbabilities``.
  public private(set) var referenceMass = 0.0
  /// The sum of ``tunedProbabilities``.
  public private(set) var tunedMass = 0.0
  /// How many of the first ``TopOverlap/depth`` tokens the rows that were compared last share.
  private(set) var sharedTop = 0

  /// A comparison that has not compared anything yet.
  ///
  /// - Parameter instructions: Instructions that this machine has.
  public init(instructions: InstructionSet = .best) {
    precondition(
      InstructionSet.available.contains(instructions), "this machine has no \(instructions.rawValue)")
    self.instructions = instructions
  }

  /// Bounds of the divergences of one position.
  ///
  /// - Parameters:
  ///   - reference: What is known of the reference's distribution.
  ///   - tuned: What is known of the tuned model's distribution.
  ///   - vocabularySize: The number of tokens of both models, V. Nil where it is not known: then an entropy has
  ///     no upper bound. A size that a listed id contradicts is taken as not known.
  ///   - floor: A logprob, in nats, below which no token of either model lies. It is an assumption about the
  ///     models that no list can prove, and only the upper bounds of the KL divergences rest on it. A floor
  ///     that one of the rows contradicts is not used.
  /// - Returns: Figures that are all `between`. An infinite lower bound says that the divergence is infinite.
  public mutating func divergences(
    reference: TruncatedRow, tuned: TruncatedRow, vocabularySize: Int?, floor: Double?
  ) -> Divergences {
    let size = vocabularySize.flatMap { Self.holds(reference, $0) && Self.holds(tuned, $0) ? $0 : nil }
    let needed = truncation_room(reference.tokens.count, tuned.tokens.count)
    if room.count < needed { room = Array(repeating: 0, count: needed) }
    let path = instructions.truncationPath
    var result = truncation_result()
    let isKnown = reference.withRow(into: &referenceProbabilities) { reference in
      tuned.withRow(into: &tunedProbabilities) { tuned in
        room.withUnsafeMutableBufferPointer { room in
          var request = truncation_request(
            reference: reference, tuned: tuned, vocabulary_size: Int64(size ?? 0),
            knows_vocabulary_size: size != nil, floor: floor ?? 0, has_floor: floor != nil,
            room: room.baseAddress)
          return truncation_compare(path, &request, &result)
        }
      }
    }
    referenceMass = result.listed_reference
    tunedMass = result.listed_tuned
    sharedTop = Int(result.shared_top)
    return isKnown ? Divergences(result) : .unknown(vocabularySize: size)
  }

  /// Whether every listed id lies in a vocabulary of this size.
  private static func holds(_ row: TruncatedRow, _ size: Int) -> Bool {
    guard size > 0 else { return false }
    let tokens = row.tokens.span
    var highest = Int32.min
    for index in tokens.indices { highest = max(highest, tokens[index].rawValue) }
    return Int(highest) < size
  }
}

/// Bounds of every divergence between two models of which only the most probable tokens are known.
///
/// ``TruncatedComparison`` says what the bounds are and does the same without new memory for each position.
public func truncatedDivergences(
  reference: TruncatedRow, tuned: TruncatedRow, vocabularySize: Int?, floor: Double?
) -> Divergences {
  var comparison = TruncatedComparison()
  return comparison.divergences(
    reference: reference, tuned: tuned, vocabularySize: vocabularySize, floor: floor)
}

extension TruncatedRow {
  /// The row as the kernel takes it, and room for the probability of each of its tokens.
  fileprivate func withRow<Result>(
    into probabilities: inout [Double], _ body: (truncation_row) -> Result
  ) -> Result {
    let count = tokens.count
    if probabilities.count != count { probabilities = Array(repeating: 0, count: count) }
    return tokens.withUnsafeBytes { tokens in
      logprobs.withUnsafeBufferPointer { logprobs in
        probabilities.withUnsafeMutableBufferPointer { probabilities in
          body(
            truncation_row(
              // A token id is one 32-bit number.
              tokens: tokens.assumingMemoryBound(to: Int32.self).baseAddress, logprobs: logprobs.baseAddress,
              count: count, unlisted_cap: unlistedCap, precision: precision,
              probabilities: probabilities.baseAddress))
        }
      }
    }
  }
}

extension Figure {
  fileprivate init(_ bounds: truncation_bounds) {
    self = .between(low: bounds.low, high: bounds.has_high ? bounds.high : nil)
  }
}

extension Divergences {
  fileprivate init(_ result: truncation_result) {
    self.init(
      klTunedReference: Figure(result.kl_tuned_reference),
      klReferenceTuned: Figure(result.kl_reference_tuned),
      jensenShannon: Figure(result.jensen_shannon), totalVariation: Figure(result.total_variation),
      entropyReference: Figure(result.entropy_reference), entropyTuned: Figure(result.entropy_tuned))
  }

  /// What holds for any two distributions.
  fileprivate static func unknown(vocabularySize: Int?) -> Divergences {
    let entropy = Figure.between(low: 0, high: vocabularySize.map { log(Double($0)) })
    return Divergences(
      klTunedReference: .between(low: 0, high: nil), klReferenceTuned: .between(low: 0, high: nil),
      jensenShannon: .between(low: 0, high: log(2)), totalVariation: .between(low: 0, high: 1),
      entropyReference: entropy, entropyTuned: entropy)
  }
}
