import Foundation
import Measures
import ShiftStore
import Statistics

/// `tokenshift-bench index [POSITIONS [tables]]`: an index of 5 million positions, made up; how long it takes to count its
/// tables, to answer every table, and to contrast two models over all tokens on one and on two threads.
struct IndexBench {
  private let folder: URL
  private let positions: Int

  /// A bench over about this many positions.
  init(positions: Int) throws {
    self.positions = positions
    folder = FileManager.default.temporaryDirectory.appending(path: "tokenshift-bench-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  /// Runs everything and prints a line for each.
  ///
  /// - Parameter contrasts: Whether to contrast the models too, which takes a minute.
  func run(contrasts: Bool) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "index.sqlite").path
    let study = SyntheticStudy(positions: positions)
    let writing = try ShiftIndex.create(at: path, plan: study.plan)
    report("append", try seconds { try study.append(to: writing) })
    report(
      "finish",
      try seconds { try writing.finish(threads: ProcessInfo.processInfo.activeProcessorCount) })
    try writing.close()
    let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    print("size                    \(size / 1_000_000) MB")
    try timeTables(path)
    if contrasts { try timeContrasts(path) }
  }

  private func timeTables(_ path: String) throws {
    try timeTokens(path)
    for weighting in Weighting.allCases {
      try time("summary, by \(weighting.rawValue)", path) { index, sft, rl in
        _ = try index.summary(of: sft + rl, task: nil, weighting: weighting)
        _ = try index.gaps(in: sft + rl, task: nil)
      }
    }
    try timePositions(path)
    try time("query, positions of a sequence", path) { index, _, _ in
      _ = try index.query("SELECT * FROM positionRecord WHERE sequence = 't1.7' AND model = 'rl'")
    }
  }

  private func timeTokens(_ path: String) throws {
    try time("tokens, emitted", path) { index, sft, _ in
      let rows = try index.emittedDrift(in: sft, task: nil).filter { $0.count >= 3 }
        .sorted { ($0.logprobShiftMean ?? 0).magnitude > ($1.logprobShiftMean ?? 0).magnitude }.prefix(20)
      _ = try index.medians(of: rows.map(\.tokenID), in: sft, task: nil)
      _ = try index.tokenLabels(of: rows.map(\.tokenID))
    }
    try time("tokens, one task", path) { index, sft, _ in
      _ = try index.emittedDrift(in: sft, task: "t1")
    }
    try time("tokens, by category", path) { index, sft, _ in
      _ = try index.tokenKinds()
      _ = try index.emittedDrift(in: sft, task: nil, by: .category)
    }
    for task in [nil, "t1"] {
      try time("tokens, predicted, \(task ?? "all tasks")", path) { index, sft, _ in
        let rows = try index.predictedDrift(in: sft, task: task)
          .sorted { ($0.klShareMean ?? 0).magnitude > ($1.klShareMean ?? 0).magnitude }.prefix(20)
        _ = try index.tokenLabels(of: rows.map(\.tokenID))
      }
    }
  }

  private func timePositions(_ path: String) throws {
    for metric in Metric.allCases {
      try time("top, \(metric.rawValue)", path) { index, sft, rl in
        let rows = try index.top(by: metric, in: sft + rl, task: nil, limit: 20, context: 6)
        _ = try index.tokenLabels(of: rows.flatMap { $0.before + $0.after })
      }
    }
    for scale in ProfileScale.allCases {
      try time("positions, \(scale.rawValue)", path) { index, sft, rl in
        _ = try index.profile(scale, edges: scale.edges, in: sft + rl, task: nil)
      }
    }
    for kind in SliceKind.allCases {
      try time("positions, by \(kind.rawValue)", path) { index, sft, rl in
        _ = try index.slices(by: kind, in: sft + rl, task: nil)
      }
    }
    try time("positions, by rank", path) { index, sft, rl in
      _ = try index.rankCounts(in: sft + rl, task: nil)
    }
    try time("positions, by divergence", path) { index, sft, rl in
      _ = try index.firstDivergences(in: sft + rl, task: nil)
    }
    try time("positions, by ends", path) { index, sft, rl in
      _ = try index.responseEnds(in: sft + rl, task: nil)
    }
  }

  private func timeContrasts(_ path: String) throws {
    for threads in [1, 2] {
      try time("contrast, all tokens, \(threads) threads", path) { index, sft, rl in
        let request = ContrastRequest(first: sft, second: rl, task: nil, minimumCount: 1, threads: threads)
        let rows = try index.emittedContrast(request, metric: .logprobShift)
        print("  \(rows.count) tokens, \(rows.count { $0.result.pValue != nil }) tested")
      }
    }
    try time("contrast, 30 positions or more, 2 threads", path) { index, sft, rl in
      let request = ContrastRequest(first: sft, second: rl, task: nil, minimumCount: 30, threads: 2)
      _ = try index.emittedContrast(request, metric: .logprobShift)
    }
  }

  /// Times a query on an index that is opened for it, as a command does.
  private func time(
    _ name: String, _ path: String,
    _ body: (ShiftIndex, _ sft: [ShiftStore.Comparison], _ rl: [ShiftStore.Comparison]) throws -> Void
  ) throws {
    report(
      name,
      try seconds {
        let index = try ShiftIndex.open(at: path)
        try body(
          index, index.comparisons(of: "sft", source: .own), index.comparisons(of: "rl", source: .own))
        try index.close()
      })
  }

  private func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = Date()
    try body()
    return Date().timeIntervalSince(start)
  }

  private func report(_ name: String, _ seconds: Double) {
    print("\(name.padding(toLength: 42, withPad: " ", startingAt: 0)) \(String(format: "%8.3f", seconds)) s")
  }
}
