import Analysis
import ArgumentParser
import Reports
import Traces

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What is this dump? Format, rows, vocabulary, digits, coverage, alignment, problems.",
    discussion: """
      Files are recognised by their content, never by their name.

      Examples:
        tokenshift inspect base.safetensors
        tokenshift inspect traces/*.jsonl --format jsonl
      """)

  @Argument(help: "Files of traces.", completion: .file())
  var files: [String]
  @Option(help: "The most rows of each file to look at; 0 for all of them.")
  var rows = 2000
  @Option(help: "The tensor of scores in safetensors files, where it is neither logits nor logprobs.")
  var tensor: String?
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard rows >= 0 else { throw ValidationError("--rows must not be negative, but is \(rows).") }
  }

  func run() throws {
    var read: [(path: String, facts: TraceFacts)] = []
    var failures: [TraceError] = []
    for path in files {
      do throws(TraceError) {
        read.append((path, try TraceFile(path: path, tensor: tensor).facts(rowLimit: rows == 0 ? nil : rows)))
      } catch {
        failures.append(error)
      }
    }
    switch output.format {
    case .table, .markdown:
      for (path, facts) in read { output.print(.factSheet(path, facts)) }
    case .json, .jsonl, .csv, .tsv:
      if !read.isEmpty { output.print(.facts(read)) }
    }
    try report(failures)
    let unreadable = read.filter { file in file.facts.warnings.contains { $0.isUnreadable } }
    guard unreadable.isEmpty else {
      throw CommandFailure(
        status: .incomplete,
        message:
          "sequences of \(unreadable.map(\.path).joined(separator: ", ")) cannot be read, as said above.")
    }
  }

  /// One file that cannot be read gives its own status, several give the first one's.
  private func report(_ failures: [TraceError]) throws {
    guard let first = failures.first else { return }
    if failures.count == 1 { throw first }
    for failure in failures.dropLast() { StandardError.write("tokenshift: \(failure)") }
    throw CommandFailure(
      status: Status(of: first) ?? .badData, message: failures.last.map(\.description) ?? "")
  }
}

extension TraceWarning {
  fileprivate var isUnreadable: Bool {
    if case .unreadable = self { true } else { false }
  }
}
