import Foundation
import TestSupport
import Testing

/// Whatever is wrong with the input, a person is told where, what, and what to do; the shell gets its number; and
/// nothing is left that looks whole.
@Suite struct BrokenInputTests {
  @Test(arguments: [
    ("archive.zip", "archive.zip: this is a zip archive, not a trace. Unpack it and pass the files in it."),
    (
      "image.png",
      "image.png: this is a PNG image, not a trace. Pass a file of logits or logprobs; "
        + "`tokenshift inspect --help` lists the formats."
    ),
    (
      "lm-eval-samples.jsonl",
      "lm-eval-samples.jsonl:1: this is a file of lm-evaluation-harness samples, not a trace. Score its texts again "
        + "and keep every token: it holds one summed logprob per answer, from which no position can be measured."
    ),
    (
      "truncated.safetensors",
      "truncated.safetensors: the file has 293 bytes, but its header asks for 296 bytes. Copy it again, or write it "
        + "again where the disk has room."
    ),
    (
      "truncated.kld",
      "truncated.kld: the file has 82 bytes, but its header asks for 92 bytes: 1 of 2 chunks are whole. Write it "
        + "again where the disk has room: llama.cpp does not notice a full disk."
    ),
    (
      "truncated.jsonl",
      "truncated.jsonl:2: at byte 412 of the line, the text ends inside an array or object. Check whether the file was copied "
        + "whole."
    ),
    (
      "integer-logits.safetensors",
      "integer-logits.safetensors: tensor \"logits\" has the type I32, but only F32, F16, BF16, F64 can be read here. "
        + "Convert the tensor before it is saved."
    ),
  ])
  func `a file that holds no trace is refused`(name: String, message: String) throws {
    let folder = Program.sample("broken")
    let run = try Program.run("measure", "--reference", name, "--tuned", "whole.safetensors", in: folder)
    #expect(run.error == "tokenshift: \(message)\n")
    #expect(run.status == 65)
    #expect(run.output == "")
    let inspected = try Program.run("inspect", name, in: folder)
    #expect(inspected.error == "tokenshift: \(message)\n")
    #expect(inspected.status == 65)
  }

  @Test(arguments: [
    (
      "vocabulary-reference.safetensors", "vocabulary-tuned.safetensors",
      "vocabulary-reference.safetensors: sequence \"tiny\": a row has 4 scores, but 5 in "
        + "vocabulary-tuned.safetensors. Compare models that share one vocabulary, and cut padding from both alike."
    ),
    (
      "whole.safetensors", "other-tokens.safetensors",
      "whole.safetensors: sequence \"tiny\": token 2 has the id 0, but 1 in other-tokens.safetensors. Score the "
        + "same token ids with both models."
    ),
  ])
  func `traces that do not belong together are refused`(a: String, b: String, message: String) throws {
    let folder = Program.sample("broken")
    let run = try Program.run("measure", "--reference", a, "--tuned", b, in: folder)
    #expect(run.error == "tokenshift: \(message)\n")
    #expect(run.status == 65)
    #expect(run.output == "")
  }

