import Foundation
import TestSupport
import Testing

/// The samples give what is written down beside them, in every form.
@Suite struct SamplesTests {
  private let folder: TemporaryFolder
  private let index: String

  init() throws {
    folder = try TemporaryFolder()
    index = folder.file("samples.sqlite")
    let run = try Program.run("batch", "samples/study.yaml", "--index", index)
    #expect(run.status == 0, "\(run.error)")
    #expect(run.error == "\(index): 40 measurements.\n")
  }

  private func print(_ arguments: String...) throws -> String {
    let run = try Program.start(arguments.map { $0 == "INDEX" ? index : $0 }).finish()
    #expect(run.status == 0, "\(run.error)")
    return run.output
  }

  @Test func `the tables`() throws {
    try expectGolden(
      print("summary", "INDEX", "--weight", "token", "--source", "all", "--format", "markdown"), "summary.md")
    try expectGolden(print("summary", "INDEX", "--format", "json"), "summary.json")
    try expectGolden(print("summary", "INDEX", "--figures", "spread"), "summary-spread.txt")
    try expectGolden(print("summary", "INDEX", "--contrast", "sft", "rl"), "summary-contrast.txt")
    try expectGolden(print("tokens", "INDEX", "--model", "sft"), "tokens-sft.txt")
    try expectGolden(print("tokens", "INDEX", "--contrast", "sft", "rl", "--source", "base"), "contrast.txt")
    try expectGolden(print("tokens", "INDEX", "--contrast", "sft", "rl", "--format", "csv"), "contrast.csv")
    try expectGolden(
      print("tokens", "INDEX", "--contrast", "sft", "rl", "--source", "base", "--view", "predicted"),
      "contrast-predicted.txt")
    try expectGolden(
      print("tokens", "INDEX", "--contrast", "sft", "rl", "--source", "base", "--by", "wordKind"),
      "contrast-wordKinds.txt")
    try expectGolden(print("tokens", "INDEX", "--model", "rl", "--by", "category"), "tokens-categories.txt")
    try expectGolden(
      print("tokens", "INDEX", "--model", "sft", "--view", "predicted", "--limit", "8"), "moved-mass.txt")
    try expectGolden(print("top", "INDEX", "--by", "rankShift"), "top.txt")
    try expectGolden(print("top", "INDEX", "--model", "rl", "--limit", "3", "--format", "jsonl"), "top.jsonl")
    try expectGolden(print("positions", "INDEX", "--relative"), "positions.txt")
    try expectGolden(print("positions", "INDEX", "--model", "sft", "--format", "tsv"), "positions.tsv")
    for order in ["position", "ends", "entropy", "confidence", "rank", "divergence"] {
      try expectGolden(print("positions", "INDEX", "--by", order), "positions-\(order).txt")
    }
  }

  @Test func `the summary is the one that lies beside the samples`() throws {
    let expected = try String(contentsOfFile: Program.sample("expected-summary.txt"), encoding: .utf8)
    #expect(try print("summary", "INDEX") == expected)
  }

  @Test func `a contrast in JSON lines has these fields and no others`() throws {
    let line = try print(
      "tokens", "INDEX", "--contrast", "rl", "sft", "--source", "base", "--limit", "1", "--format", "jsonl")
    let fields = try JSONDecoder().decode([String: JSONField].self, from: Data(line.utf8))
    #expect(
      fields.keys.sorted() == [
        "category", "countA", "countB", "effect", "effectHigh", "effectLow", "pValue", "qValue", "task",
        "token",
        "tokenID", "valueA", "valueB", "view",
      ])
  }

  /// Any value.
  private struct JSONField: Decodable {}

  @Test func `the printed categories can be read again and sort tokens the same way`() throws {
    let rules = try print("tokens", "--show-categories")
    let file = try folder.write(rules, to: "rules.yaml")
    #expect(try print("tokens", "INDEX", "--show-categories", "--categories", file) == rules)
    #expect(
      try print("tokens", "INDEX", "--model", "sft", "--by", "category", "--categories", file)
        == print("tokens", "INDEX", "--model", "sft", "--by", "category"))
    let other = try folder.write("categories: [{name: all}]\nwordKinds: []\n", to: "all.yaml")
    let table = try print(
      "tokens", "INDEX", "--model", "sft", "--by", "category", "--categories", other, "--format", "csv")
    #expect(table.split(separator: "\r\n").count == 2)
    let broken = try Program.run(
      "tokens", index, "--model", "sft", "--categories", folder.write("categories: 3", to: "broken.yaml"))
    #expect(broken.status == 65)
    #expect(broken.error.contains("Write lists of rules \"categories\" and \"wordKinds\""))
  }

  private static let shell = "/usr/bin/sqlite3"

  @Test(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: shell), "the sqlite3 shell is not installed here"))
  func `the sqlite3 shell reads the same tables`() throws {
    let sql = "SELECT comparisonID, count(*), sum(count) FROM emittedToken GROUP BY comparisonID"
    let process = Process()
    process.executableURL = URL(filePath: Self.shell)
    process.arguments = ["-csv", "-header", index, sql]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(
      try output.replacing("\r\n", with: "\n")
        == print("query", "INDEX", sql, "--format", "csv").replacing("\r\n", with: "\n"))
  }

  @Test func `a query that would write is refused`() throws {
    let run = try Program.run("query", index, "DELETE FROM position")
    #expect(run.status == 64)
    #expect(
      run.error == """
        tokenshift: \(index): "DELETE FROM position" would write, and 'query' only reads. Use the sqlite3 shell on \
        a copy of the index.

        """)
  }

  @Test func `dense traces show what happened to tokens that were not written`() throws {
    let dense = folder.file("dense.sqlite")
    #expect(try Program.run("batch", "samples/dense.yaml", "--index", dense).status == 0)
    try expectGolden(
      Program.run("tokens", dense, "--model", "sft", "--view", "predicted", "--limit", "10").output,
      "predicted.txt")
    // The shares of all tokens add up to the divergence.
    let shares = try Program.run(
      "query", dense,
      """
      SELECT abs(sum(klShareMean) - (SELECT klTunedReferenceSumLow / klTunedReferenceCount FROM measurement
        WHERE comparisonID = predictedToken.comparisonID)) < 1e-6 AS equal, abs(sum(movedMassMean)) < 1e-6 AS zero
      FROM predictedToken GROUP BY comparisonID
      """, "--format", "csv")
    #expect(shares.output == "equal,zero\r\n1,1\r\n1,1\r\n")
  }
}
