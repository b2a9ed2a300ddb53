import Foundation
import TestSupport
import Testing

/// The PCA shift against NumPy and scikit-learn: `samples/latent/make_latent.py`.
@Suite struct LatentCommandTests {
  private static func rows(_ arguments: [String]) throws -> [[String: Any]] {
    let run = try Program.start(["latent", "--format", "json"] + arguments).finish()
    #expect(run.status == 0, "\(run.error)")
    let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    return try #require(object?["rows"] as? [[String: Any]])
  }

  private static func files(_ model: String) -> [String] {
    [
      "--reference", Program.sample("latent/base.math500.safetensors"), "--tuned",
      Program.sample("latent/\(model).math500.safetensors"),
    ]
  }

  private static func expected() throws -> [String: Any] {
    let data = try Data(contentsOf: URL(filePath: Program.sample("latent/expected.json")))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test(arguments: ["sft", "rl"], ["masked", "padded"])
  func `every projection is that of scikit-learn`(model: String, pooling: String) throws {
    let figures = try #require(
      (Self.expected()[model] as? [String: Any])?[pooling] as? [String: Any])
    let distance = try #require(figures["distance"] as? Double)
    let layers = try #require(figures["layers"] as? [[Double]])
    let arguments = Self.files(model) + ["--pooling", pooling]
    let row = try #require(try Self.rows(arguments).first)
    #expect(row["task"] as? String == "math500")
    #expect(row["texts"] as? Int == 12)
    #expect(abs(try #require(row["distance"] as? Double) - distance) < 1e-9 * distance)
    let found = try Self.rows(arguments + ["--layers"])
    #expect(found.count == layers.count && layers.count == 3)
    let fields = ["referenceFirst", "tunedFirst", "referenceSecond", "tunedSecond"]
    for (row, layer) in zip(found, layers) {
      for (field, value) in zip(fields, layer) {
        let found = try #require(row[field] as? Double)
        #expect(abs(found - value) < 1e-9 * max(1, abs(value)), "\(field): \(found), \(value)")
      }
    }
  }

  @Test func `groups are means over their tasks`() throws {
    let sft = Self.files("sft")[3]
    let base = Self.files("sft")[1]
    let rows = try Self.rows(["--reference", base, base, "--tuned", sft, sft, "--group", "math=math500"])
    #expect(rows.map { $0["level"] as? String } == ["task", "task", "group"])
    #expect(rows[2]["distance"] as? Double == rows[0]["distance"] as? Double)
    let table = try Program.start(["latent"] + Self.files("rl") + ["--group", "math=math500"]).finish()
    try expectGolden(table.output, "latent.txt")
  }

  @Test func `a file without hidden states is told what they are called`() throws {
    let file = Program.sample("dense/arith-010.base.base.safetensors")
    let run = try Program.run("latent", "-r", file, "-t", file)
    #expect(run.status == 65)
    #expect(
      run.error == """
        tokenshift: \(file): the file has no tensor "hidden_states"; it has logits, logsumexp, positions, tokens. \
        Store hidden states under the names that 'tokenshift latent --help' lists.

        """)
  }

  @Test func `files that do not belong together are refused`() throws {
    let folder = try TemporaryFolder()
    let other = try folder.write("", to: "empty.safetensors")
    let run = try Program.run(
      "latent", "--reference", Program.sample("latent/base.math500.safetensors"), "--tuned", other)
    #expect(run.status == 65)
    #expect(run.error.hasPrefix("tokenshift: \(other): "))
    let unknown = try Program.start(["latent"] + Self.files("rl") + ["--group", "math=x"]).finish()
    #expect(unknown.status == 64)
    #expect(unknown.error == "tokenshift: no file is about the task \"x\". Use math500.\n")
  }
}
