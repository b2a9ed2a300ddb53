import TestSupport
import Testing

/// Two tuned models set against each other on the command line.
@Suite struct ContrastCommandTests {
  private let samples: SampleIndex
  private var index: String { samples.path }

  init() throws { samples = try SampleIndex() }

  @Test func `a false discovery rate keeps the rows that are called`() throws {
    let arguments = ["tokens", index, "--contrast", "sft", "rl", "--source", "base", "--by", "wordKind"]
    let all = try Program.start(arguments + ["--format", "csv"]).finish()
    let called = try Program.start(arguments + ["--format", "csv", "--fdr", "0.05"]).finish()
    #expect(called.status == 0)
    let rows = all.output.split(separator: "\r\n")
    let qValue = try #require(rows[0].split(separator: ",").firstIndex(of: "qValue"))
    let expected = rows.dropFirst().filter {
      let fields = $0.split(separator: ",", omittingEmptySubsequences: false)
      return Double(fields[qValue]).map { $0 <= 0.05 } ?? false
    }
    #expect(!expected.isEmpty && expected.count < rows.count - 1)
    #expect(Array(called.output.split(separator: "\r\n").dropFirst()) == Array(expected))
    #expect(try Program.run("tokens", index, "--model", "sft", "--fdr", "0.05").status == 64)
    #expect(try Program.run("tokens", index, "--contrast", "sft", "rl", "--fdr", "2").status == 64)
  }

  /// With n flips that are drawn no p-value is below 1 / (n + 1): the flip that changes nothing counts.
  @Test func `the number of flips limits how small a p-value is`() throws {
    func least(_ flips: String...) throws -> Double {
      let run = try Program.start(
        ["tokens", index, "--contrast", "sft", "rl", "--source", "base", "--format", "csv"] + flips
      ).finish()
      #expect(run.status == 0)
      let rows = run.output.split(separator: "\r\n")
      let place = try #require(rows[0].split(separator: ",").firstIndex(of: "pValue"))
      let values = rows.dropFirst().compactMap {
        Double($0.split(separator: ",", omittingEmptySubsequences: false)[place])
      }
      return try #require(values.min())
    }
    #expect(try least("--flips", "9") >= 1.0 / 10)
    #expect(try least("--flips", "99") >= 1.0 / 100)
    #expect(try least() < 1.0 / 100)
    #expect(try least() == least("--flips", "10000"))
    for flips in ["0", "-1", "1000001"] {
      let run = try Program.run("tokens", index, "--contrast", "sft", "rl", "--flips", flips)
      #expect(run.status == 64)
      #expect(run.error.contains("--flips must lie between 1 and 1000000, but is \(flips)."))
    }
  }

  /// More rows are called than a table shows when nothing is said.
  @Test func `all rows that are called are shown`() throws {
    let arguments = ["tokens", index, "--contrast", "sft", "rl", "--view", "predicted", "--source", "base"]
    let run = try Program.start(arguments + ["--fdr", "0.3", "--format", "jsonl"]).finish()
    #expect(run.output.split(separator: "\n").count > 20)
    let limited = try Program.start(arguments + ["--fdr", "0.3", "--format", "jsonl", "--limit", "2"])
      .finish()
    #expect(limited.output.split(separator: "\n").count == 2)
    #expect(try Program.start(arguments + ["--fdr", "0.3"]).finish().output.contains("have q ≤ 0.3."))
  }

  @Test func `a direction is told where the bound leaves one`() throws {
    let run = try Program.run(
      "tokens", index, "--model", "sft", "--view", "predicted", "--limit", "1000", "--format", "jsonl")
    let lines = run.output.split(separator: "\n")
    #expect(
      lines.first?.contains("\"direction\": \"promoted\"") == true
        || lines.first?.contains("\"direction\": \"suppressed\"") == true)
    #expect(lines.last?.contains("\"direction\": null") == true)
  }

  @Test func `texts of several kinds are not thrown together`() throws {
    let run = try Program.run("tokens", index, "--contrast", "sft", "rl", "--source", "sft")
    #expect(run.status != 0)
    #expect(run.error.contains("\"rl\" was not measured on text of \"sft\". Choose one of"))
  }

  @Test func `figures of spread have no differences`() throws {
    let run = try Program.run("summary", index, "--contrast", "sft", "rl", "--figures", "spread")
    #expect(run.status == 64)
    #expect(run.error.contains("Figures of spread have no differences"))
  }

  @Test func `a negative number is answered as the number it is`() throws {
    for option in ["--limit", "--minimum-count", "--jobs"] {
      let run = try Program.run("tokens", index, "--model", "sft", option, "-1")
      #expect(run.status == 64)
      #expect(run.error.contains("\(option) must be at least 1, but is -1."), "\(run.error)")
    }
    #expect(
      try Program.run("positions", index, "--relative", "--bins", "-5").error
        .contains("--bins must divide 100, but is -5."))
  }

  @Test func `people see how long bytes are, programs see them`() throws {
    let sql = "SELECT x'0AFF' AS bytes, x'07' AS one"
    #expect(try Program.run("query", index, sql).output.contains("2 bytes  1 byte"))
    #expect(
      try Program.run("query", index, sql, "--format", "csv").output == "bytes,one\r\nx'0AFF',x'07'\r\n")
  }

  @Test func `a limit that a figure misses by little is told with the digits that differ`() throws {
    let json = try Program.run(
      "query", index,
      "SELECT sum(topAgreement) * 1.0 / sum(positions) AS share FROM measurement WHERE comparisonID = 1",
      "--format", "csv")
    let share = try #require(Double(json.output.split(separator: "\r\n")[1]))
    let run = try Program.run(
      "gate", index, "--weight", "token", "--min", "topAgreementShare[sft] >= \(share + 1e-7)")
    #expect(run.status == 1)
    let words = run.error.split(separator: " ")
    let found = try #require(words.firstIndex(of: "is").map { words[$0 + 1] })
    let limit = try #require(words.last?.dropLast(2))
    #expect(found.dropLast() != limit)
    #expect(run.error.contains("below the limit"))
  }
}
