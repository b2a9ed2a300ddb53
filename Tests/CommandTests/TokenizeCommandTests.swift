import Foundation
import TestSupport
import Testing

@Suite struct TokenizeCommandTests {
  private static let vocabulary = "samples/vocabulary/tokenizer.json"

  @Test func `ids are one line a text and nothing else`() throws {
    let run = try Program.run("tokenize", "--vocabulary", Self.vocabulary, input: "Wait, so 2+2=5?")
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output == "33359 28 588 216 34 27 34 45 37 47\n")
  }

  @Test func `ids become the text again`() throws {
    let run = try Program.run(
      "tokenize", "--vocabulary", Self.vocabulary, "--decode", input: "33359 28 588 216 34 27 34 45 37 47\n")
    #expect(run.output == "Wait, so 2+2=5?")
  }

  @Test func `special tokens are parsed or read as text`() throws {
    let text = "<|im_end|>"
    let parsed = try Program.run("tokenize", "--vocabulary", Self.vocabulary, input: text)
    let plain = try Program.run("tokenize", "--vocabulary", Self.vocabulary, "--special", "text", input: text)
    #expect(parsed.output == "2\n")
    #expect(plain.output != "2\n")
  }

  @Test func `tokens are counted`() throws {
    let run = try Program.run(
      "tokenize", "--vocabulary", Self.vocabulary, "--count", "--format", "csv", input: "Wait, so 2+2=5?")
    #expect(run.output == "file,bytes,tokens\r\nstandard input,15,10\r\n")
  }

  @Test func `what is no id is told with its line`() throws {
    let run = try Program.run("tokenize", "--vocabulary", Self.vocabulary, "--decode", input: "1 2\nthree\n")
    #expect(run.status == 65)
    #expect(
      run.error
        == "tokenshift: standard input:2: \"three\" is not a token id. Write whole numbers between white space.\n"
    )
  }

  @Test func `a vocabulary that is not one is refused`() throws {
    let run = try Program.run("tokenize", "--vocabulary", "samples/broken/image.png", input: "x")
    #expect(run.status == 65)
    #expect(run.error.hasPrefix("tokenshift: samples/broken/image.png: "))
  }

  @Test func `bars stand between tokens where there is no terminal`() throws {
    let run = try Program.run(
      "tokenize", "--vocabulary", Self.vocabulary, "--format", "text", input: "Wait, so\n2+2=5?")
    #expect(run.output == "Wait│,│·so│↵\n2│+│2│=│5│?\n", "\(run.error)")
  }

  @Test func `each text has its line, and a missing one is told`() throws {
    let reference = "samples/texts/missing.txt"
    let run = try Program.run("tokenize", "--vocabulary", "samples/vocabulary", reference)
    #expect(run.status == 66)
    #expect(run.error == "tokenshift: \(reference): There is no such file. Check the path.\n")
    let empty = try Program.run("tokenize", "--vocabulary", "samples/vocabulary", "/dev/null", "/dev/null")
    #expect(empty.output == "\n\n")
  }

  @Test func `texts come back line by line`() throws {
    let run = try Program.run(
      "tokenize", "--vocabulary", Self.vocabulary, "--decode", input: "33359\n\n28 588\n")
    // A line without ids is an empty text.
    #expect(run.output == "Wait\n\n, so")
    let signed = try Program.run("tokenize", "--vocabulary", Self.vocabulary, "--decode", input: "+9\n")
    #expect(signed.status == 65 && signed.error.contains("\"+9\" is not a token id"))
  }

  @Test func `a vocabulary with its own pattern takes no other`() throws {
    let run = try Program.run(
      "tokenize", "--vocabulary", Self.vocabulary, "--pattern", "cl100k", input: "x")
    #expect(run.status == 65)
    #expect(
      run.error
        == "tokenshift: \(Self.vocabulary): The file has its own pattern, and \"cl100k\" is asked for. Leave it out.\n"
    )
  }

  @Test func `a special token without an id is refused`() throws {
    let run = try Program.run(
      "tokenize", "--vocabulary", Self.vocabulary, "--special-token", "<end>", input: "x")
    #expect(run.status == 64)
    #expect(run.error.contains("--special-token must be a text, = and an id, but is '<end>'."))
  }

  @Test(arguments: [["--format", "ids"], ["--format", "text"], ["--format", "csv"], ["--count"]])
  func `bytes without a token are told once`(options: [String]) throws {
    // The vocabulary has no token for the byte 4.
    let run = try Program.start(
      ["tokenize", "--vocabulary", Self.vocabulary] + options, input: "a\u{4}b\u{4}"
    ).finish()
    #expect(run.status == 0)
    #expect(
      run.error == "warning: 2 bytes have no token in \(Self.vocabulary) and are left out.\n")
  }

  @Test func `a vocabulary may come through a pipe`() throws {
    let folder = try TemporaryFolder()
    let pipe = folder.file("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    let bytes = try Data(contentsOf: URL(filePath: Program.sample("vocabulary/tokenizer.json")))
    Thread.detachNewThread {
      let file = open(pipe, O_WRONLY)
      _ = bytes.withUnsafeBytes { all in
        var rest = all[...]
        while !rest.isEmpty {
          let count = write(file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
          guard count > 0 else { break }
          rest = rest.dropFirst(count)
        }
        return close(file)
      }
    }
    let run = try Program.run("tokenize", "--vocabulary", pipe, input: "Wait, so 2+2=5?")
    #expect(run.output == "33359 28 588 216 34 27 34 45 37 47\n", "\(run.error)")
    let none = try Program.run("tokenize", "--vocabulary", "/dev/null", input: "x")
    #expect(none.status == 65 && none.error.contains("This is no vocabulary file of a kind that is read."))
    let directory = try Program.run("tokenize", "--vocabulary", Self.vocabulary, folder.path)
    #expect(
      directory.error
        == "tokenshift: \(folder.path): This is a directory, not a file. Name a file in it.\n")
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "there is no device that is full"))
  func `output that nobody can take is told with one full stop`() throws {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = [
      "-c", "echo x | '\(Program.path)' tokenize --vocabulary '\(Self.vocabulary)' > /dev/full",
    ]
    process.currentDirectoryURL = URL(filePath: Program.root)
    let pipe = Pipe()
    process.standardError = pipe
    try process.run()
    let error = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 73)
    #expect(error == "tokenshift: standard output cannot be written: No space left on device.\n")
  }
}
