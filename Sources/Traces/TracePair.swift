public import Tokenization

/// What the reference and the tuned model said about the same tokens, row beside row.
///
/// Only made when the tokens are the same; rows are then aligned by the token that they predict.
public struct TracePair: Sendable {
  /// What the reference said.
  public let reference: Trace
  /// What the tuned model said.
  public let tuned: Trace
  /// The tokens before the first response token. Where neither file says, the first token that has a row begins
  /// the response.
  public let promptLength: Int
  /// The positions of the response for which both models have a row, rising.
  public let positions: [Position]
  /// The positions of the response that are left out, and why.
  public let omitted: Omitted

  /// A position and its two rows.
  public struct Position: Equatable, Sendable {
    /// The place in the response, counted from 0 at its first token.
    public var position: Int
    /// The token that stands in the text here.
    public var tokenID: TokenID
    /// The place of the row in the reference's rows.
    public var referenceRow: Int
    /// The place of the row in the tuned model's rows.
    public var tunedRow: Int

    /// A position with its two rows.
    public init(position: Int, tokenID: TokenID, referenceRow: Int, tunedRow: Int) {
      self.position = position
      self.tokenID = tokenID
      self.referenceRow = referenceRow
      self.tunedRow = tunedRow
    }
  }

  /// How many positions of the response are left out.
  public struct Omitted: Equatable, Sendable {
    /// Marked as not to be scored by one of the files at least, though both have a row.
    public var masked = 0
    /// The reference has no row, or an empty one, where the tuned model has one.
    public var missingInReference = 0
    /// The tuned model has no row, or an empty one, where the reference has one.
    public var missingInTuned = 0
    /// Neither has a row.
    public var missingInBoth = 0

    /// None left out.
    public init() {}

    /// All of them.
    public var total: Int { masked + missingInReference + missingInTuned + missingInBoth }
  }

  /// Pairs two traces of one sequence.
  ///
  /// - Throws: ``TraceError`` naming the first difference, when the tokens, the prompt lengths or the vocabulary
  ///   sizes differ, or when no predicted token is shared.
  public init(reference: Trace, tuned: Trace) throws(TraceError) {
    self.reference = reference
    self.tuned = tuned
    do throws(TraceError.Problem) {
      try Self.verify(reference, tuned)
      promptLength = max(
        0,
        reference.promptLength ?? tuned.promptLength
          ?? min(reference.predicted.first ?? 0, tuned.predicted.first ?? 0))
      (positions, omitted) = Self.aligned(reference, tuned, from: promptLength)
      guard !positions.isEmpty || omitted.masked > 0 else { throw .nothingInCommon(tunedFile: tuned.name) }
    } catch {
      throw TraceError(file: reference.name, line: reference.line, sequence: reference.id, error)
    }
  }

  private static func verify(_ reference: Trace, _ tuned: Trace) throws(TraceError.Problem) {
    if reference.tokens != tuned.tokens {
      for (index, (a, b)) in zip(reference.tokens, tuned.tokens).enumerated() where a != b {
        throw .tokensDiffer(index: index, reference: a, tuned: b, tunedFile: tuned.name)
      }
    }
    guard reference.tokens.count == tuned.tokens.count else {
      throw .lengthsDiffer(
        reference: reference.tokens.count, tuned: tuned.tokens.count, tunedFile: tuned.name)
    }
    if let a = reference.promptLength, let b = tuned.promptLength, a != b {
      throw .promptLengthsDiffer(reference: a, tuned: b, tunedFile: tuned.name)
    }
    if let a = reference.vocabularySize, let b = tuned.vocabularySize, a != b {
      throw .vocabularySizesDiffer(reference: a, tuned: b, tunedFile: tuned.name)
    }
  }

  private static func aligned(
    _ reference: Trace, _ tuned: Trace, from start: Int
  ) -> (positions: [Position], omitted: Omitted) {
    let referenceRows = reference.rowsByToken()
    let tunedRows = tuned.rowsByToken()
    let masked = reference.maskedTokens().union(tuned.maskedTokens())
    var positions: [Position] = []
    var omitted = Omitted()
    for index in min(start, reference.tokens.count)..<reference.tokens.count {
      switch (referenceRows[index], tunedRows[index]) {
      case (nil, nil): omitted.missingInBoth += 1
      case (nil, .some): omitted.missingInReference += 1
      case (.some, nil): omitted.missingInTuned += 1
      case (.some, .some) where !masked.isEmpty && masked.contains(index): omitted.masked += 1
      case (let referenceRow?, let tunedRow?):
        positions.append(
          Position(
            position: index - start, tokenID: reference.tokens[index], referenceRow: referenceRow,
            tunedRow: tunedRow))
      }
    }
    return (positions, omitted)
  }
}

extension Trace {
  /// The number of scores of a dense row, nil for truncated rows.
  public var vocabularySize: Int? {
    guard case .dense(let rows) = rows else { return nil }
    return rows.first?.count
  }

  /// The prompt's tokens, which two sequences share when they answer the same prompt; nil where its length is unknown.
  public var promptTokens: ArraySlice<TokenID>? { promptLength.map { tokens.prefix($0) } }

  fileprivate var name: String { file ?? id ?? "trace" }

  /// For each token the row that predicts it, nil where there is none or an empty one.
  fileprivate func rowsByToken() -> [Int?] {
    var byToken = [Int?](repeating: nil, count: tokens.count)
    let isThere: [Bool]? =
      if case .truncated(let rows) = rows {
        // Looked at where they lie: a copy of each row, which a comparison with nil makes, would cost more than all the rest.
        rows.withUnsafeBufferPointer { rows in
          rows.indices.map { if case .some = rows[$0] { true } else { false } }
        }
      } else { nil }
    for (row, token) in predicted.enumerated() where byToken.indices.contains(token) {
      if isThere?[row] != false { byToken[token] = row }
    }
    return byToken
  }

  fileprivate func maskedTokens() -> Set<Int> { Set(masked.map { predicted[$0] }) }
}
