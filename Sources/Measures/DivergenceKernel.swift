import CDivergence
public import Tokenization
public import Traces

/// Measures pairs of dense rows: every token of the vocabulary, every divergence, in two passes over memory.
///
/// The log-sum-exps of the first pass put the rows on one scale; the second pass sums terms that cannot be negative
/// and do not cancel. Single precision inside a group of 1 024 tokens, `Double` across groups. The relative error of
/// both KLs is below 5 · 10⁻⁶ from 10⁻¹⁰ to 10 nats, and rows that say the same give exactly 0.
///
/// A score of −∞ excludes its token: `0 · ln 0 = 0`, and the divergence of a row that allows what the other
/// excludes is infinite. A token that lies more than 708 nats below the log-sum-exp in both rows counts as excluded. In
/// one row alone it does not: a mask that is a number, such as −65 504, gives a divergence that is finite and huge.
///
/// The same rows give the same bits on every run, on every thread and at every address.
public struct DivergenceKernel: Sendable {
  /// The most tokens that ``DenseMeasures/Side/mostProbable`` can list.
  public static let topLimit = Int(DIVERGENCE_TOP_LIMIT)

  /// The number of tokens, where rows are padded with columns that no token has; nil takes rows as they are.
  public let vocabularySize: Int?
  /// How many of the most probable tokens to list, 0 … ``topLimit``.
  public let topCount: Int
  /// The instructions that are used.
  public let instructions: InstructionSet

  /// A kernel for rows of one vocabulary.
  ///
  /// - Parameters:
  ///   - vocabularySize: The number of tokens. Scores past it are padding and stay out of the softmax.
  ///   - topCount: How many of the most probable tokens of each row to list.
  ///   - instructions: Instructions that this machine has.
  public init(vocabularySize: Int? = nil, topCount: Int = 0, instructions: InstructionSet = .best) {
    precondition(
      0...Self.topLimit ~= topCount, "the list can have 0 to \(Self.topLimit) tokens, not \(topCount)")
    precondition(
      InstructionSet.available.contains(instructions), "this machine has no \(instructions.rawValue)")
    self.vocabularySize = vocabularySize
    self.topCount = topCount
    self.instructions = instructions
  }

  /// Measures one position.
  ///
  /// - Parameters:
  ///   - reference: The scores of the model compared against. Shape `[V]`.
  ///   - tuned: The scores of the model under study at the same position. Shape `[V]`.
  ///   - emitted: The token that stands in the text.
  ///   - room: Memory to work in.
  public func measure(
    reference: DenseRow, tuned: DenseRow, emitted: TokenID, in room: KernelRoom = KernelRoom()
  ) throws(RowProblem) -> DenseMeasures {
    let count = try sharedCount(reference: reference, tuned: tuned, emitted: emitted)
    let result = run(reference, tuned, emitted, count, room, klShares: nil, movedMass: nil)
    try check(result)
    return measures(result)
  }

  /// Measures one position and adds every token's part of it to `shares`. A position with a problem adds nothing.
  ///
  /// - Precondition: `shares` has as many tokens as the rows.
  public func measure(
    reference: DenseRow, tuned: DenseRow, emitted: TokenID, adding shares: inout PredictedShares,
    in room: KernelRoom = KernelRoom()
  ) throws(RowProblem) -> DenseMeasures {
    let count = try sharedCount(reference: reference, tuned: tuned, emitted: emitted)
    precondition(
      shares.vocabularySize == count, "shares of \(shares.vocabularySize) tokens do not fit \(count) scores")
    var result = divergence_result()
    shares.addPosition { klShares, movedMass in
      result = run(reference, tuned, emitted, count, room, klShares: klShares, movedMass: movedMass)
      return result.status == DIVERGENCE_MEASURED ? result.kl_tuned_reference : nil
    }
    try check(result)
    return measures(result)
  }
}

