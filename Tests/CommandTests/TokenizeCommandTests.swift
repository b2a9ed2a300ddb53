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
}
