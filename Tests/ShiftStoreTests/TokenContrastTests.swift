import Foundation
import Measures
import ShiftStore
import Statistics
import TestSupport
import Testing
import Tokenization

@Suite struct TokenContrastTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func request(_ index: ShiftIndex, minimumCount: Int = 1, threads: Int = 1) throws -> ContrastRequest
  {
    var request = ContrastRequest(
      first: try index.comparisons(of: "sft", source: .own),
      second: try index.comparisons(of: "rl", source: .own), task: nil, minimumCount: minimumCount,
      threads: threads)
    request.flips = 200
    request.minimumPrompts = 2
    return request
  }

  @Test func `means and counts are those of the positions`() throws {
    let index = try RandomStudy(seed: 3, sequences: 60, longest: 40).index(in: folder)
    for metric in TokenMetric.allCases {
      let rows = try index.emittedContrast(request(index), metric: metric)
      #expect(rows.count == 12)
      for row in rows {
        let mean = try mean(metric, of: row.id, "sft", index)
        #expect(Self.agree(mean, row.result.first), "\(metric) of \(row.id)")
        #expect(try count(of: row.id, "rl", index) == row.secondCount)
      }
    }
  }

  /// The mean over the positions themselves.
  private func mean(_ metric: TokenMetric, of token: Int, _ model: String, _ index: ShiftIndex) throws
    -> Double?
  {
    let sql =
      switch metric {
      case .logprobShift: "avg(CASE WHEN abs(logprobShift) < 9e999 THEN logprobShift END)"
      case .rankShift: "avg(rankShift)"
      case .shifted: "avg(CASE WHEN rankReference IS NOT NULL THEN rankReference > 3 END)"
      case .klTunedReference: "avg(nullif(coalesce(klTunedReference, klTunedReferenceLow), 9e999))"
      }
    let rows = try index.query(
      "SELECT \(sql) FROM positionRecord WHERE model = '\(model)' AND tokenID = \(token)"
    ).rows
    guard case .real(let value)? = rows.first?.first else { return nil }
    return value
  }

  private func count(of token: Int, _ model: String, _ index: ShiftIndex) throws -> Int? {
    let rows = try index.query(
      "SELECT count(*) FROM positionRecord WHERE model = '\(model)' AND tokenID = \(token)"
    ).rows
    guard case .integer(let count)? = rows.first?.first else { return nil }
    return count
  }

  /// Equal up to the order of additions.
  private static func agree(_ value: Double?, _ other: Double) -> Bool {
    value.map { abs($0 - other) <= 1e-12 * max(1, abs(other)) } ?? false
  }

  @Test func `rare tokens are not tested, and threads change nothing`() throws {
    let index = try RandomStudy(seed: 4, sequences: 24, longest: 20).index(in: folder)
    let all = try index.emittedContrast(request(index), metric: .rankShift)
    let least = all.map { min($0.firstCount, $0.secondCount) }.sorted()[all.count / 2]
    let some = try index.emittedContrast(request(index, minimumCount: least), metric: .rankShift)
    #expect(some.map(\.id) == all.filter { min($0.firstCount, $0.secondCount) >= least }.map(\.id))
    #expect(some.count < all.count)
    #expect(
      try some == index.emittedContrast(request(index, minimumCount: least, threads: 3), metric: .rankShift))
  }

  @Test func `a group is the sum of its tokens`() throws {
    let index = try RandomStudy(seed: 5, sequences: 24, longest: 20).index(in: folder)
    var grouped = try request(index)
    grouped.groups = [0: 7, 1: 7, 2: 7]
    let tokens = try index.emittedContrast(request(index), metric: .rankShift).filter { $0.id < 3 }
    let groups = try index.emittedContrast(grouped, metric: .rankShift)
    #expect(groups.map(\.id) == [7])
    #expect(groups[0].firstCount == tokens.reduce(0) { $0 + $1.firstCount })
  }

  @Test func `prompts of two tasks with one name are two prompts`() throws {
    var measurements = [(1, "math"), (1, "chat"), (2, "math"), (2, "chat")].enumerated().map { place, slice in
      ExampleStudy.measurement(
        id: place + 1, comparison: slice.0, sequence: place + 1, task: slice.1, prompt: "1",
        name: "s\(place)",
        [.example(position: 0, token: 5, kl: .exact(1), ranks: ([7, 5, 2, 1][place], 1))])
    }
    for (place, mass) in [0.5, 0.25, 0.125, 0.125].enumerated() {
      measurements[place].moved = MovedTokens(
        positions: 1, unlistedReference: 0, unlistedTuned: 0,
        entries: [MovedTokens.Entry(tokenID: 5, movedMass: mass, klShare: 0)])
    }
    let index = try ShiftIndex.create(at: folder.file("index.sqlite"), plan: ExampleStudy.plan)
    try index.append(measurements, predicted: [])
    try index.finish()
    let found = try #require(try index.predictedContrast(request(index), metric: .movedMass))
    #expect(found.prompts == 2)
    #expect(found.rows.map(\.result.effect) == [0.25])  // (0.5 + 0.25) / 2 − 0.125
    // With one prompt there would be nothing to flip.
    #expect(found.rows.map { $0.result.pValue != nil } == [true])
    let emitted = try index.emittedContrast(request(index), metric: .rankShift)
    #expect(emitted.map(\.result.effect) == [4.5])  // (6 + 4) / 2 − (1 + 0) / 2
    #expect(emitted.map { $0.result.pValue != nil } == [true])
  }

  @Test func `moved mass is a mean by prompt over the prompts of both models`() throws {
    var measurements = ExampleStudy.measurements
    func moved(_ positions: Int, _ entries: [(Int32, Double)]) -> MovedTokens {
      MovedTokens(
        positions: positions, unlistedReference: 0.25, unlistedTuned: 0.5,
        entries: entries.map { MovedTokens.Entry(tokenID: $0.0, movedMass: $0.1, klShare: 0) })
    }
    // Prompt p1 is there under both models, p2 under sft alone.
    measurements[0].moved = moved(2, [(5, 0.5), (6, -0.5)])
    measurements[1].moved = moved(1, [(5, 0.875)])
    measurements[2].moved = moved(2, [(6, 0.25), (7, 1e-9)])
    let index = try ShiftIndex.create(at: folder.file("index.sqlite"), plan: ExampleStudy.plan)
    try index.append(measurements, predicted: [])
    try index.finish()
    let found = try #require(try index.predictedContrast(request(index), metric: .movedMass))
    #expect(found.prompts == 1)
    #expect(found.rows.map(\.id) == [5, 6], "what is negligible is not kept")
    #expect(found.rows.map(\.result.first) == [0.25, -0.25])
    #expect(found.rows.map(\.result.second) == [0, 0.125])
    #expect(found.rows.map(\.firstCount) == [2, 2])
    #expect(found.unlisted == -0.125...0.25)
    #expect(try index.predictedContrast(request(index), metric: .klShare) == nil)
    // Of sft alone, over its three positions: 0.5 and 0.875 onto 5, −0.5 onto 6; twice what is not listed.
    let alone = try #require(try index.movedMass(in: index.comparisons(of: "sft", source: .own), task: nil))
    #expect(alone.drifts.map(\.tokenID) == [5, 6])
    let masses: [Double] = [1.375, -0.5]
    #expect(alone.drifts.map(\.movedMassMean) == masses.map { $0 / 3 })
    #expect(alone.drifts.map(\.klShareMean) == [nil, nil])
    #expect(abs(alone.unlisted.lowerBound + 0.5 / 3) < 1e-15)
    #expect(abs(alone.unlisted.upperBound - 1.0 / 3) < 1e-15)
  }

  @Test(
    arguments: [
      "tokens = x''", "tokens = substr(tokens, 1, 12)", "tokenCount = 3", "positions = 9223372036854775807",
      "sharePositions = 9223372036854775807, tokens = x'', tokenCount = 0",
    ])
  func `moved tokens that were cut or cannot be counted are called damage`(change: String) throws {
    // Two sequences of one prompt, so that their positions are added.
    let measurements = (1...2).map { number in
      var measurement = ExampleStudy.measurement(
        id: number, comparison: 1, sequence: number, task: "math", prompt: "p1", name: "s\(number)",
        [.example(position: 0, kl: .exact(1), ranks: (1, 1))])
      measurement.moved = MovedTokens(
        positions: 1, unlistedReference: 0, unlistedTuned: 0,
        entries: [5, 6].map { MovedTokens.Entry(tokenID: $0, movedMass: 0.5, klShare: 0) })
      return measurement
    }
    let index = try ShiftIndex.create(at: folder.file("index.sqlite"), plan: ExampleStudy.plan)
    try index.append(measurements, predicted: [])
    try index.finish()
    let sft = try index.comparisons(of: "sft", source: .own)
    #expect(try index.movedMass(in: sft, task: nil)?.drifts.map(\.tokenID) == [5, 6])
    try OtherProgram.execute("UPDATE movedToken SET \(change)", on: index.path)
    #expect(throws: StoreError(file: index.path, .notAnIndex(found: "damaged"))) {
      try index.movedMass(in: sft, task: nil)
    }
  }

  @Test func `all that rows do not list may belong to one group`() throws {
    let measurements = [1, 2].map { comparison -> MeasurementRecord in
      var position = PositionMeasures.example(position: 0, kl: .between(low: 1, high: nil), ranks: (1, 1))
      position.coverageReference = comparison == 1 ? 0.75 : 0.875
      position.coverageTuned = comparison == 1 ? 0.9375 : 0.5
      var measurement = ExampleStudy.measurement(
        id: comparison, comparison: comparison, sequence: comparison, task: "math", prompt: "p1",
        name: "s\(comparison)", [position])
      measurement.moved = MovedTokens(
        positions: 1, unlistedReference: 0.01, unlistedTuned: 0.02,
        entries: [(5, 0.5), (6, -0.125), (9, 0.25)].map {
          MovedTokens.Entry(tokenID: $0.0, movedMass: $0.1, klShare: 0)
        })
      return measurement
    }
    let index = try ShiftIndex.create(at: folder.file("index.sqlite"), plan: ExampleStudy.plan)
    try index.append(measurements, predicted: [])
    try index.finish()
    var request = try request(index)
    #expect(try index.predictedContrast(request, metric: .movedMass)?.unlisted == -0.01...0.02)
    request.groups = [5: 0, 6: 0, 9: 1]
    let found = try #require(try index.predictedContrast(request, metric: .movedMass))
    #expect(found.rows.map(\.id) == [0, 1])
    #expect(found.rows.map(\.result.first) == [0.375, 0.25])
    // The larger of what the two models' rows do not list: 1 − 0.75 and 1 − 0.5.
    #expect(found.unlisted == -0.25...0.5)
    let sft = try index.comparisons(of: "sft", source: .own)
    let alone = try #require(try index.movedMass(in: sft, task: nil, groups: request.groups))
    #expect(alone.drifts.map(\.movedMassMean) == [0.375, 0.25])
    #expect(alone.unlisted == -0.25...0.0625)
  }
}