extension DivergenceKernel {
  private func sharedCount(
    reference: DenseRow, tuned: DenseRow, emitted: TokenID
  ) throws(RowProblem) -> Int {
    let count: Int
    if let vocabularySize {
      let shorter = min(reference.count, tuned.count)
      guard shorter >= vocabularySize else {
        throw .rowTooShort(count: shorter, vocabularySize: vocabularySize)
      }
      count = vocabularySize
    } else {
      guard reference.count == tuned.count else {
        throw .sizesDiffer(reference: reference.count, tuned: tuned.count)
      }
      count = reference.count
    }
    guard count > 0 else { throw .noProbability(.reference) }
    guard 0..<count ~= Int(emitted.rawValue) else {
      throw .emittedOutside(token: emitted, vocabularySize: count)
    }
    return count
  }

  private func run(
    _ reference: DenseRow, _ tuned: DenseRow, _ emitted: TokenID, _ count: Int, _ room: KernelRoom,
    klShares: UnsafeMutablePointer<Float>?, movedMass: UnsafeMutablePointer<Float>?
  ) -> divergence_result {
    var result = divergence_result()
    reference.withUnsafeBytes { referenceBytes in
      tuned.withUnsafeBytes { tunedBytes in
        var request = divergence_request(
          reference: divergence_row(bytes: referenceBytes.baseAddress, encoding: reference.encoding.stored),
          tuned: divergence_row(bytes: tunedBytes.baseAddress, encoding: tuned.encoding.stored),
          count: count, emitted: Int(emitted.rawValue), top_count: max(topCount, 1),
          room: room.floats(count: count), kl_shares: klShares, moved_mass: movedMass)
        divergence_measure(instructions.path, &request, &result)
      }
    }
    return result
  }

  private func check(_ result: divergence_result) throws(RowProblem) {
    let role: RowProblem.Role = result.problem_in_tuned ? .tuned : .reference
    let token = TokenID(Int32(truncatingIfNeeded: result.problem_token))
    switch result.status {
    case DIVERGENCE_NOT_A_NUMBER: throw .notANumber(role, token: token)
    case DIVERGENCE_PLUS_INFINITY: throw .plusInfinity(role, token: token)
    case DIVERGENCE_NO_PROBABILITY: throw .noProbability(role)
    default: return
    }
  }

  private func measures(_ result: divergence_result) -> DenseMeasures {
    DenseMeasures(
      divergences: Divergences(
        klTunedReference: .exact(result.kl_tuned_reference),
        klReferenceTuned: .exact(result.kl_reference_tuned),
        jensenShannon: .exact(result.jensen_shannon), totalVariation: .exact(result.total_variation),
        entropyReference: .exact(result.reference.entropy), entropyTuned: .exact(result.tuned.entropy)),
      reference: side(result.reference), tuned: side(result.tuned))
  }

  private func side(_ side: divergence_side) -> DenseMeasures.Side {
    DenseMeasures.Side(
      logSumExp: side.log_sum_exp, logprob: Double(side.emitted_score) - side.log_sum_exp,
      rank: Int(side.greater) + 1, top: TokenID(Int32(truncatingIfNeeded: side.top_tokens.0)),
      mostProbable: topCount == 0 ? [] : mostProbable(side))
  }

  private func mostProbable(_ side: divergence_side) -> [DenseMeasures.RankedToken] {
    withUnsafeBytes(of: side.top_tokens) { tokenBytes in
      withUnsafeBytes(of: side.top_scores) { scoreBytes in
        let tokens = tokenBytes.bindMemory(to: UInt32.self), scores = scoreBytes.bindMemory(to: Float.self)
        return (0..<min(topCount, side.top_count)).map { place in
          DenseMeasures.RankedToken(
            token: TokenID(Int32(truncatingIfNeeded: tokens[place])),
            logprob: Double(scores[place]) - side.log_sum_exp)
        }
      }
    }
  }
}

extension DenseRow.Encoding {
  fileprivate var stored: divergence_encoding {
    switch self {
    case .float32: DIVERGENCE_FLOAT32
    case .float16: DIVERGENCE_FLOAT16
    case .bfloat16: DIVERGENCE_BFLOAT16
    case .affine16: DIVERGENCE_AFFINE16
    }
  }
}
