import Foundation
import Measures
import ShiftStore
import Statistics
import TestSupport
import Testing
import Tokenization

/// Positions gathered by place, entropy, confidence, rank and first divergence, worked out by hand.
@Suite struct SliceTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func index(_ measurements: [MeasurementRecord]) throws -> ShiftIndex {
    try ExampleStudy.index(in: folder, measurements)
  }

  private func sft(_ index: ShiftIndex) throws -> [Comparison] {
    try index.comparisons(of: "sft", source: .own)
  }

  /// A response of ten positions on a prompt; the reference's entropy rises, the last position is shifted.
  private static func rising(_ sequence: Int, prompt: String, kl: Double) -> MeasurementRecord {
    ExampleStudy.measurement(
      id: sequence, comparison: 1, sequence: sequence, task: "math", prompt: prompt,
      (0..<10).map { place in
        var position = PositionMeasures.example(
          position: place, token: 5, kl: .exact(kl), ranks: (place == 9 ? 20 : 1, 1))
        position.divergences.entropyReference = .exact(Double(place))
        position.logprobReference = log(place < 5 ? 0.97 : 0.3)
        if place < 9 { position.topTuned = position.topReference }
        return position
      })
  }

  @Test func `tenths of entropy and buckets of confidence`() throws {
    let index = try index([Self.rising(1, prompt: "p1", kl: 0.5), Self.rising(2, prompt: "p2", kl: 1.5)])
    let entropy = try index.slices(by: .entropy, in: sft(index), task: nil)
    let places: [Double] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    #expect(entropy.map(\.start) == places)
    #expect(entropy.map(\.end) == places)
    #expect(entropy.map(\.count) == Array(repeating: 2, count: 10))
    #expect(entropy.map(\.undecided) == Array(repeating: 0, count: 10))
    #expect(entropy.map(\.klTunedReferenceMeanLow) == Array(repeating: 1, count: 10))
    #expect(entropy[9].shiftedShare == 1)
    #expect(entropy[9].rankShiftMean == 19)
    let confidence = try index.slices(by: .confidence, in: sft(index), task: "math")
    #expect(confidence.map(\.start) == [0.25, 0.95])
    #expect(confidence.map(\.end) == [0.5, 1])
    #expect(confidence.map(\.count) == [10, 10])
    #expect(confidence.map(\.shiftedShare) == [0.2, 0])
  }

  @Test func `an entropy that may belong to a later tenth is undecided`() throws {
    var positions = (0..<10).map { place in
      var position = PositionMeasures.example(position: place, kl: .exact(1), ranks: (1, 1))
      position.divergences.entropyReference = .between(low: Double(place), high: Double(place))
      return position
    }
    positions[3].divergences.entropyReference = .between(low: 3, high: 7)
    positions[9].divergences.entropyReference = .between(low: 9, high: 11)
    let index = try index([
      ExampleStudy.measurement(id: 1, comparison: 1, sequence: 1, task: "math", prompt: "p1", positions)
    ])
    let undecided = try index.slices(by: .entropy, in: sft(index), task: nil).map(\.undecided)
    #expect(undecided == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0])
  }

  @Test func `ranks in the bins of GLTR`() throws {
    let ranks = [(1, 1), (2, 1), (10, 11), (100, 1000), (1001, 1), (1001, 3)]
    let index = try index([
      ExampleStudy.measurement(
        id: 1, comparison: 1, sequence: 1, task: "math", prompt: "p1",
        ranks.enumerated().map { place, ranks in
          .example(position: place, kl: .exact(1), ranks: (ranks.0, ranks.1))
        } + [.example(position: 6, kl: .exact(1), ranks: (nil, 1))])
    ])
    let rows = try index.rankCounts(in: sft(index), task: nil)
    #expect(
      rows.map(\.counts) == [
        [1, 0, 0, 0, 0], [1, 0, 1, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 0, 0], [1, 1, 0, 0, 0],
      ])
  }

  @Test func `where responses first leave the reference`() throws {
    func response(_ sequence: Int, shifted: Int?) -> MeasurementRecord {
      ExampleStudy.measurement(
        id: sequence, comparison: 1, sequence: sequence, task: "math", prompt: "p\(sequence)",
        (0..<5).map { .example(position: $0, kl: .exact(1), ranks: ($0 == shifted ? 4 : 3, 1)) })
    }
    let index = try index([
      response(1, shifted: 0), response(2, shifted: 2), response(3, shifted: 4), response(4, shifted: nil),
    ])
    let rows = try index.firstDivergences(in: sft(index), task: nil)
    #expect(rows.map(\.event) == [.shifted, .otherTop], "the reference has no text of its own here")
    #expect(rows.map(\.sequences) == [4, 4])
    #expect(rows.map(\.neverShare) == [0.25, 0])
    #expect(rows[0].quartiles == [1, 2, 3])
    #expect(rows[1].quartiles == [0, 0, 0])
  }

  @Test func `a response that may have left the reference earlier than is known is undecided`() throws {
    func response(_ sequence: Int, _ ranks: [Int?]) -> MeasurementRecord {
      ExampleStudy.measurement(
        id: sequence, comparison: 1, sequence: sequence, task: "math", prompt: "p\(sequence)",
        ranks.enumerated().map { .example(position: $0, kl: .exact(1), ranks: ($1, 1)) })
    }
    let index = try index([
      response(1, [1, 9, nil]), response(2, [1, nil, 9]), response(3, [1, nil]), response(4, [1, 1]),
    ])
    let row = try #require(try index.firstDivergences(in: sft(index), task: nil).first)
    #expect(row.event == .shifted)
    #expect(row.sequences == 4)
    #expect(row.undecided == 2)
    #expect(row.neverShare == 0.5, "of those that are decided")
    #expect(row.quartiles == [1, 1, 1])
  }

  @Test func `prompts of two tasks with the same name are two prompts`() throws {
    func response(_ id: Int, _ comparison: Int, task: String, _ tokens: [Int32]) -> MeasurementRecord {
      ExampleStudy.measurement(
        id: id, comparison: comparison, sequence: id, task: task, prompt: "p1", name: "s\(id)",
        tokens.enumerated().map { .example(position: $0, token: $1, kl: .exact(1), ranks: (1, 1)) })
    }
    var plan = ExampleStudy.plan
    plan.study.plannedMeasurements = 4
    plan.comparisons[1].source = "base"
    let index = try ShiftIndex.create(at: folder.file("index.sqlite"), plan: plan)
    try index.append(
      [
        response(1, 1, task: "math", [5, 5]), response(2, 1, task: "chat", [6, 6]),
        response(3, 2, task: "chat", [6, 6]).onText(of: "base"),
        response(4, 2, task: "math", [5, 6]).onText(of: "base"),
      ], predicted: [])
    try index.finish()
    let row = try #require(try index.firstDivergences(in: sft(index), task: nil).last)
    #expect(row.event == .ownText)
    #expect(row.sequences == 2)
    #expect(row.neverShare == 0.5, "the responses to the prompt of the chat are the same")
    #expect(row.quartiles == [1, 1, 1])
  }

  @Test func `where a model's own response parts from the reference's own`() throws {
    func response(_ id: Int, _ comparison: Int, prompt: String, _ tokens: [Int32]) -> MeasurementRecord {
      ExampleStudy.measurement(
        id: id, comparison: comparison, sequence: id, task: "math", prompt: prompt, name: "s\(id)",
        tokens.enumerated().map { .example(position: $0, token: $1, kl: .exact(1), ranks: (1, 1)) })
    }
    var plan = ExampleStudy.plan
    plan.comparisons[1].source = "base"
    var measurements = [
      response(1, 1, prompt: "p1", [5, 6, 5]), response(2, 1, prompt: "p2", [5, 5]),
      response(3, 1, prompt: "p3", [6]), response(4, 1, prompt: "p4", [6, 6]),
      response(5, 2, prompt: "p1", [5, 6, 6]), response(6, 2, prompt: "p2", [5, 5]),
      response(7, 2, prompt: "p3", [6, 6]),
    ]
    for place in 4..<7 { measurements[place] = measurements[place].onText(of: "base") }
    let index = try ShiftIndex.create(at: folder.file("index.sqlite"), plan: plan)
    try index.append(measurements, predicted: [])
    try index.finish()
    let row = try #require(try index.firstDivergences(in: sft(index), task: nil).last)
    // At the third token; never; at the end of the shorter one. The reference did not answer p4.
    #expect(row.event == .ownText)
    #expect(row.sequences == 3)
    #expect(row.neverShare == 1.0 / 3)
    #expect(row.quartiles == [1.25, 1.5, 1.75])
    #expect(try index.firstDivergences(in: index.comparisons(of: "rl", source: .all), task: nil).count == 2)
  }

  @Test func `what the ends of responses hold`() throws {
    let index = try index([Self.rising(1, prompt: "p1", kl: 0.5), Self.rising(2, prompt: "p2", kl: 1.5)])
    let rows = try index.responseEnds(in: sft(index), task: nil)
    #expect(rows.map(\.isStart) == [true, false])
    #expect(rows.map(\.positionShare) == [0.1, 0.1])
    #expect(rows.map(\.shiftedShare) == [0, 1])
    let tenth = 0.1...0.1
    #expect(rows.map(\.klTunedReferenceShare) == [tenth, tenth])
    #expect(rows.map(\.jensenShannonShare) == [tenth, tenth])
  }

  @Test func `bands are Student's, from the spread between prompts`() throws {
    let index = try index([Self.rising(1, prompt: "p1", kl: 0.5), Self.rising(2, prompt: "p2", kl: 1.5)])
    let rows = try index.profile(.relative, edges: ProfileScale.relative.edges, in: sft(index), task: nil)
    // Two prompts with means of 0.5 and 1.5: the error is 0.5, t with 1 degree of freedom 12.7062.
    let band = try #require(rows[0].bands["klTunedReference"])
    #expect(band.lowerBound == 0, "cut to what a divergence can be")
    let upper = 1 + 12.706204736432095 / 2
    #expect(abs(band.upperBound - upper) < 1e-9)
    #expect(rows[0].bands["shiftedShare"] == nil, "both prompts say the same")
    let absolute = try index.profile(
      .absolute, edges: ProfileScale.absolute.edges, in: sft(index), task: "math")
    #expect(absolute.map(\.start) == [0, 1, 2, 4, 8])
    #expect(absolute.allSatisfy { $0.bands["klTunedReference"] != nil })
    let halves = try index.profile(.relative, edges: [0, 50], in: sft(index), task: nil)
    #expect(halves.allSatisfy { $0.bands.isEmpty }, "bands are kept for tenths")
  }
}
