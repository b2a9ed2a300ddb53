import Analysis
import CDivergence
import Foundation
import ShiftStore

/// `tokenshift-bench memory json|dense MEGABYTES`: a study of two files of this size together, and the most memory that a
/// batch of it needs, without the mapped files, which are the page cache's.
///
/// A run for each size: memory that a program had once is not given back.
struct MemoryBench {
  private static let vocabularySize = 50_000
  private static let rowsPerSequence = 100
  private let isDense: Bool
  private let megabytes: Int

  init(_ arguments: ArraySlice<String>) throws {
    guard arguments.count == 2, let kind = arguments.first, ["json", "dense"].contains(kind),
      let megabytes = arguments.last.flatMap({ Int($0) }), megabytes > 0
    else {
      FileHandle.standardError.write(Data("usage: tokenshift-bench memory json|dense MEGABYTES\n".utf8))
      exit(64)
    }
    isDense = kind == "dense"
    self.megabytes = megabytes
  }

  func run() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tokenshift-bench-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for model in ["base", "rl"] {
      let path = folder.appending(path: "\(model).trace")
      try Data().write(to: path)
      let file = try FileHandle(forWritingTo: path)
      try isDense ? writeDense(model, to: file) : writeRecords(model, to: file)
      try file.close()
    }
    let text = """
      schemaVersion: 1
      models: [{name: base, role: reference}, {name: rl, role: tuned}]
      traces:
        - {model: base, source: rl, task: t, files: base.trace}
        - {model: rl, source: rl, task: t, files: rl.trace}
      """
    let start = Date()
    let watch = MemoryWatch()
    defer { watch.stop() }
    let plan = try StudyPlan(
      StudyFile(path: folder.appending(path: "study.yaml").path, text: text), toolVersion: "bench")
    let planning = watch.takeMost()
    let index = try ShiftIndex.create(at: folder.appending(path: "index.sqlite").path, plan: plan.record)
    var measuring = 0.0
    _ = try await BatchRun(plan, jobs: 2).run(into: index, stop: StopRequest()) { _ in
      measuring = max(measuring, watch.takeMost())
    }
    let finishing = watch.takeMost()
    try index.close()
    print(
      String(
        format: "%d MB, %d sequences: planning %.0f MB, measuring %.0f MB, finishing %.0f MB, %.0f s",
        megabytes,
        plan.measurements.count, planning, measuring, finishing, Date().timeIntervalSince(start)))
  }

  // MARK: Files

  /// Lists of twenty tokens, as engines print them.
  private func writeRecords(_ model: String, to file: FileHandle) throws {
    var random = BenchRandom(seed: model == "base" ? 1 : 2)
    let rows = (0..<Self.rowsPerSequence).map { position in
      let listed = (0..<20).map { place in
        let logprob = -1 - 0.6 * Double(place) - 0.1 * random.fraction()
        return String(
          format: "{\"token_id\": %d, \"logprob\": %.6f, \"rank\": %d}",
          (position * 37 + place * 211) % 50_000,
          logprob, place + 1)
      }
      // The emitted token is the first of its list.
      return "\(listed[0].dropLast()), \"top_logprobs\": [\(listed.joined(separator: ", "))]}"
    }
    let tokens = (0..<Self.rowsPerSequence).map { "\($0 * 37 % 50_000)" }.joined(separator: ", ")
    let content = rows.joined(separator: ", ")
    for sequence in 0... {
      // Few prompts, so that the time is not that of intervals.
      let record = """
        {"trace_id": "s\(sequence)", "prompt_token_ids": [1, \(sequence % 40)], "choices": [{"index": 0, \
        "token_ids": [\(tokens)], "logprobs": {"content": [\(content)]}}]}

        """
      try file.write(contentsOf: Data(record.utf8))
      if (sequence + 2) * record.utf8.count > megabytes * 500_000 { return }
    }
  }

  /// One tensor of sequences of rows in half precision.
  private func writeDense(_ model: String, to file: FileHandle) throws {
    let rows = BenchRows(vocabularySize: Self.vocabularySize, positionCount: 25)
    let rowSize = rows.positionSize(DIVERGENCE_FLOAT16) / 2
    // A single one would have no number to be known by.
    let sequences = max(2, megabytes * 500_000 / (Self.rowsPerSequence * rowSize))
    let tokens = (0..<sequences * Self.rowsPerSequence).map { Int32($0 * 37 % 1000).littleEndian }
    let scoresEnd = tokens.count * rowSize
    let header = """
      {"logits":{"dtype":"F16","shape":[\(sequences),\(Self.rowsPerSequence),\(Self.vocabularySize)],\
      "data_offsets":[0,\(scoresEnd)]},"tokens":{"dtype":"I32","shape":[\(sequences),\(Self.rowsPerSequence)],\
      "data_offsets":[\(scoresEnd),\(scoresEnd + 4 * tokens.count)]},"attention_mask":{"dtype":"U8","shape":\
      [\(sequences),\(Self.rowsPerSequence)],"data_offsets":[\(scoresEnd + 4 * tokens.count),\
      \(scoresEnd + 5 * tokens.count)]}}
      """
    try file.write(contentsOf: withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) })
    try file.write(contentsOf: Data(header.utf8))
    for position in tokens.indices {
      let place = position % rows.positionCount
      let row =
        model == "base"
        ? rows.referenceRow(place, DIVERGENCE_FLOAT16) : rows.tunedRow(place, DIVERGENCE_FLOAT16)
      if let bytes = row.bytes { try file.write(contentsOf: Data(bytes: bytes, count: rowSize)) }
    }
    try file.write(contentsOf: tokens.withUnsafeBytes { Data($0) })
    // Every token is text.
    try file.write(contentsOf: Data(repeating: 1, count: tokens.count))
  }
}
