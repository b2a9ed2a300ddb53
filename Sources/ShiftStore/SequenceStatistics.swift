import Foundation
import GRDB
import Measures

/// A row of `measurement`: what one sequence adds to every mean.
struct SequenceStatistics {
  /// The sums of one quantity over the sequence's positions.
  struct Sums {
    var count: Double
    var low: Double
    var high: Double?
  }

  var comparisonID: Int
  var prompt: TaskPrompt
  var counts: SummaryCounts
  var figures: [SummaryFigure: Sums]
  /// The sums of e^−Δ and e^Δ and of their squares, where positions of the index were counted.
  var ratios: SampledRatios

  private static let bounded: [SummaryFigure] = [
    .klTunedReference, .klReferenceTuned, .jensenShannon, .totalVariation, .entropyReference, .entropyTuned,
  ]

  init(_ row: PlacedRow) throws {
    comparisonID = try row.value("comparisonID")
    prompt = try TaskPrompt(taskID: row.value("taskID"), name: row.value("prompt"))
    counts = SummaryCounts()
    counts.sequences = 1
    counts.positions = try row.value("positions")
    counts.masked = try row.value("masked")
    counts.missing = try row.value("missing")
    counts.faulty = try row.value("faulty")
    counts.infinite = try row.value("klTunedReferenceInfinite")
    counts.infiniteReferenceTuned = try row.value("klReferenceTunedInfinite")
    figures = [:]
    ratios = try SampledRatios(row)
    for figure in Self.bounded {
      let name = figure.rawValue
      figures[figure] = try Sums(
        count: row.value(name + "Count"), low: row.value(name + "SumLow"), high: row.value(name + "SumHigh"))
    }
    addEntropyShift()
    try addEmitted(row)
    try addShares(row)
    try addStorageErrors(row)
    try addEstimates(row)
  }

  /// The entropies of a position are never infinite, so both sums are over the same positions.
  private mutating func addEntropyShift() {
    guard let reference = figures[.entropyReference], let tuned = figures[.entropyTuned],
      let most = reference.high
    else { return }
    figures[.entropyShift] = Sums(
      count: tuned.count, low: tuned.low - most, high: tuned.high.map { $0 - reference.low })
  }

  private mutating func addEmitted(_ row: PlacedRow) throws {
    try set(.rankShift, row.value("rankShiftSum"), count: row.value("rankShiftCount"))
    try set(.logprobShift, row.value("logprobShiftSum"), count: row.value("logprobShiftCount"))
    try set(.coverageReference, row.value("coverageReferenceSum"), count: row.value("positions"))
    try set(.coverageTuned, row.value("coverageTunedSum"), count: row.value("positions"))
  }

  private mutating func addShares(_ row: PlacedRow) throws {
    let ranked: Double = try row.value("ranked")
    try set(.unshiftedShare, row.value("unshifted"), count: ranked)
    try set(.marginalShare, row.value("marginal"), count: ranked)
    try set(.shiftedShare, row.value("shifted"), count: ranked)
    try set(
      .topAgreementShare, row.value("topAgreement"), unknown: row.value("topUnknown"),
      count: row.value("positions"))
  }

  /// The mean bound over the positions that were looked at stands for all of the sequence.
  private mutating func addStorageErrors(_ row: PlacedRow) throws {
    let looks: Double = try row.value("storagePositions")
    guard looks > 0 else { return }
    let positions = Double(counts.positions)
    for figure in SummaryFigure.storageErrors {
      let sum: Double = try row.value(figure.rawValue + "Sum")
      set(figure, sum / looks * positions, count: positions)
    }
  }

  /// What only a finished index has counted.
  private mutating func addEstimates(_ row: PlacedRow) throws {
    guard let ratioCount = try row.value("ratioCount") as Double? else { return }
    try set(.logRankShift, row.value("logRankShiftSum"), count: row.value("logRankShiftCount"))
    try set(.probabilityShift, row.value("probabilityShiftSum"), count: row.value("probabilityShiftCount"))
    try set(
      .pathCoverageShare, row.value("pathCoverage"), unknown: row.value("pathUnknown"),
      count: row.value("positions"))
    try setOverlap(.topOverlapShare, row.value("topOverlapSum"), count: row.value("topOverlapCount"))
    try setOverlap(
      .shiftedTopOverlapShare, row.value("shiftedTopOverlapSum"), count: row.value("shiftedTopOverlapCount"))
    let shift: Double = try row.value("logprobShiftSum")
    set(.k1TunedReference, shift, count: ratioCount)
    set(.k1ReferenceTuned, -shift, count: ratioCount)
    try set(.k3TunedReference, row.value("k3TunedReferenceSum"), count: ratioCount)
    try set(.k3ReferenceTuned, row.value("k3ReferenceTunedSum"), count: ratioCount)
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

  /// A share of which some positions do not tell: all or none of them may be in it.
  private mutating func set(_ figure: SummaryFigure, _ sum: Double, unknown: Double, count: Double) {
    figures[figure] = Sums(count: count, low: sum, high: sum + unknown)
  }

  /// A sum of tokens in common, of so many a position.
  private mutating func setOverlap(_ figure: SummaryFigure, _ sum: Double, count: Double) {
    set(figure, sum / Double(TopOverlap.depth), count: count)
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
    guard var row = try rows.next() else { return }
    let places = ColumnPlaces(of: row)
    while true {
      try body(SequenceStatistics(PlacedRow(row, places)))
      guard let next = try rows.next() else { return }
      row = next
    }
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
  init(_ row: PlacedRow) throws {
    count = try row.value("ratioCount") ?? 0
    referenceTuned = try row.value("ratioReferenceTunedSum") ?? 0
    referenceTunedSquare = try row.value("ratioReferenceTunedSquareSum") ?? 0
    tunedReference = try row.value("ratioTunedReferenceSum") ?? 0
    tunedReferenceSquare = try row.value("ratioTunedReferenceSquareSum") ?? 0
    probabilityShiftCount = try row.value("probabilityShiftCount") ?? 0
    probabilityShiftSquare = try row.value("probabilityShiftSquareSum") ?? 0
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
