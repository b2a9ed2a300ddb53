import Foundation
import GRDB

/// A row of `measurement`: what one sequence adds to every mean.
struct SequenceStatistics {
  /// The sums of one quantity over the sequence's positions.
  struct Sums {
    var count: Double
    var low: Double
    var high: Double?
  }

  var comparisonID: Int
  var taskID: Int
  var prompt: String
  var counts: SummaryCounts
  var figures: [SummaryFigure: Sums]
  /// The sums of e^−Δ and e^Δ and of their squares, where positions of the index were counted.
  var ratios: SampledRatios

  private static let bounded: [SummaryFigure] = [
    .klTunedReference, .klReferenceTuned, .jensenShannon, .totalVariation, .entropyReference, .entropyTuned,
  ]

  init(_ row: Row) {
    comparisonID = row["comparisonID"]
    taskID = row["taskID"]
    prompt = row["prompt"]
    counts = SummaryCounts()
    counts.sequences = 1
    counts.positions = row["positions"]
    counts.masked = row["masked"]
    counts.missing = row["missing"]
    counts.faulty = row["faulty"]
    counts.infinite = row["klTunedReferenceInfinite"]
    figures = [:]
    ratios = SampledRatios(row)
    for figure in Self.bounded {
      let name = figure.rawValue
      figures[figure] = Sums(
        count: row[name + "Count"], low: row[name + "SumLow"], high: row[name + "SumHigh"])
    }
    addEntropyShift()
    addEmitted(row)
    addShares(row)
    addStorageErrors(row)
    addEstimates(row)
  }

  /// The entropies of a position are never infinite, so both sums are over the same positions.
  private mutating func addEntropyShift() {
    guard let reference = figures[.entropyReference], let tuned = figures[.entropyTuned],
      let most = reference.high
    else { return }
    figures[.entropyShift] = Sums(
      count: tuned.count, low: tuned.low - most, high: tuned.high.map { $0 - reference.low })
  }

  private mutating func addEmitted(_ row: Row) {
    set(.rankShift, row["rankShiftSum"], count: row["rankShiftCount"])
    set(.logprobShift, row["logprobShiftSum"], count: row["logprobShiftCount"])
    set(.coverageReference, row["coverageReferenceSum"], count: row["positions"])
    set(.coverageTuned, row["coverageTunedSum"], count: row["positions"])
  }

  private mutating func addShares(_ row: Row) {
    let ranked: Double = row["ranked"]
    set(.unshiftedShare, row["unshifted"], count: ranked)
    set(.marginalShare, row["marginal"], count: ranked)
    set(.shiftedShare, row["shifted"], count: ranked)
    set(.topAgreementShare, row["topAgreement"], count: row["positions"])
  }

  /// The mean bound over the positions that were looked at stands for all of the sequence.
  private mutating func addStorageErrors(_ row: Row) {
    let looks: Double = row["storagePositions"]
    guard looks > 0 else { return }
    let positions = Double(counts.positions)
    for figure in SummaryFigure.storageErrors {
      let sum: Double = row[figure.rawValue + "Sum"]
      set(figure, sum / looks * positions, count: positions)
    }
  }

  /// What only a finished index has counted.
  private mutating func addEstimates(_ row: Row) {
    guard let ratioCount = row["ratioCount"] as Double? else { return }
    set(.logRankShift, row["logRankShiftSum"], count: row["logRankShiftCount"])
    set(.probabilityShift, row["probabilityShiftSum"], count: row["probabilityShiftCount"])
    set(.pathCoverageShare, row["pathCoverage"], count: row["positions"])
    let shift: Double = row["logprobShiftSum"]
    set(.k1TunedReference, shift, count: ratioCount)
    set(.k1ReferenceTuned, -shift, count: ratioCount)
    set(.k3TunedReference, row["k3TunedReferenceSum"], count: ratioCount)
    set(.k3ReferenceTuned, row["k3ReferenceTunedSum"], count: ratioCount)
    // Over positions with one ratio each, mean ρ² − 1 is (Σ ρ² − n) / n.
    set(.chiSquareReferenceTuned, ratios.referenceTunedSquare - ratioCount, count: ratioCount)
    set(.chiSquareTunedReference, ratios.tunedReferenceSquare - ratioCount, count: ratioCount)
    // A sequence's ratio is the product of all of its tokens' ratios: of part of them it is none.
    guard ratioCount == Double(counts.positions), counts.excluded == 0 else { return }
    ratios.addSequence(logRatio: shift)
    set(.sequenceChiSquareReferenceTuned, expm1(-2 * shift), count: 1)
    set(.sequenceChiSquareTunedReference, expm1(2 * shift), count: 1)
  }

