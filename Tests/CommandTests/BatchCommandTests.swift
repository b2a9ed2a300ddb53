import Foundation
import TestSupport
import Testing

@Suite struct BatchCommandTests {
  private let folder: TemporaryFolder
  private let index: String

  init() throws {
    folder = try TemporaryFolder()
    index = folder.file("index.sqlite")
  }

  /// Every row of every table, in order.
  private func contents(of index: String) throws -> [String] {
    let tables = [
      "study", "model", "input", "comparison", "task", "token", "sequence", "measurement", "position",
      "movedToken", "predictedSum", "emittedToken", "emittedTokenTotal", "emittedKind", "promptToken",
      "predictedToken",
      "predictedTokenTotal", "extreme", "profile", "band", "rankCount", "firstDivergence", "slice",
      "measurementEstimate", "distribution", "concentration", "summary", "summaryFigure", "problem",
    ]
    return try tables.map { table in
      let run = try Program.run("query", index, "SELECT * FROM \(table)", "--format", "csv")
      #expect(run.status == 0, "\(run.error)")
      return table + "\n" + run.output
    }
  }

  @Test func `the index is the same to the byte for any number of threads`() throws {
    let other = folder.file("other.sqlite")
    #expect(try Program.run("batch", "samples/study.yaml", "--index", index, "--jobs", "1").status == 0)
    #expect(try Program.run("batch", "samples/study.yaml", "--index", other, "--jobs", "4").status == 0)
    let first = try Data(contentsOf: URL(filePath: index))
    let second = try Data(contentsOf: URL(filePath: other))
    #expect(first == second)
    #expect(first.count > 100_000)
  }

  @Test func `a finished index is left as it is`() throws {
    #expect(try Program.run("batch", "samples/dense.yaml", "--index", index).status == 0)
    let before = try Data(contentsOf: URL(filePath: index))
    let again = try Program.run("batch", "samples/dense.yaml", "--index", index)
    #expect(again.status == 0)
    #expect(again.error == "\(index): the index is already whole.\n\(index): 2 measurements.\n")
    #expect(try Data(contentsOf: URL(filePath: index)) == before)
  }

