import Measures
import Tokenization

/// One position as the flat record that every format and the view `positionRecord` have.
enum RecordColumns {
  /// The columns, with headings for those that people see.
  static func columns(titled titles: [String: String]) -> [Table.Column] {
    fields.map { Table.Column($0, title: titles[$0]) }
  }

  private static let fields = [
    "sequence", "position", "tokenID", "token", "klTunedReference", "klReferenceTuned", "jensenShannon",
    "totalVariation", "entropyReference", "entropyTuned", "logprobReference", "logprobTuned", "logprobShift",
    "rankReference", "rankReferenceLow", "rankTuned", "rankShift", "shiftClass", "topReference", "topTuned",
    "coverageReference", "coverageTuned", "topOverlap",
  ]

  /// The cells of one position.
  ///
  /// - Parameters:
  ///   - sequence: Its sequence's name; nil where the file gives none.
  ///   - token: How the token is shown; nil where there is no vocabulary.
  static func cells(sequence: String?, token: String?, _ measures: PositionMeasures) -> [Table.Cell] {
    let divergences = measures.divergences
    return [
      sequence.map { .text($0) } ?? .missing, .integer(measures.position),
      .integer(Int(measures.tokenID.rawValue)), token.map { .text($0) } ?? .missing,
      .figure(divergences.klTunedReference), .figure(divergences.klReferenceTuned),
      .figure(divergences.jensenShannon), .figure(divergences.totalVariation),
      .figure(divergences.entropyReference), .figure(divergences.entropyTuned),
      measures.logprobReference.map { .real($0) } ?? .missing,
      measures.logprobTuned.map { .real($0) } ?? .missing,
      measures.logprobShift.map { .signedReal($0) } ?? .missing,
      measures.rankReference.map { .integer($0) } ?? .missing,
      measures.rankReferenceLow.map { .integer($0) } ?? .missing,
      measures.rankTuned.map { .integer($0) } ?? .missing,
      measures.rankShift.map { .signedInteger($0) } ?? .missing,
      measures.shiftClass.map { .text($0.rawValue) } ?? .missing,
      measures.knownTopReference.map { .integer(Int($0.rawValue)) } ?? .missing,
      measures.knownTopTuned.map { .integer(Int($0.rawValue)) } ?? .missing,
      .real(measures.coverageReference), .real(measures.coverageTuned),
      measures.topOverlap.map { .integer($0) } ?? .missing,
    ]
  }
}
