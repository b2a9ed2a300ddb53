import Foundation
import TestSupport
import Testing

@Suite struct ConvertCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `figures are the same to the last digit from the canonical form and from JSON made of it`()
    throws
  {
    let inputs = ["base-on-rl", "rl-on-rl"]
    for name in inputs {
      let canonical = folder.file(name)
      #expect(
        try Program.run("convert", "samples/traces/\(name).jsonl", "--output", canonical).status == 0)
      let files = try FileManager.default.contentsOfDirectory(atPath: canonical).sorted().map {
        canonical + "/" + $0
      }
      #expect(files.count == 11)
      let back = try Program.start(
        ["convert"] + files + ["--to", "jsonl", "--output", folder.file(name + ".jsonl")]
      )
      .finish()
      #expect(back.status == 0, "\(back.error)")
    }
    func figures(_ reference: String, _ tuned: String) throws -> String {
      let run = try Program.run("measure", "-r", reference, "-t", tuned, "--format", "csv")
      #expect(run.status == 0, "\(run.error)")
      return run.output
    }
    let before = try figures("samples/traces/base-on-rl.jsonl", "samples/traces/rl-on-rl.jsonl")
    let after = try figures(folder.file("base-on-rl.jsonl"), folder.file("rl-on-rl.jsonl"))
    #expect(
      before.split(whereSeparator: \.isNewline).sorted() == after.split(whereSeparator: \.isNewline).sorted())
    let one = "arith-004.rl.safetensors"
    let canonical = try figures(folder.file("base-on-rl/" + one), folder.file("rl-on-rl/" + one))
    let kept = before.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("arith-004.rl,") }
    #expect(canonical.split(whereSeparator: \.isNewline).dropFirst() == kept[...] && !kept.isEmpty)
  }

  @Test func `tokens that are stored as a floor are not in the lists made of them`() throws {
    let lines = folder.file("tiny.jsonl")
    let run = try Program.run(
      "convert", "samples/llama.cpp/tiny_base.kld", "--to", "jsonl", "--top", "301", "--output", lines)
    #expect(run.status == 0 && run.error.contains("are left out of the lists"), "\(run.error)")
    let text = try String(contentsOfFile: lines, encoding: .utf8)
    let facts = try Program.run("inspect", "samples/llama.cpp/tiny_base.kld")
    #expect(facts.output.contains("floor"), "\(facts.output)")
    // 124 rows of 301 tokens, less those of which the file knows no more than that they are at the floor.
    let listed = text.components(separatedBy: "\"logprob\":").count - 1
    #expect(listed > 1000 && listed < 124 * 301)
    #expect(try Program.run("measure", "-r", lines, "-t", lines).status == 0)
  }

  @Test func `what a sampler did goes with lines of JSON, and back`() throws {
    let canonical = folder.file("raw.safetensors")
    let source = "samples/dense/arith-010.base.rl.safetensors"
    #expect(try Program.run("convert", source, "--output", canonical).status == 0)
    var bytes = try Data(contentsOf: URL(filePath: canonical))
    let stage = try #require(bytes.range(of: Data(#""stage":"raw""#.utf8)))
    bytes.replaceSubrange(stage, with: Data(#""stage":"hot""#.utf8))
    try bytes.write(to: URL(filePath: canonical))
    let lines = folder.file("hot.jsonl")
    let run = try Program.run("convert", canonical, "--to", "jsonl", "--output", lines)
    #expect(run.status == 0, "\(run.error)")
    #expect(
      try String(contentsOfFile: lines, encoding: .utf8).contains(#""trace_metadata":{"#))
    let facts = try Program.run("inspect", lines)
    #expect(facts.output.contains("The file says stage = \"hot\"."), "\(facts.output)")
    let refused = try Program.run("measure", "-r", source, "-t", lines)
    #expect(refused.status == 65 && refused.error.contains("the file says stage = \"hot\""))
    let back = folder.file("back.safetensors")
    #expect(try Program.run("convert", lines, "--output", back).status == 0)
    #expect(try Program.run("inspect", back).output.contains("The file says stage = \"hot\"."))
  }

  @Test func `all names are looked at before any file is written`() throws {
    let output = folder.file("traces")
    try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
    // The last of eleven names is taken.
    let run = try Program.run("convert", "samples/traces/rl-on-rl.jsonl", "--output", output)
    #expect(run.status == 0)
    let names = try FileManager.default.contentsOfDirectory(atPath: output).sorted()
    for name in names.dropLast() { try FileManager.default.removeItem(atPath: output + "/" + name) }
    let refused = try Program.run("convert", "samples/traces/rl-on-rl.jsonl", "--output", output)
    #expect(refused.status == 73)
    #expect(try FileManager.default.contentsOfDirectory(atPath: output) == names.suffix(1))
  }

  @Test func `nothing is replaced without being asked to`() throws {
    let output = try folder.write("mine", to: "out.safetensors")
    let source = "samples/dense/arith-010.base.rl.safetensors"
    let run = try Program.run("convert", source, "--output", output)
    #expect(run.status == 73)
    #expect(run.error.contains("pass --force to replace it"))
    #expect(try String(contentsOfFile: output, encoding: .utf8) == "mine")
    #expect(try Program.run("convert", source, "--output", output, "--force").status == 0)
    #expect(try Program.run("inspect", output).status == 0)
  }

  @Test func `what is no file is not replaced, and links stay links`() throws {
    let source = "samples/dense/arith-010.base.rl.safetensors"
    let pipe = folder.file("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    let target = try folder.write("mine", to: "target.jsonl")
    let link = folder.file("link.jsonl")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
    let dangling = folder.file("dangling")
    try FileManager.default.createSymbolicLink(
      atPath: dangling, withDestinationPath: folder.file("nowhere"))
    for (path, kind) in [
      (pipe, "a pipe"), (folder.path, "a directory"), (dangling, "a link that leads nowhere"),
    ] {
      for form in ["canonical", "jsonl"] {
        let run = try Program.run("convert", source, "--to", form, "--output", path, "--force")
        #expect(run.status == 73)
        #expect(
          run.error
            == "tokenshift: \(path): this is \(kind), and only a file is replaced. Choose another name.\n")
      }
    }
    var status = stat()
    #expect(lstat(pipe, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
    #expect(
      try Program.run("convert", source, "--to", "jsonl", "--output", link, "--force").status == 0)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == target)
    #expect(try Program.run("inspect", target).status == 0)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
        "dangling", "link.jsonl", "pipe", "target.jsonl",
      ])
  }

  @Test func `lines go to standard output, tensors do not`() throws {
    let source = "samples/traces/rl-on-rl.jsonl"
    for path in ["-", "/dev/stdout"] {
      let run = try Program.run("convert", source, "--to", "jsonl", "--output", path)
      #expect(run.status == 0 && run.output.split(separator: "\n").count == 11, "\(run.error)")
      let refused = try Program.run("convert", source, "--output", path)
      #expect(refused.status == 64 && refused.error.contains("Only lines of JSON go to standard output."))
    }
    #expect(!FileManager.default.fileExists(atPath: Program.root + "/-"))
  }

  @Test func `where nothing could be converted, nothing is replaced or left behind`() throws {
    let failed = try folder.write(
      #"{"prompt_token_ids":[1,9],"prompt_logprobs":[null,{"9":0.5}]}"#, to: "logits.jsonl")
    let output = try folder.write("mine", to: "z.jsonl")
    let others = try folder.write("theirs", to: "z.jsonl.partial")
    let run = try Program.run("convert", failed, "--to", "jsonl", "--output", output, "--force")
    #expect(run.status == 65)
    #expect(try String(contentsOfFile: output, encoding: .utf8) == "mine")
    let source = "samples/dense/arith-010.base.rl.safetensors"
    #expect(try Program.run("convert", source, "--output", folder.file("z"), "--scores", "f16").status == 0)
    #expect(
      try Program.run("convert", source, "--to", "jsonl", "--output", output, "--force").status == 0)
    #expect(try String(contentsOfFile: others, encoding: .utf8) == "theirs")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
        "logits.jsonl", "z", "z.jsonl", "z.jsonl.partial",
      ])
  }

  @Test func `a score that is too large for half precision leaves nothing behind`() throws {
    // Two tokens and one row, whose second score lies 70,000 below its first.
    let header =
      #"{"tokens":{"dtype":"I32","shape":[2],"data_offsets":[0,8]},"logits":{"dtype":"F32","shape":[1,2],"data_offsets":[8,16]}} "#
    var bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) } + Data(header.utf8)
    for number in [UInt32(0), 1, Float(0).bitPattern, Float(-70_000).bitPattern] {
      withUnsafeBytes(of: number.littleEndian) { bytes += Data($0) }
    }
    let source = folder.file("wide.safetensors")
    try bytes.write(to: URL(filePath: source))
    let half = try Program.run("convert", source, "--scores", "f16", "--output", folder.file("half"))
    #expect(half.status == 65 && half.error.contains("the score -70000.0 is too large for f16. Keep f32."))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["wide.safetensors"])
  }

  @Test func `names that are too long for a file are shortened`() throws {
    let name = String(repeating: "x", count: 300)
    let record = #"{"prompt_token_ids":[1,9],"prompt_logprobs":[null,{"9":{"logprob":-0.5,"rank":1}}]"#
    let source = try folder.write(
      record + #","trace_id":"\#(name)1"}"# + "\n" + record + #","trace_id":"\#(name)2"}"#, to: "long.jsonl")
    let run = try Program.run("convert", source, "--output", folder.file("traces"))
    #expect(run.status == 0, "\(run.error)")
    let stem = String(repeating: "x", count: 200)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.file("traces")).sorted() == [
        stem + ".safetensors", stem + "~2.safetensors",
      ])
    #expect(
      try Program.run("inspect", folder.file("traces/\(stem).safetensors"), "--format", "json").status == 0)
  }
}
