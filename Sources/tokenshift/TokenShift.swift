import ArgumentParser
import Foundation

@main
struct TokenShift: AsyncParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "tokenshift",
    abstract: "How far did fine-tuning move a model's next-token distributions, and at which tokens?",
    discussion: """
      tokenshift reads what a base model and its tuned variants said about the same text (stored logits or \
      logprobs), measures every position, and keeps the result in one SQLite file. It never runs a model.

      Data goes to standard output; progress and warnings go to standard error.

      Exit codes: 0 done, 1 finished but something was left out, 64 usage, 65 bad data, 66 no such input, \
      73 cannot write, 75 stopped (run the same command again to go on).

      Start here:
        tokenshift inspect FILE
        tokenshift measure --reference base.safetensors --tuned sft.safetensors
        tokenshift batch study.yaml --index study.sqlite && tokenshift summary study.sqlite
      """,
    version: version,
    subcommands: [
      Inspect.self, Measure.self, Batch.self, Summary.self, Gate.self, Tokens.self, Top.self, Positions.self,
      Query.self, Tokenize.self, Transfer.self, Latent.self, Convert.self,
    ])

  /// Parses, runs, and turns what went wrong into one line and an exit code.
  static func main() async {
    // A reader that closes the pipe early, such as `head`, ends the program quietly.
    signal(SIGPIPE, SIG_DFL)
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch let failure as CommandFailure {
      StandardError.write("tokenshift: \(failure.message)")
      Foundation.exit(failure.status.rawValue)
    } catch {
      if let status = Status(of: error) {
        StandardError.write("tokenshift: \(error)")
        Foundation.exit(status.rawValue)
      }
      exit(withError: error)
    }
  }
}
