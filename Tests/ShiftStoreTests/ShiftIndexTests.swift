import Foundation
import GRDB
import Measures
import ShiftStore
import Statistics
import TestSupport
import Testing
import Tokenization

@Suite struct ShiftIndexTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `the tables are those that are written down`() throws {
    let index = try ExampleStudy.index(in: folder)
    let schema = try index.query("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid").rows
    let text = schema.map { row in row == [.null] ? "" : "\(row[0])" }.joined(separator: "\n")
    try expectGolden(text, "schema.txt")
  }

  @Test func `positions come back as they went in`() throws {
    let index = try ExampleStudy.index(in: folder)
    let all = try index.comparisons(of: nil, source: .all)
    let top = try index.top(by: .klTunedReference, in: all, task: nil, limit: 10, context: 3)
    #expect(
      top.map(\.measures.divergences.klTunedReference) == [
        .exact(.infinity), .exact(4), .exact(1.5), .exact(0.5), .between(low: 0.25, high: nil),
      ])
    #expect(top[2].before == [9, 8, 5])
    #expect(top[2].after == [])
    #expect(top[2].measures == .example(position: 1, token: 6, kl: .exact(1.5), ranks: (7, 2)))
  }

  @Test func `tokens are counted where they stand`() throws {
    let index = try ExampleStudy.index(in: folder)
    let drift = try index.emittedDrift(in: index.comparisons(of: "sft", source: .own), task: nil)
    #expect(drift.map(\.tokenID) == [5, 6])
    #expect(try index.tokenLabels(of: [5, 6]).mapValues(\.text) == [5: "·so", 6: "Wait"])
    #expect(drift.map(\.count) == [1, 2])
    #expect(drift.map(\.shiftedShare) == [0, 0.5])
    #expect(drift.map(\.marginalShare) == [0, 0.5])
    #expect(drift.map(\.rankShiftMean) == [0, 3.5])
    #expect(
      try index.medians(of: [5, 6], in: index.comparisons(of: "sft", source: .own), task: nil) == [
        5: 0, 6: 3.5,
      ])
    #expect(drift.map(\.klTunedReferenceMeanLow) == [0.5, 2.75])
    #expect(drift.map(\.klTunedReferenceMeanHigh) == [0.5, 2.75])
    #expect(drift.map(\.logprobShiftMean) == [0.5, 0.5])
  }

  @Test func `bounds and infinities stay apart in the token table`() throws {
    let index = try ExampleStudy.index(in: folder)
    let drift = try index.emittedDrift(in: index.comparisons(of: "rl", source: .own), task: "math")
    #expect(drift.map(\.count) == [2])
    #expect(drift.map(\.klTunedReferenceMeanLow) == [0.25])
    #expect(drift.map(\.klTunedReferenceMeanHigh) == [nil])
    #expect(drift.map(\.unshiftedShare) == [1])
    #expect(drift.map(\.rankShiftMean) == [-1])
  }

  @Test func `the profile adds up stretches`() throws {
    let index = try ExampleStudy.index(in: folder)
    let sft = try index.comparisons(of: "sft", source: .own)
    let rows = try index.profile(.absolute, edges: [0, 1], in: sft, task: nil)
    #expect(rows.map(\.count) == [2, 1])
    #expect(rows.map(\.klTunedReferenceMeanLow) == [2.25, 1.5])
    #expect(rows.map(\.jensenShannonMeanLow) == [0.125, 0.125])
    #expect(rows.map(\.jensenShannonMeanHigh) == [0.125, 0.125])
    #expect(rows.map(\.end) == [1, 2])
    let halves = try index.profile(.relative, edges: [0, 50], in: sft, task: "math")
    #expect(halves.map(\.count) == [1, 1])
    #expect(halves.map(\.start) == [0, 50])
  }

  @Test func `the summary weighs tokens or sequences`() throws {
    let index = try ExampleStudy.index(in: folder)
    let sft = try index.comparisons(of: "sft", source: .own)
    let byToken = try index.summary(of: sft, task: nil, weighting: .token)
    let bySequence = try index.summary(of: sft, task: nil, weighting: .sequence)
    #expect(byToken.map(\.task) == ["math", "chat", nil])
    #expect(byToken[2][.klTunedReference]?.low.value == 2)  // (0.5 + 1.5 + 4) / 3
    #expect(bySequence[2][.klTunedReference]?.low.value == 2.5)  // (1 + 4) / 2
    #expect(byToken[2].counts.sequences == 2)
    #expect(byToken[2].counts.prompts == 2)
    #expect(byToken[0][.klTunedReference]?.low.interval == nil, "one prompt gives no interval")
    #expect(byToken[2][.shiftedShare]?.low.value == 1.0 / 3)
  }

  @Test func `an infinite position is in no mean and is counted`() throws {
    let index = try ExampleStudy.index(in: folder)
    let rl = try index.comparisons(of: "rl", source: .own)
    let row = try index.summary(of: rl, task: nil, weighting: .token)[0]
    #expect(row.counts.infinite == 1)
    #expect(row.counts.infiniteReferenceTuned == 1)
    #expect(row[.klTunedReference]?.low.value == 0.25)
    let gaps = try index.gaps(in: rl, task: nil)
    #expect(gaps.positions == 2)
    #expect(gaps.unranked == 1)
    #expect(gaps.unclassed == 1)
    #expect(gaps.infiniteTunedReference == 1)
    #expect(gaps.infiniteReferenceTuned == 1)
    let others = try index.gaps(in: index.comparisons(of: "sft", source: .own), task: "math")
    #expect(others.positions == 2)
    #expect(others.unranked == 0)
    #expect(others.infiniteTunedReference == 0)
  }

  @Test func `a name that is not there is answered with those that are`() throws {
    let index = try ExampleStudy.index(in: folder)
    #expect(
      throws: StoreError(
        file: index.path, .unknown(what: "tuned model", name: "dpo", known: ["sft", "rl"]))
    ) { try index.comparisons(of: "dpo", source: .own) }
    #expect(
      throws: StoreError(file: index.path, .unknown(what: "task", name: "code", known: ["math", "chat"]))
    ) { try index.summary(of: index.comparisons(), task: "code", weighting: .token) }
  }

  @Test func `nothing is replaced`() throws {
    let path = try folder.write("precious", to: "index.sqlite")
    #expect(throws: StoreError(file: path, .exists)) {
      try ShiftIndex.create(at: path, plan: ExampleStudy.plan)
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
  }

  @Test func `what is not an index is refused`() throws {
    let missing = folder.file("missing.sqlite")
    #expect(throws: StoreError(file: missing, .missing)) { try ShiftIndex.open(at: missing) }
    let text = try folder.write("hello, this is text", to: "text.sqlite")
    #expect(throws: StoreError(file: text, .notAnIndex(found: "not an SQLite file"))) {
      try ShiftIndex.open(at: text)
    }
    let other = folder.file("other.sqlite")
    try DatabaseQueue(path: other).write { try $0.execute(sql: "CREATE TABLE t (a)") }
    #expect(throws: StoreError(file: other, .notAnIndex(found: "another program's SQLite file"))) {
      try ShiftIndex.open(at: other)
    }
  }

  @Test func `a later schema is refused`() throws {
    let index = try ExampleStudy.index(in: folder)
    try index.close()
    try DatabaseQueue(path: index.path).write { try $0.execute(sql: "PRAGMA user_version = 9") }
    #expect(throws: StoreError(file: index.path, .newerSchema(found: 9, known: 7))) {
      try ShiftIndex.open(at: index.path)
    }
  }

  @Test func `an earlier schema is refused, and replaced when that is asked for`() throws {
    let index = try ExampleStudy.index(in: folder)
    try index.close()
    try DatabaseQueue(path: index.path).write { try $0.execute(sql: "PRAGMA user_version = 1") }
    let error = StoreError(file: index.path, .olderSchema(found: 1, known: 7))
    #expect(throws: error) { try ShiftIndex.open(at: index.path) }
    #expect(throws: error) { try ShiftIndex.resume(at: index.path) }
    #expect("\(error)".hasSuffix("Make it anew with 'tokenshift batch STUDY --index \(index.path) --force'."))
    try ShiftIndex.create(at: index.path, plan: ExampleStudy.plan, existing: .replaceIndex).close()
    try ShiftIndex.open(at: index.path).close()
  }

  @Test func `drafts that a killed program left are removed, others stay`() throws {
    let path = folder.file("index.sqlite")
    // A process that has ended and was waited for: its number is nobody's.
    let ended = Process()
    ended.executableURL = URL(filePath: "/bin/true")
    try ended.run()
    ended.waitUntilExit()
    let gone = "index.sqlite.new-\(ended.processIdentifier)"
    for name in [gone, gone + "-wal", gone + "-shm"] { _ = try folder.write("draft", to: name) }
    let others = [
      "index.sqlite.new-\(getpid())x", "index.sqlite.new-1", "other.sqlite.new-\(ended.processIdentifier)",
    ]
    for name in others { _ = try folder.write("precious", to: name) }
    try ShiftIndex.create(at: path, plan: ExampleStudy.plan).close()
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(Set(left) == Set(others + ["index.sqlite"]))
  }

  @Test func `a draft that another program holds stays`() throws {
    let ended = Process()
    ended.executableURL = URL(filePath: "/bin/true")
    try ended.run()
    ended.waitUntilExit()
    let draft = try folder.write("draft", to: "index.sqlite.new-\(ended.processIdentifier)")
    let descriptor = open(draft, O_RDWR)
    defer { close(descriptor) }
    #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    try ShiftIndex.create(at: folder.file("index.sqlite"), plan: ExampleStudy.plan).close()
    #expect(FileManager.default.fileExists(atPath: draft))
  }

  @Test func `an index that another program writes is busy`() throws {
    let path = folder.file("index.sqlite")
    let first = try ShiftIndex.create(at: path, plan: ExampleStudy.plan)
    #expect(throws: StoreError(file: path, .busy)) { try ShiftIndex.resume(at: path) }
    try first.close()
    try ShiftIndex.resume(at: path).close()
  }

  @Test func `an index that another program writes is not replaced`() throws {
    let path = folder.file("index.sqlite")
    let first = try ShiftIndex.create(at: path, plan: ExampleStudy.plan)
    #expect(throws: StoreError(file: path, .busy)) {
      try ShiftIndex.create(at: path, plan: ExampleStudy.plan, existing: .replaceIndex)
    }
    try first.append(ExampleStudy.measurements, predicted: [])
    try first.finish()
    try first.close()
    #expect(try ShiftIndex.open(at: path).progress().isFinished)
    try ShiftIndex.create(at: path, plan: ExampleStudy.plan, existing: .replaceIndex).close()
  }

  @Test func `a path is a path, whatever SQLite takes it for`() throws {
    let there = FileManager.default.currentDirectoryPath
    for name in [":memory:", "file:x?mode=memory"] {
      let path = "./" + name
      defer { unlink(path) }
      try ShiftIndex.create(at: name, plan: ExampleStudy.plan).close()
      #expect(try ShiftIndex.open(at: name).progress().planned == 3)
      #expect(FileManager.default.fileExists(atPath: there + "/" + name))
    }
  }

  @Test func `only an index is replaced`() throws {
    let text = try folder.write("precious", to: "notes.txt")
    #expect(throws: StoreError(file: text, .notReplaceable(found: "not an SQLite file"))) {
      try ShiftIndex.create(at: text, plan: ExampleStudy.plan, existing: .replaceIndex)
    }
    #expect(try String(contentsOfFile: text, encoding: .utf8) == "precious")
    #expect(throws: StoreError(file: folder.path, .notReplaceable(found: "not a regular file"))) {
      try ShiftIndex.create(at: folder.path, plan: ExampleStudy.plan, existing: .replaceIndex)
    }
    let index = try ExampleStudy.index(in: folder)
    try index.close()
    let replaced = try ShiftIndex.create(at: index.path, plan: ExampleStudy.plan, existing: .replaceIndex)
    #expect(try replaced.progress().measured == 0)
    try replaced.close()
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
        "index.sqlite", "notes.txt",
      ])
  }

  @Test func `a stretch whose divergences are all infinite leaves the others exact`() throws {
    let index = try ShiftIndex.create(at: folder.file("index.sqlite"), plan: ExampleStudy.plan)
    try index.append(
      [
        ExampleStudy.measurement(
          id: 1, comparison: 1, sequence: 1, task: "math", prompt: "p1",
          [
            .example(position: 0, token: 5, kl: .exact(.infinity), ranks: (1, 1)),
            .example(position: 1, token: 5, kl: .exact(0.5), ranks: (1, 1)),
          ])
      ], predicted: [])
    try index.finish()
    let rows = try index.profile(
      .absolute, edges: [0], in: index.comparisons(of: "sft", source: .own), task: nil)
    #expect(rows.map(\.klTunedReferenceMeanLow) == [0.5])
    #expect(rows.map(\.klTunedReferenceMeanHigh) == [0.5])
  }

  @Test func `a finished index is one file`() throws {
    let index = try ExampleStudy.index(in: folder)
    try index.close()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["index.sqlite"])
  }

  @Test func `moved mass and shares are means over positions`() throws {
    let index = try ShiftIndex.create(at: folder.file("index.sqlite"), plan: ExampleStudy.plan)
    try index.append(
      ExampleStudy.measurements,
      predicted: [
        PredictedSumRecord(
          comparisonID: 1, task: "math", positions: 2, infinitePositions: 2,
          klShare: [ExactSum(0.5), ExactSum(), ExactSum(1.5)],
          movedMass: [ExactSum(-0.25), ExactSum(), ExactSum(0.25)]),
        PredictedSumRecord(
          comparisonID: 1, task: "chat", positions: 1, infinitePositions: 0,
          klShare: [ExactSum(4), ExactSum(), ExactSum()],
          movedMass: [ExactSum(0.5), ExactSum(), ExactSum()]),
      ])
    try index.finish()
    let sft = try index.comparisons(of: "sft", source: .own)
    let math = try index.predictedDrift(in: sft, task: "math")
    #expect(math.map(\.tokenID) == [0, 2])
    #expect(math.map(\.klShareMean) == [0.25, 0.75])
    // Positions with an infinite divergence have no shares, but they moved mass: −0.25 over 2 + 2 positions.
    #expect(math.map(\.movedMassMean) == [-0.0625, 0.0625])
    let all = try index.predictedDrift(in: sft, task: nil)
    #expect(all.map(\.klShareMean) == [1.5, 0.5])  // (0.5 + 4) / 3, 1.5 / 3
    #expect(all.map(\.movedMassMean) == [0.05, 0.05])  // (−0.25 + 0.5) / 5, 0.25 / 5
    #expect(try index.predictedSums().count == 2)
  }
}