  private mutating func set(_ figure: SummaryFigure, _ sum: Double, count: Double) {
    figures[figure] = Sums(count: count, low: sum, high: sum)
  }

  /// The sequences of these comparisons in the order of the plan, one at a time.
  static func forEach(
    of comparisons: [Int], _ database: Database, _ body: (SequenceStatistics) throws -> Void
  ) throws {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT measurement.*, unshifted + marginal + shifted AS ranked, taskID, prompt, measurementEstimate.*
        FROM measurement
        JOIN sequence ON sequence.id = sequenceID
        LEFT JOIN measurementEstimate ON measurementEstimate.measurementID = measurement.id
        WHERE comparisonID IN (\(comparisons.map(String.init).joined(separator: ", ")))
        ORDER BY measurement.id
        """)
    while let row = try rows.next() { try body(SequenceStatistics(row)) }
  }
}

/// The sums that are not sums of a mean: of probability ratios of the emitted tokens, and of squared shifts.
struct SampledRatios {
  var count = 0.0
  var referenceTuned = 0.0
  var referenceTunedSquare = 0.0
  var tunedReference = 0.0
  var tunedReferenceSquare = 0.0
  var probabilityShiftCount = 0.0
  var probabilityShiftSquare = 0.0
  /// The same ratios of whole sequences.
  private var sequenceReferenceTuned = RatioSums()
  private var sequenceTunedReference = RatioSums()

  init() {}

  /// Counts a sequence with this `ln p_tuned − ln p_reference`.
  mutating func addSequence(logRatio: Double) {
    sequenceReferenceTuned.add(logRatio: -logRatio)
    sequenceTunedReference.add(logRatio: logRatio)
  }

  /// Those of one sequence; zeros where its positions were not counted yet.
  init(_ row: Row) {
    count = row["ratioCount"] ?? 0
    referenceTuned = row["ratioReferenceTunedSum"] ?? 0
    referenceTunedSquare = row["ratioReferenceTunedSquareSum"] ?? 0
    tunedReference = row["ratioTunedReferenceSum"] ?? 0
    tunedReferenceSquare = row["ratioTunedReferenceSquareSum"] ?? 0
    probabilityShiftCount = row["probabilityShiftCount"] ?? 0
    probabilityShiftSquare = row["probabilityShiftSquareSum"] ?? 0
  }

  static func += (sums: inout SampledRatios, other: SampledRatios) {
    sums.count += other.count
    sums.referenceTuned += other.referenceTuned
    sums.referenceTunedSquare += other.referenceTunedSquare
    sums.tunedReference += other.tunedReference
    sums.tunedReferenceSquare += other.tunedReferenceSquare
    sums.probabilityShiftCount += other.probabilityShiftCount
    sums.probabilityShiftSquare += other.probabilityShiftSquare
    sums.sequenceReferenceTuned += other.sequenceReferenceTuned
    sums.sequenceTunedReference += other.sequenceTunedReference
  }

  /// `(Σ ρ)² / (n Σ ρ²)`: 1 where all ratios are the same, 1/n where one outweighs all others.
  func effectiveShare(writer: SummaryFigure.Writer) -> Double? {
    writer == .tuned
      ? Self.effectiveShare(referenceTuned, referenceTunedSquare, count)
      : Self.effectiveShare(tunedReference, tunedReferenceSquare, count)
  }

  /// The same of whole sequences.
  func effectiveSequenceShare(writer: SummaryFigure.Writer) -> Double? {
    writer == .tuned ? sequenceReferenceTuned.effectiveShare : sequenceTunedReference.effectiveShare
  }

  private static func effectiveShare(_ sum: Double, _ square: Double, _ count: Double) -> Double? {
    square > 0 && square.isFinite ? sum * sum / (count * square) : nil
  }

  /// `√mean (p_tuned − p_reference)²`.
  var probabilityShiftRMS: Double? {
    probabilityShiftCount > 0 ? (probabilityShiftSquare / probabilityShiftCount).squareRoot() : nil
  }
}
