import Foundation
import TestSupport
import Testing

/// `measure --mode paper`.
@Suite struct PaperModeCommandTests {
  private static func losses(_ model: String, _ results: String) -> String {
    #"{"model": "org/\#(model)", "dataset": "data/RL_ifeval_x.jsonl", "results": [\#(results)], "average_perplexity": 1.5}"#
  }

  private static func result(_ tokens: [(loss: String, rank: Int)]) -> String {
    let list = tokens.map { #"{"loss": \#($0.loss), "token": " t\#($0.rank)", "rank": \#($0.rank)}"# }
    return #"{"avg_loss": 0.1, "perplexity": 1.1, "token_losses": [\#(list.joined(separator: ", "))]}"#
  }

  private func run(_ tuned: String, _ reference: String, _ arguments: String...) throws -> (
    rows: [[String: Any]], error: String
  ) {
    let folder = try TemporaryFolder()
    let tuned = try folder.write(tuned, to: "tuned.json")
    let reference = try folder.write(reference, to: "reference.json")
    let run = try Program.start(
      ["measure", "--mode", "paper", "-r", reference, "-t", tuned, "--format", "json"] + arguments
    ).finish()
    guard run.status == 0 else { return ([], run.error) }
    let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    return (try #require(object?["rows"] as? [[String: Any]]), run.error)
  }

  @Test func `two files of losses by hand`() throws {
    let failed = #"{"avg_loss": 0.0, "perplexity": 0.0, "token_losses": [], "error": "out of memory"}"#
    let tuned = Self.losses(
      "rl",
      [Self.result([("1.0", 1), ("0.5", 1)]), failed, Self.result([("2.0", 3)])].joined(separator: ","))
    let reference = Self.losses(
      "base",
      [
        Self.result([("1.5", 4), ("0.5", 1), ("9", 7)]), Self.result([("1", 1)]),
        Self.result([("0.25", 1)]),
      ].joined(separator: ","))
    let (rows, error) = try run(tuned, reference)
    // Means ¼ and −1.75: −0.75. Shifts 3, 0 and −2: by response (1.5 − 2) / 2, by token 1/3.
    let row = try #require(rows.first)
    #expect(abs(try #require(row["paperKL"] as? Double) - 0.75) < 1e-9)
    #expect(abs(try #require(row["logRatio"] as? Double) + 0.75) < 1e-9)
    #expect(row["rankShiftByResponse"] as? Double == -0.25)
    #expect(row["rankShiftByToken"] as? Double == 1.0 / 3)
    #expect(row["task"] as? String == "ifeval_x")
    #expect(row["responses"] as? Int == 2 && row["tokens"] as? Int == 3)
    #expect(row["klTunedReference"] is NSNull)
    #expect(abs(try #require(row["unshifted"] as? Double) - 2.0 / 3) < 1e-12)
    #expect(error.contains("0 results are null and 1 hold an error; none of them counts."))
  }

  @Test func `null results are dropped before pairing, and that is told`() throws {
    let first = Self.result([("1.0", 1)])
    let second = Self.result([("2.0", 1)])
    let (rows, error) = try run(
      Self.losses("rl", "null, \(first), \(second)"), Self.losses("base", "\(second), \(second), \(first)"))
    // As the code does: 1 against 2, then 2 against 2; the third has no partner.
    #expect(abs(try #require(rows.first?["logRatio"] as? Double) - 0.5) < 1e-9)
    #expect(error.contains("responses compared with other responses: 2, because"))
  }

  @Test func `an infinite loss has the probability epsilon`() throws {
    let (rows, _) = try run(
      Self.losses("rl", Self.result([("0.0", 1)])), Self.losses("base", Self.result([("Infinity", 99)])))
    #expect(abs(try #require(rows.first?["paperKL"] as? Double) - 23.025850930040455) < 1e-9)
  }

  @Test func `curve, cases and words by hand`() throws {
    let tuned = Self.losses("rl", Self.result([("1.0", 1), ("0.5", 2)]))
    let reference = Self.losses("base", Self.result([("2.0", 5), ("0.5", 2)]))
    let curve = try run(tuned, reference, "--view", "curve").rows
    #expect(curve.map { $0["position"] as? Int } == [1, 2])
    #expect(curve[0]["baseRank"] as? Double == 4)
    #expect(curve[0]["logRatio"] as? Double == 1)
    #expect(abs(try #require(curve[0]["baseProbability"] as? Double) - exp(-2)) < 1e-15)
    #expect(curve[1]["marginal"] as? Double == 1)
    let cases = try run(tuned, reference, "--view", "cases").rows
    #expect(cases[0]["shiftedCount"] as? Int == 1)
    #expect(cases[0]["shiftedTokens"] as? String == " t1")
    let words = try run(tuned, reference, "--view", "words").rows
    #expect(words.count == 1)
    #expect(words[0]["weight"] as? Double == 4)
  }

  @Test func `a broken file is named`() throws {
    let tuned = Self.losses("rl", #"{"avg_loss": 1, "token_losses": [{"token": "x"}]}"#)
    let error = try run(tuned, tuned).error
    #expect(error.contains("tuned.json: "))
    #expect(error.contains("\"loss\" is missing at .results[0].token_losses[0]"), "\(error)")
  }

  /// The traces of the samples: the same procedure, beside the divergence of the distributions.
  @Test func `traces give the same procedure beside the divergence`() throws {
    let arguments = [
      "measure", "--mode", "paper", "-r", "samples/traces/base-on-rl.jsonl", "-t",
      "samples/traces/rl-on-rl.jsonl", "--vocabulary", "samples/vocabulary/tokenizer.json",
    ]
    let run = try Program.start(arguments).finish()
    #expect(run.status == 0, "\(run.error)")
    try expectGolden(run.output, "paper.txt")
    let full = try Program.run(
      "measure", "-r", "samples/traces/base-on-rl.jsonl", "-t", "samples/traces/rl-on-rl.jsonl", "--format",
      "jsonl")
    var sums: [String: (sum: Double, count: Int)] = [:]
    for line in full.output.split(separator: "\n") {
      let record = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      guard record["position"] as? Int != 0, let sequence = record["sequence"] as? String,
        sequence.hasPrefix("math500"), let tuned = record["logprobTuned"] as? Double,
        let reference = record["logprobReference"] as? Double
      else { continue }
      let ratio = log(exp(tuned) + 1e-10) - log(exp(reference) + 1e-10)
      sums[sequence, default: (0, 0)].sum += ratio
      sums[sequence]?.count += 1
    }
    let expected = abs(sums.values.reduce(0) { $0 + $1.sum / Double($1.count) } / Double(sums.count))
    let json = try Program.start(arguments + ["--format", "jsonl"]).finish().output
    let row = try json.split(separator: "\n").compactMap {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }.first { $0["task"] as? String == "math500" }
    #expect(abs(try #require(row?["paperKL"] as? Double) - expected) < 1e-12)
  }

  @Test(arguments: ["figures", "curve", "cases", "words"])
  func `an index has the figures of the traces that it was made of`(view: String) throws {
    let samples = try SampleIndex()
    let traces = try Program.run(
      "measure", "--mode", "paper", "--view", view, "-r", "samples/traces/base-on-rl.jsonl", "-t",
      "samples/traces/rl-on-rl.jsonl", "--vocabulary", "samples/vocabulary/tokenizer.json", "--format", "csv")
    func lines(_ text: String) -> [Substring] { text.split(separator: "\r\n") }
    let one = try Program.run(
      "summary", samples.path, "--mode", "paper", "--view", view, "--model", "rl", "--format", "csv")
    #expect(one.status == 0, "\(one.error)")
    #expect(
      lines(one.output)
        == lines(traces.output).enumerated().map {
          ($0.offset == 0 ? "model,source," : "rl,rl,") + $0.element
        })
    let both = try Program.run("summary", samples.path, "--mode", "paper", "--view", view, "--format", "csv")
    #expect(lines(both.output).suffix(lines(traces.output).count - 1) == lines(one.output).dropFirst())
    #expect(lines(both.output).contains { $0.hasPrefix("sft,sft,") })
  }

  @Test(arguments: [["--weight", "token"], ["--figures", "spread"]])
  func `the paper's mode has weights and figures of its own`(arguments: [String]) throws {
    let samples = try SampleIndex()
    let run = try Program.start(["summary", samples.path, "--mode", "paper"] + arguments).finish()
    #expect(run.status == 64)
    #expect(run.error.contains("Leave --weight and --figures out."))
  }

  @Test func `a view needs the paper's mode`() throws {
    let run = try Program.run("measure", "-r", "a", "-t", "b", "--view", "curve")
    #expect(run.status == 64)
    #expect(run.error.contains("--view is for --mode paper. Add it, or leave --view out."))
  }
}
