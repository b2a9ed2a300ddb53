import TestSupport
import Testing

@Suite struct HelpTests {
  private static let commands = [
    "inspect", "measure", "batch", "summary", "gate", "tokens", "top", "positions", "query", "tokenize",
    "transfer", "latent", "convert",
  ]

  @Test(arguments: commands) func `each command explains itself`(command: String) throws {
    try expectGolden(Program.run("help", command).output, "help-\(command).txt")
  }

  @Test func `the program explains itself`() throws {
    let run = try Program.run("--help")
    #expect(run.status == 0)
    try expectGolden(run.output, "help.txt")
    for command in Self.commands { #expect(run.output.contains("  \(command) ")) }
  }

  @Test(arguments: ["bash", "zsh", "fish"]) func `completions name every command`(shell: String) throws {
    let run = try Program.run("--generate-completion-script", shell)
    #expect(run.status == 0)
    for command in Self.commands { #expect(run.output.contains(command)) }
  }
}