  @Test func `a NaN row is left out, counted and told`() throws {
    let run = try Program.run(
      "measure", "--reference", "whole.safetensors", "--tuned", "nan-tuned.safetensors", "--format", "json",
      in: Program.sample("broken"))
    #expect(
      run.error == """
        error: nan-tuned.safetensors, sequence "tiny", position 1: the tuned score of token 1 is NaN. Score the \
        sequence again.
        tokenshift: 1 position cannot be measured, as said above.

        """)
    #expect(run.status == 1)
    #expect(run.output.contains("\"faulty\": 1"))
    #expect(run.output.contains("\"complete\": false"))
    #expect(run.output.contains("\"positions\": 2"))
  }

  @Test func `a missing file is named`() throws {
    let run = try Program.run("measure", "--reference", "nowhere.jsonl", "--tuned", "nowhere.jsonl")
    #expect(run.error == "tokenshift: nowhere.jsonl: there is no such file. Check the path.\n")
    #expect(run.status == 66)
    let batch = try Program.run("batch", "nowhere.yaml", "--index", "x.sqlite")
    #expect(
      batch.error == "tokenshift: nowhere.yaml: there is no such file. Pass the path of a study file.\n")
    #expect(batch.status == 66)
    let summary = try Program.run("summary", "nowhere.sqlite")
    #expect(
      summary.error == """
        tokenshift: nowhere.sqlite: there is no such file. Make an index with \
        'tokenshift batch STUDY --index nowhere.sqlite'.

        """)
    #expect(summary.status == 66)
  }

  @Test func `an index is not written where it cannot be`() throws {
    let run = try Program.run("batch", "samples/dense.yaml", "--index", "/nowhere/index.sqlite", "--quiet")
    #expect(
      run.error == """
        tokenshift: /nowhere/index.sqlite: the file cannot be written: No such file or directory. Choose a folder \
        that exists and that you may write to.

        """)
    #expect(run.status == 73)
  }

  @Test func `a file that stands there is not replaced`() throws {
    let folder = try TemporaryFolder()
    let index = try folder.write("precious", to: "index.sqlite")
    let run = try Program.run("batch", "samples/dense.yaml", "--index", index, "--quiet")
    #expect(
      run.error == """
        tokenshift: \(index): the file is not an SQLite file, and --force replaces only an index of tokenshift. \
        Choose another name.

        """)
    #expect(run.status == 73)
    #expect(try String(contentsOfFile: index, encoding: .utf8) == "precious")
  }

  @Test func `a study that cannot be planned leaves no index`() throws {
    let folder = try TemporaryFolder()
    let study = try folder.write(
      """
      schemaVersion: 1
      models: [{name: base, role: reference}, {name: rl, role: tuned}]
      traces:
        - {model: base, source: rl, task: t, files: \(Program.sample("broken/truncated.safetensors"))}
        - {model: rl, source: rl, task: t, files: \(Program.sample("broken/whole.safetensors"))}
      """, to: "study.yaml")
    let run = try Program.run("batch", study, "--index", folder.file("index.sqlite"))
    #expect(run.error.contains("the file has 293 bytes, but its header asks for 296 bytes"))
    #expect(run.status == 65)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["study.yaml"])
  }

  @Test func `a bad sequence is told and kept in the index, and the others are measured`() throws {
    let folder = try TemporaryFolder()
    let study = try folder.write(
      """
      schemaVersion: 1
      models: [{name: base, role: reference}, {name: rl, role: tuned}]
      traces:
        - {model: base, source: rl, task: t, sequence: good, files: \(Program.sample("broken/whole.safetensors"))}
        - {model: rl, source: rl, task: t, sequence: good, files: \(Program.sample("broken/nan-tuned.safetensors"))}
        - {model: base, source: rl, task: t, sequence: bad, files: \(Program.sample("broken/vocabulary-reference.safetensors"))}
        - {model: rl, source: rl, task: t, sequence: bad, files: \(Program.sample("broken/vocabulary-tuned.safetensors"))}
      """, to: "study.yaml")
    let index = folder.file("index.sqlite")
    let run = try Program.run("batch", study, "--index", index)
    #expect(run.status == 1)
    #expect(run.error.contains("a row has 4 scores, but 5 in"))
    #expect(run.error.contains("position 1: the tuned score of token 1 is NaN."))
    #expect(
      run.error.hasSuffix(
        "\(index): 1 of 2 measurements are in; 2 problems are listed above and in the table problem.\n"))
    let again = try Program.run("batch", study, "--index", index)
    #expect(again.status == 1, "what is whole with problems still has them")
    #expect(again.error.contains("the index is already whole."))
    let query = try Program.run(
      "query", index, "SELECT positions, faulty FROM measurement", "--format", "csv")
    #expect(query.output == "positions,faulty\r\n2,1\r\n")
    let summary = try Program.run("summary", index)
    #expect(summary.output.contains("2 problems in the input: see the table problem."))
    #expect(summary.output.contains("Positions left out: 1 faulty."))
    for command in ["summary", "top", "positions", "tokens"] {
      let json = try Program.run(command, index, "--format", "json")
      #expect(json.output.contains("\"complete\": false"), "\(command): \(json.error)")
    }
    let kinds = try Program.run("tokens", index, "--by", "category")
    #expect(kinds.status == 65)
    #expect(
      kinds.error == """
        tokenshift: \(index): the study names no vocabulary, so that its tokens have no kinds. Leave --by out, or add \
        "vocabulary" to the study and measure it anew.

        """)
  }

  @Test func `a sequence that cannot be measured is noted in the table`() throws {
    let folder = try TemporaryFolder()
    let text = try String(contentsOfFile: Program.sample("traces/base-on-sft.jsonl"), encoding: .utf8)
    let first = text.split(separator: "\n").prefix(2)
    let whole = try folder.write(first.joined(separator: "\n") + "\n", to: "whole.jsonl")
    let other = first[1].replacing("\"prompt_token_ids\":[", with: "\"prompt_token_ids\":[7,")
      .replacing("\"prompt_token_ids\": [", with: "\"prompt_token_ids\": [7, ")
    #expect(other != first[1])
    let part = try folder.write(first[0] + "\n" + other + "\n", to: "part.jsonl")
    let run = try Program.run("measure", "-r", whole, "-t", part, "--format", "json")
    #expect(run.status == 1)
    #expect(run.output.contains("\"complete\": false"))
    #expect(run.output.contains("1 sequence cannot be measured and is left out."))
  }

  @Test func `infinite divergences are told and cross every upper limit`() throws {
    let folder = try TemporaryFolder()
    let inf = -Float.infinity
    _ = try folder.write(
      tokens: [0, 0, 0, 0], logits: [[0, 1, 2], [0, 1, inf], [0, 1, inf]], to: "base.safetensors")
    _ = try folder.write(
      tokens: [0, 0, 0, 0], logits: [[0, inf, 2], [0, 1, 2], [0, 1, 2]], to: "rl.safetensors")
    let study = try folder.write(
      """
      schemaVersion: 1
      models: [{name: base, role: reference}, {name: rl, role: tuned}]
      traces:
        - {model: base, source: rl, task: t, sequence: s, files: base.safetensors}
        - {model: rl, source: rl, task: t, sequence: s, files: rl.safetensors}
      """, to: "study.yaml")
    let index = folder.file("index.sqlite")
    #expect(try Program.run("batch", study, "--index", index).status == 0)
    let summary = try Program.run("summary", index)
    #expect(
      summary.output.contains("2 positions have an infinite KL(tuned‖reference) and are not in its mean."))
    #expect(
      summary.output.contains("1 position has an infinite KL(reference‖tuned) and is not in its mean."))
    #expect(!summary.output.contains("warning: "), "warnings go to standard error")
    #expect(summary.output.contains("2 warnings about the input: see the table problem."))
    #expect(summary.error.contains("warning: \(folder.file("rl.safetensors")): processed: "))
    let json = try Program.run("summary", index, "--format", "json")
    #expect(json.output.contains("\"klTunedReferenceInfinite\": 2, \"klReferenceTunedInfinite\": 1, "))
    let gate = try Program.run(
      "gate", index, "--max", "klTunedReference <= 100", "--max", "klReferenceTuned <= 100", "--max",
      "jensenShannon <= 0.7")
    #expect(gate.status == 1)
    #expect(
      gate.error == """
        tokenshift: klTunedReference of rl on t is infinite at 2 positions, above the limit 100.0.
        tokenshift: klReferenceTuned of rl on t is infinite at 1 position, above the limit 100.0.

        """)
    let measured = try Program.run(
      "measure", "-r", folder.file("base.safetensors"), "-t", folder.file("rl.safetensors"))
    #expect(measured.output.contains("with infinite KL(tuned‖ref), not in its mean  2\n"))
    #expect(measured.output.contains("with infinite KL(ref‖tuned), not in its mean  1\n"))
  }

  @Test func `a damaged index is not to be replaced`() throws {
    let folder = try TemporaryFolder()
    let index = folder.file("index.sqlite")
    #expect(try Program.run("batch", "samples/dense.yaml", "--index", index).status == 0)
    var bytes = try Data(contentsOf: URL(filePath: index))
    bytes.replaceSubrange(100..<4000, with: Data(repeating: 0xAA, count: 3900))
    try bytes.write(to: URL(filePath: index))
    for options in [[], ["--force"]] {
      let run = try Program.start(["batch", "samples/dense.yaml", "--index", index] + options).finish()
      #expect(run.status == 73)
      #expect(
        run.error.hasSuffix(
          "\(index): the file is damaged, and --force replaces only an index of tokenshift. Choose another name.\n"
        ))
    }
  }

  @Test func `force replaces nothing but an index`() throws {
    let folder = try TemporaryFolder()
    let notes = try folder.write("precious", to: "notes.txt")
    let run = try Program.run("batch", "samples/dense.yaml", "--index", notes, "--force")
    #expect(run.status == 73)
    #expect(
      run.error == """
        tokenshift: \(notes): the file is not an SQLite file, and --force replaces only an index of tokenshift. \
        Choose another name.

        """)
    let within = try Program.run("batch", "samples/dense.yaml", "--index", folder.path, "--force")
    #expect(within.status == 73)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["notes.txt"])
  }

  @Test func `usage errors have their own number`() throws {
    #expect(try Program.run("measure", "--reference", "a").status == 64)
    #expect(try Program.run("tokens", "x.sqlite", "--contrast", "sft").status == 64)
    #expect(try Program.run("nothing").status == 64)
    let bins = try Program.run("positions", "x.sqlite", "--by", "relative", "--bins", "3")
    #expect(bins.status == 64)
    #expect(
      bins.error.hasPrefix(
        "Error: --bins must divide 100, but is 3. Use 1, 2, 4, 5, 10, 20, 25, 50 or 100.\n"))
    let tokens = try Program.run("tokens", "--model", "rl")
    #expect(tokens.status == 64)
    #expect(tokens.error.hasPrefix("Error: Missing expected argument '<index>'\n"))
  }
}
