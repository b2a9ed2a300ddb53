import Analysis
import CDivergence
import Foundation
import Measures
import ShiftStore
import Tokenization
import Traces

/// A whole `batch` over a dense f16 study in the page cache, against the bare kernel over the same rows.
///
/// The study is made here: 100 files of one sequence each, 3 GB together with 100 positions in each. Both take turns; time is on the wall, because
/// what a batch must not waste is the second processor, and counts the planning, which hashes the files.
struct StudyBench {
  private static let sequences = 50
  private static let vocabularySize = 151_936
  private static let jobs = 2

  private let folder: URL
  private let rowsPerFile: Int

  /// Makes the study in a folder of its own.
  ///
  /// - Parameter rowsPerFile: The positions of each sequence. The page cache must hold 30 MB for each of them: a hundred rows of float16.
  init(rowsPerFile: Int = 100) throws {
    self.rowsPerFile = rowsPerFile
    folder = FileManager.default.temporaryDirectory.appending(path: "tokenshift-bench-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let rows = BenchRows(vocabularySize: Self.vocabularySize, positionCount: 25)
    for sequence in 0..<Self.sequences {
      try write(sequence, "base", rows.referenceRow, rows)
      try write(sequence, "rl", rows.tunedRow, rows)
    }
  }

  func remove() { try? FileManager.default.removeItem(at: folder) }

  /// Batch against kernel over `rounds` rounds, and the memory that a small and a whole study need.
  func run(rounds: Int) async throws -> [Comparison] {
    var batch: [Double] = []
    var kernel: [Double] = []
    ProcessHeap.mapsLargeBlocks()
    // The small one first: what a program once had it may keep.
    let small = try await measure(plan(sequences: 1))
    let large = try await measure(plan(sequences: Self.sequences))
    for _ in 0..<rounds {
      kernel.append(try wallTime { try bareKernel() })
      // To take 70 MB of an old index away is no part of a batch.
      try FileManager.default.removeItem(at: index)
      let start = Date()
      _ = try await measure(plan(sequences: Self.sequences))
      batch.append(Date().timeIntervalSince(start) * 1e6 / Double(Self.sequences * rowsPerFile))
    }
    return [
      Comparison("batch of a dense study, speed against the bare kernel", ours: kernel, other: batch),
      Comparison(
        "memory of a batch of \(2 * Self.sequences) files against 2 files", ours: [large], other: [small],
        unit: "MB, without mapped files"),
    ]
  }

  /// Runs one batch that is planned; the most anonymous memory seen, in MB.
  private func measure(_ plan: StudyPlan) async throws -> Double {
    let store = try ShiftIndex.create(at: index.path, plan: plan.record, existing: .replaceIndex)
    var most = 0.0
    _ = try await BatchRun(plan, jobs: Self.jobs).run(into: store, stop: StopRequest()) { _ in
      most = max(most, MemoryWatch.anonymousMemory())
    }
    try store.close()
    return most
  }

  private var index: URL { folder.appending(path: "index.sqlite") }

  private func plan(sequences: Int) throws -> StudyPlan {
    let entries = (0..<sequences).flatMap { sequence in
      ["base", "rl"].map {
        "  - {model: \($0), source: rl, task: t, sequence: s\(sequence), files: \(sequence).\($0).safetensors}"
      }
    }
    let text = """
      schemaVersion: 1
      models: [{name: base, role: reference}, {name: rl, role: tuned}]
      traces:
      \(entries.joined(separator: "\n"))
      """
    return try StudyPlan(
      StudyFile(path: folder.appending(path: "study.yaml").path, text: text), toolVersion: "bench")
  }

  /// The kernel over every row of the study, with the sums of the predicted table, on as many threads.
  private func bareKernel() throws {
    let pairs = try (0..<Self.sequences).map { sequence in
      try TracePair(reference: trace(sequence, "base"), tuned: trace(sequence, "rl"))
    }
    DispatchQueue.concurrentPerform(iterations: Self.jobs) { thread in
      let room = KernelRoom()
      for pair in stride(from: thread, to: pairs.count, by: Self.jobs).map({ pairs[$0] }) {
        guard case .dense(let reference) = pair.reference.rows, case .dense(let tuned) = pair.tuned.rows
        else {
          continue
        }
        var shares = PredictedShares(vocabularySize: Self.vocabularySize)
        for (a, b) in zip(reference, tuned) {
          _ = try? DivergenceKernel().measure(
            reference: a, tuned: b, emitted: TokenID(1000), adding: &shares, in: room)
        }
      }
    }
  }

  private func trace(_ sequence: Int, _ model: String) throws -> Trace {
    try TraceFile(path: folder.appending(path: "\(sequence).\(model).safetensors").path).trace(at: 0)
  }

  private func wallTime(_ body: () throws -> Void) rethrows -> Double {
    let start = Date()
    try body()
    return Date().timeIntervalSince(start) * 1e6 / Double(Self.sequences * rowsPerFile)
  }

  private func write(
    _ sequence: Int, _ model: String, _ row: (Int, divergence_encoding) -> divergence_row, _ rows: BenchRows
  ) throws {
    let tokens = (0...rowsPerFile).map { Int32(($0 * 37 + sequence) % 1000).littleEndian }
    let rowSize = rows.positionSize(DIVERGENCE_FLOAT16) / 2
    let tokenBytes = tokens.count * 4
    let header = """
      {"logits":{"dtype":"F16","shape":[\(rowsPerFile),\(Self.vocabularySize)],"data_offsets":[\
      0,\(rowsPerFile * rowSize)]},"tokens":{"dtype":"I32","shape":[\(tokens.count)],"data_offsets":[\
      \(rowsPerFile * rowSize),\(rowsPerFile * rowSize + tokenBytes)]}}
      """
    var data = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
    data.append(contentsOf: header.utf8)
    for position in 0..<rowsPerFile {
      let bytes = row(position % rows.positionCount, DIVERGENCE_FLOAT16).bytes
      if let bytes { data.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: rowSize)) }
    }
    data.append(contentsOf: tokens.withUnsafeBytes { Data($0) })
    try data.write(to: folder.appending(path: "\(sequence).\(model).safetensors"))
  }
}
