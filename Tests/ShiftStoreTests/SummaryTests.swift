import Foundation
import Measures
import ShiftStore
import Statistics
import TestSupport
import Testing
import Tokenization

/// Every figure of the headline table, worked out by hand.
@Suite struct SummaryTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Exact figures of four positions on one prompt: KL 0, 1, 2 and 5, JS 0.1, 0.2, 0.3 and 0.4.
  private static let dense: [PositionMeasures] = (0..<4).map { place in
    var position = PositionMeasures.example(
      position: place, token: 5, kl: .exact([0, 1, 2, 5][place]), ranks: ([1, 2, 4, 8][place], 1))
    position.divergences.jensenShannon = .exact([0.1, 0.2, 0.3, 0.4][place])
    position.logprobReference = log([0.5, 0.25, 0.25, 0.5][place])
    position.logprobTuned = log(0.5)
    position.topReference = TokenID([5, 1, 1, 1][place])
    position.topOverlap = [10, 8, 6, nil][place]
    return position
  }

  private func index(_ measurements: [MeasurementRecord], plan: StudyPlanRecord = ExampleStudy.plan) throws
    -> ShiftIndex
  {
    try ExampleStudy.index(in: folder, measurements, plan: plan)
  }

  private func row(_ index: ShiftIndex, model: String = "sft") throws -> SummaryRow {
    try #require(
      index.summary(of: index.comparisons(of: model, source: .own), task: nil, weighting: .token).last)
  }

  @Test func `means, shares and sampled estimates of four positions`() throws {
    let row = try row(
      index([
        ExampleStudy.measurement(id: 1, comparison: 1, sequence: 1, task: "math", prompt: "p1", Self.dense)
      ]))
    func expect(_ figure: SummaryFigure, _ value: Double, _ digits: Double = 1e-15) throws {
      let found = try #require(row[figure], "\(figure)")
      #expect(abs(found.low.value - value) <= digits, "\(figure)")
      #expect(found.high?.value == found.low.value, "\(figure)")
      #expect(found.low.interval == nil, "one prompt has no interval")
    }
    try expect(.klTunedReference, 2)  // (0 + 1 + 2 + 5) / 4
    try expect(.klReferenceTuned, 2)
    try expect(.jensenShannon, 0.25)
    try expect(.totalVariation, 0.25)
    try expect(.entropyReference, 1)
    try expect(.entropyTuned, 2)
    try expect(.entropyShift, 1)  // 2 − 1
    try expect(.rankShift, 2.75)  // (0 + 1 + 3 + 7) / 4
    try expect(.logRankShift, 6 * log(2) / 4)  // (0 + ln 2 + ln 4 + ln 8) / 4
    try expect(.logprobShift, log(2) / 2)  // (0 + ln 2 + ln 2 + 0) / 4
    try expect(.probabilityShift, 0.125)  // (0 + ¼ + ¼ + 0) / 4
    try expect(.probabilityShiftRMS, (1.0 / 32).squareRoot())  // √((0 + 1/16 + 1/16 + 0) / 4)
    try expect(.unshiftedShare, 0.25)
    try expect(.marginalShare, 0.25)
    try expect(.shiftedShare, 0.5)
    try expect(.topAgreementShare, 0)
    try expect(.pathCoverageShare, 0.25)
    try expect(.topOverlapShare, 0.8)  // (10 + 8 + 6) / 3 of 10
    try expect(.shiftedTopOverlapShare, 0.6)  // of two shifted positions one is known
    try expect(.coverageReference, 1)
    try expect(.coverageTuned, 1)
    // On the tuned model's own text, with ratios p_reference / p_tuned of 1, ½, ½ and 1:
    try expect(.k1TunedReference, log(2) / 2)
    try expect(.k3TunedReference, (log(2) - 0.5) / 2)  // twice ½ − 1 + ln 2, over 4
    try expect(.chiSquareReferenceTuned, -0.375)  // (1 + ¼ + ¼ + 1) / 4 − 1
    try expect(.effectiveSampleShare, 0.9)  // 3² / (4 · 2.5)
    try expect(.sequenceChiSquareReferenceTuned, -0.9375)  // (1 · ½ · ½ · 1)² − 1
    try expect(.effectiveSequenceShare, 1)  // of one sequence
    #expect(row[.k3ReferenceTuned] == nil, "the reference did not write this text")
    #expect(row[.klTunedReferenceFloor] == nil, "the study has no control")
  }

  @Test func `sampled estimates on text that the reference wrote`() throws {
    var plan = ExampleStudy.plan
    plan.comparisons[0].source = "base"
    let measurement = ExampleStudy.measurement(
      id: 1, comparison: 1, sequence: 1, task: "math", prompt: "p1", Self.dense)
    let row = try row(index([measurement.onText(of: "base")], plan: plan))
    // Ratios p_tuned / p_reference of 1, 2, 2 and 1.
    let expected: [SummaryFigure: Double] = [
      .k1ReferenceTuned: -log(2) / 2, .k3ReferenceTuned: (1 - log(2)) / 2,  // twice 2 − 1 − ln 2, over 4
      .chiSquareTunedReference: 1.5,  // (1 + 4 + 4 + 1) / 4 − 1
      .effectiveSampleShare: 0.9,  // 6² / (4 · 10)
      .sequenceChiSquareTunedReference: 15,  // (1 · 2 · 2 · 1)² − 1
      .effectiveSequenceShare: 1,
    ]
    for (figure, value) in expected {
      let found = try #require(row[figure], "\(figure)").low.value
      #expect(abs(found - value) < 1e-14, "\(figure)")
    }
    #expect(row[.k3TunedReference] == nil, "the tuned model did not write this text")
  }

  @Test func `ratios of long sequences that no number holds are left out, and their effective share is not`()
    throws
  {
    func long(_ id: Int, _ shift: Double) -> MeasurementRecord {
      var position = PositionMeasures.example(position: 0, kl: .exact(1), ranks: (1, 1))
      position.logprobReference = -2000
      position.logprobTuned = -2000 + shift
      return ExampleStudy.measurement(
        id: id, comparison: 1, sequence: id, task: "math", prompt: "p\(id)", [position])
    }
    // ρ = e^−800 and e^−800 / 3: ρ² is 0 as a double. (4/3)² / (2 · 10/9) = 4/5
    let small = try row(index([long(1, 800), long(2, 800 + log(3))]))
    #expect(small[.sequenceChiSquareReferenceTuned] == nil)
    #expect(abs(try #require(small[.effectiveSequenceShare]).low.value - 0.8) < 1e-12)
  }

  @Test func `what storage can have done is told beside the means`() throws {
    func measurement(_ id: Int, _ positions: Int) -> MeasurementRecord {
      ExampleStudy.measurement(
        id: id, comparison: 1, sequence: id, task: "math", prompt: "p\(id)",
        (0..<positions).map { .example(position: $0, kl: .exact(1), ranks: (1, 1)) })
    }
    var measurements = [measurement(1, 1), measurement(2, 3), measurement(3, 5)]
    // Means of 0.5 and 0.25; the third is in single precision.
    measurements[0].storageErrors = StorageErrorSums(
      positions: 1, klTunedReference: 0.5, klReferenceTuned: 0.75, jensenShannon: 0.125, totalVariation: 1)
    measurements[1].storageErrors = StorageErrorSums(
      positions: 2, klTunedReference: 0.5, klReferenceTuned: 1.5, jensenShannon: 0.25, totalVariation: 2)
    let index = try index(measurements)
    let comparisons = try index.comparisons(of: "sft", source: .own)
    // Of 1 and 3 positions.
    for (weighting, mean) in [(Weighting.token, (0.5 + 3 * 0.25) / 4), (.sequence, (0.5 + 0.25) / 2)] {
      let row = try index.summary(of: comparisons, task: nil, weighting: weighting)[0]
      #expect(row[.klTunedReferenceStorageError]?.low == .init(mean))
      #expect(row[.klReferenceTunedStorageError]?.low.value == 0.75)
      #expect(row[.jensenShannonStorageError]?.low.value == 0.125)
      #expect(row[.totalVariationStorageError]?.low.value == 1)
    }
  }

  @Test func `order statistics and concentration of four positions`() throws {
    let row = try row(
      index([
        ExampleStudy.measurement(id: 1, comparison: 1, sequence: 1, task: "math", prompt: "p1", Self.dense)
      ]))
    func expect(_ figure: SummaryFigure, _ value: Double) throws {
      let found = try #require(row[figure], "\(figure)").low.value
      #expect(abs(found - value) < 1e-14, "\(figure)")
    }
    try expect(.klTunedReferenceMedian, 1.5)
    try expect(.klTunedReferenceP90, 4.1)  // h = 0.9 · 3 = 2.7: 2 + 0.7 · 3
    try expect(.klTunedReferenceP99, 4.91)
    try expect(.klTunedReferenceP999, 4.991)
    try expect(.klTunedReferenceMax, 5)
    // Σᵢⱼ |xᵢ − xⱼ| / (2 n Σ x) = 2 (1 + 2 + 5 + 1 + 4 + 3) / (2 · 4 · 8)
    try expect(.klTunedReferenceGini, 0.5)
    try expect(.klTunedReferenceTop1Share, 0.025)  // 0.04 of the largest: 0.04 · 5 / 8
    try expect(.klTunedReferenceTop5Share, 0.125)  // 0.2 · 5 / 8
    try expect(.jensenShannonMedian, 0.25)
    try expect(.jensenShannonP90, 0.37)  // 0.3 + 0.7 · 0.1
    try expect(.jensenShannonP99, 0.397)
    try expect(.jensenShannonP999, 0.3997)
    try expect(.jensenShannonMax, 0.4)
    try expect(.jensenShannonGini, 0.25)  // 2 (0.1 · 3 + 0.2 · 2 + 0.3) / (2 · 4 · 1)
    try expect(.jensenShannonTop1Share, 0.016)  // 0.04 · 0.4
    try expect(.jensenShannonTop5Share, 0.08)
    try expect(.rankShiftMedian, 2)
  }

  @Test func `order statistics of bounds are bounds, and infinite divergences count in them`() throws {
    let index = try index([
      ExampleStudy.measurement(
        id: 3, comparison: 2, sequence: 3, task: "math", prompt: "p1",
        [
          .example(position: 0, kl: .between(low: 1, high: 2), ranks: (1, 1)),
          .example(position: 1, kl: .between(low: 0.5, high: 4), ranks: (1, 1)),
          .example(position: 2, kl: .exact(.infinity), ranks: (1, 1)),
        ])
    ])
    let row = try row(index, model: "rl")
    #expect(row[.klTunedReferenceMedian]?.low.value == 1)
    #expect(row[.klTunedReferenceMedian]?.high?.value == 4)
    #expect(row[.klTunedReferenceMax]?.low.value == .infinity)
    #expect(row.counts.infinite == 1)
    // Of the two finite ones the larger holds at least 1 of 1 + 4, and so at least half, and at most 4 of 4 + 0.5.
    let shares = try index.query(
      "SELECT shareLow, shareHigh FROM concentration WHERE measure = 'klTunedReference' AND percent = 50"
    ).rows
    let most = 4 / 4.5
    #expect(shares == [[.real(0.5), .real(most)]])
  }

  /// The first sequence of the example beside a control with these divergences.
  private func rowBesideControl(kl: Figure, js: Figure) throws -> SummaryRow {
    var plan = ExampleStudy.plan
    plan.models.append(ModelRecord(id: 4, name: "again", role: "tuned", method: "control"))
    plan.comparisons.append(ComparisonRecord(id: 3, tunedID: 4, referenceID: 1, source: "sft"))
    var control = ExampleStudy.measurement(
      id: 2, comparison: 3, sequence: 1, task: "math", prompt: "p1",
      Self.dense.map { position in
        var position = position
        position.divergences.klTunedReference = kl
        position.divergences.jensenShannon = js
        return position
      })
    if case .measured(var sequence, let support, let measured) = control.outcome {
      (sequence.source, sequence.name) = ("sft", "p1.sft")
      control.outcome = .measured(sequence, support, measured)
    }
    let index = try index(
      [
        ExampleStudy.measurement(
          id: 1, comparison: 1, sequence: 1, task: "math", prompt: "p1", Self.dense), control,
      ], plan: plan)
    return try row(index)
  }

  @Test func `a floor without an upper bound leaves every ratio open`() throws {
    let row = try rowBesideControl(
      kl: .between(low: 0.25, high: nil), js: .between(low: 0.0625, high: 0.125))
    #expect(row[.klTunedReferenceFloor]?.low.value == 0.25)
    #expect(row[.klTunedReferenceOverFloor] == nil)
    // 0.25 / 0.125 … 0.25 / 0.0625
    #expect(row[.jensenShannonOverFloor]?.low.value == 2)
    #expect(row[.jensenShannonOverFloor]?.high?.value == 4)
  }

  @Test func `a control is the floor of what it was measured beside`() throws {
    let row = try rowBesideControl(kl: .exact(0.25), js: .exact(0.125))
    #expect(row[.klTunedReferenceFloor]?.low.value == 0.25)
    #expect(row[.klTunedReferenceOverFloor]?.low.value == 8)  // 2 / 0.25
    #expect(row[.jensenShannonFloor]?.low.value == 0.125)
    #expect(row[.jensenShannonOverFloor]?.low.value == 2)  // 0.25 / 0.125
  }

  /// Sequences of two models on the same prompts, with KL `2 + noise` for sft and `1 + noise` for rl.
  @Test func `a difference on shared prompts loses what they share`() throws {
    let index = try index(ExampleStudy.paired(prompts: 6))
    let rows = try index.contrast("sft", minus: "rl", source: .own, task: nil, weighting: .token)
    #expect(rows.map(\.prompts) == [6])
    let difference = try #require(rows.first?.differences[.klTunedReference])
    #expect(abs(difference.low.value - 1) < 1e-14)
    #expect(difference.low.interval.map { $0.upperBound - $0.lowerBound < 1e-12 } ?? true)
    let turned = try index.contrast("rl", minus: "sft", source: .own, task: nil, weighting: .token)
    let negative = try #require(turned.first?.differences[.klTunedReference])
    #expect(abs(negative.low.value + 1) < 1e-14)
  }

  @Test func `prompts of two tasks with one name are two prompts`() throws {
    func response(_ id: Int, _ comparison: Int, _ task: String, _ kl: Double) -> MeasurementRecord {
      ExampleStudy.measurement(
        id: id, comparison: comparison, sequence: id, task: task, prompt: "1", name: "s\(id)",
        [.example(position: 0, token: 5, kl: .exact(kl), ranks: (1, 1))])
    }
    let index = try index([
      response(1, 1, "math", 1), response(2, 1, "chat", 3), response(3, 2, "chat", 2),
      response(4, 2, "math", 1),
    ])
    let row = try row(index)
    #expect(row.counts.prompts == 2)
    // 2 ± 12.7062 · 1, cut at 0: Student's t with one degree of freedom.
    let interval = try #require(row[.klTunedReference]?.low.interval)
    #expect(interval.lowerBound == 0)
    #expect(abs(interval.upperBound - 14.706204736432095) < 1e-9)
    let contrast = try index.contrast("sft", minus: "rl", source: .own, task: nil, weighting: .token)
    #expect(contrast.map(\.prompts) == [1, 1, 2])
    #expect(contrast.last?.differences[.klTunedReference]?.low.value == 0.5)
    // Bands over all tasks: the same two means.
    let bands = try index.query(
      "SELECT intervalHigh FROM band WHERE comparisonID = 1 AND taskID IS NULL AND scale = 'absolute' AND measure = 'klTunedReference'"
    ).rows
    guard case .real(let high)? = bands.first?.first else { return #expect(Bool(false), "there is no band") }
    #expect(abs(high - 14.706204736432095) < 1e-9)
  }

  @Test func `some figures are the same with the others left out`() throws {
    let index = try index(ExampleStudy.paired(prompts: 8))
    let comparisons = try index.comparisons(of: nil, source: .own)
    let all = try index.summary(of: comparisons, task: nil, weighting: .token)
    let some = try index.summary(of: comparisons, task: nil, weighting: .token, figures: [.rankShift])
    #expect(some.map { $0[.rankShift] } == all.map { $0[.rankShift] })
    #expect(some[0][.totalVariation] == nil)
  }

  @Test func `every figure is defined in the documentation`() throws {
    let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources/Statistics/Statistics.docc/Figures.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    for figure in SummaryFigure.allCases {
      #expect(text.contains("`\(figure.rawValue)`"), "\(figure)")
    }
  }
}