  @Test func `what storage in 16 bits can have done is told as measure tells it`() throws {
    #expect(try Program.run("batch", "samples/dense.yaml", "--index", index).status == 0)
    let stored = try Program.run(
      "query", index,
      """
      SELECT storagePositions, klTunedReferenceStorageErrorSum FROM measurement
      JOIN comparison ON comparison.id = comparisonID JOIN model ON model.id = tunedID WHERE name = 'sft'
      """, "--format", "csv")
    let values = try #require(stored.output.split(separator: "\r\n").last).split(separator: ",")
    #expect(values.first == "1")
    let measured = try Program.run(
      "measure", "-r", "samples/dense/arith-010.base.base.safetensors", "-t",
      "samples/dense/arith-010.base.sft.safetensors", "--format", "jsonl")
    let errors = try measured.output.split(separator: "\n").compactMap {
      (try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])?[
        "klTunedReferenceStorageError"]
        as? Double
    }
    #expect(errors.count == 7)
    let found = try #require(Double(values[1]))
    #expect(errors.contains { abs($0 - found) <= 1e-15 }, "\(found), \(errors)")
    let summary = try Program.run("summary", index, "--source", "base")
    #expect(summary.output.contains("± storage"))
  }

  @Test func `an index that is being written is not replaced`() throws {
    let run = try Program.start(["batch", "samples/study.yaml", "--index", index, "--jobs", "1"])
    while !FileManager.default.fileExists(atPath: index), run.process.isRunning { usleep(1000) }
    kill(run.process.processIdentifier, SIGSTOP)
    let forced = try Program.run("batch", "samples/dense.yaml", "--index", index, "--force")
    kill(run.process.processIdentifier, SIGCONT)
    let first = try run.finish()
    #expect(first.status == 0, "\(first.error)")
    #expect(forced.status == 75)
    #expect(
      forced.error.hasSuffix(
        "\(index): another batch is writing this index. Wait for it to end, then run the command again.\n"))
  }

  @Test func `an index needs a name`() throws {
    let run = try Program.run("batch", "samples/dense.yaml", "--index", "")
    #expect(run.status == 64)
    #expect(run.error.hasPrefix("Error: --index must name a file, but is empty.\n"))
  }

  @Test func `another study's index is not gone on with`() throws {
    #expect(try Program.run("batch", "samples/dense.yaml", "--index", index).status == 0)
    let run = try Program.run("batch", "samples/study.yaml", "--index", index)
    #expect(run.status == 65)
    #expect(run.error.contains("Choose another name, or pass --force to begin anew."))
    #expect(try Program.run("batch", "samples/study.yaml", "--index", index, "--force").status == 0)
  }

  @Test(arguments: [40, 150, 400, 900, 1600, 2500])
  func `an index that was killed opens, says so, and is completed`(milliseconds: Int) throws {
    let run = try Program.start(["batch", "samples/study.yaml", "--index", index, "--jobs", "2"])
    usleep(UInt32(milliseconds) * 1000)
    kill(run.process.processIdentifier, SIGKILL)
    _ = try run.finish()
    if FileManager.default.fileExists(atPath: index) {
      let state = try Program.run("query", index, "SELECT state FROM study", "--format", "csv")
      #expect(state.status == 0, "\(state.error)")
      #expect(state.error.contains("unfinished") == state.output.contains("measuring"))
    }
    let again = try Program.run("batch", "samples/study.yaml", "--index", index)
    #expect(again.status == 0, "\(again.error)")
    let whole = folder.file("whole.sqlite")
    #expect(try Program.run("batch", "samples/study.yaml", "--index", whole).status == 0)
    #expect(try contents(of: index) == contents(of: whole))
  }

  /// The first byte of a journal is not 0 while what it would take back is being written into the index.
  private func isHot(_ journal: String) -> Bool {
    let descriptor = open(journal, O_RDONLY)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var byte: UInt8 = 0
    return read(descriptor, &byte, 1) == 1 && byte != 0
  }

  @Test(arguments: [1, 2])
  func `an index that was killed while it was being written is completed`(time: Int) throws {
    let run = try Program.start(["batch", "samples/study.yaml", "--index", index, "--jobs", "2"])
    var times = 0
    var wasHot = false
    while run.process.isRunning, times < time {
      let isHot = isHot(index + "-journal")
      if isHot, !wasHot { times += 1 }
      wasHot = isHot
    }
    kill(run.process.processIdentifier, SIGKILL)
    _ = try run.finish()
    let copy = folder.file("copy.sqlite")
    for suffix in ["", "-journal"] where FileManager.default.fileExists(atPath: index + suffix) {
      try FileManager.default.copyItem(atPath: index + suffix, toPath: copy + suffix)
    }
    let state = try Program.run("query", index, "SELECT state FROM study", "--format", "csv")
    #expect(state.status == 0, "\(state.error)")
    for (path, options) in [(index, []), (copy, ["--force"])] {
      let again = try Program.start(["batch", "samples/study.yaml", "--index", path] + options).finish()
      #expect(again.status == 0, "\(again.error)")
    }
    let whole = folder.file("whole.sqlite")
    #expect(try Program.run("batch", "samples/study.yaml", "--index", whole).status == 0)
    #expect(try contents(of: index) == contents(of: whole))
    #expect(try contents(of: copy) == contents(of: whole))
  }

  @Test func `an interrupt stops after the sequences in hand and the next run goes on`() throws {
    let run = try Program.start(["batch", "samples/study.yaml", "--index", index, "--jobs", "1"])
    // The index stands there before the first sequence is measured, and 40 of them take seconds.
    while !FileManager.default.fileExists(atPath: index), run.process.isRunning { usleep(1000) }
    kill(run.process.processIdentifier, SIGINT)
    let stopped = try run.finish()
    #expect(stopped.status == 75)
    #expect(stopped.error.contains("of 40 measurements. Run the same command to go on."))
    let json = try Program.run("summary", index, "--format", "json")
    #expect(json.output.contains("\"complete\": false"))
    #expect(try Program.run("tokens", index, "--model", "sft").status == 75)
    let again = try Program.run("batch", "samples/study.yaml", "--index", index)
    #expect(again.status == 0)
    let whole = folder.file("whole.sqlite")
    #expect(try Program.run("batch", "samples/study.yaml", "--index", whole).status == 0)
    #expect(try contents(of: index) == contents(of: whole))
  }
}
