import Analysis
import ArgumentParser
import Reports
import Traces

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What is this dump? Format, rows, vocabulary, digits, coverage, alignment, problems.",
    discussion: """
      Files are recognised by their content, never by their name. Of two files it is also said whether they can be \
      compared, and if not, where they first differ; then the exit code is 1.

      Read are safetensors, NumPy .npz and .npy, PyTorch .pt (nothing in it is executed), llama.cpp _logits_ files, \
      token-in/token-out JSON, what vLLM, SGLang, llama-server, text-generation-inference, Ollama and OpenAI's \
      servers answer, prime-rl and verifiers records, slime's dumps, DistillKit's columns beside their \
      compression_config.yaml, *_token_losses.json; plain, in gzip or in Zstandard.

      Examples:
        tokenshift inspect base.safetensors
        tokenshift inspect base.jsonl sft.jsonl
        tokenshift inspect traces/*.jsonl --format jsonl
      """)

  @Argument(help: "Files of traces.", completion: .file())
  var files: [String]
  @Option(help: "The most rows of each file to look at; 0 for all of them.")
  var rows = 2000
  @OptionGroup var traces: TraceOptions
  @OptionGroup var head: HeadOption
  @Option(
    help: "Vouch for the values of two files, against what they look like: raw, logits, logprobs or aligned.")
  var assume: [TraceAssumption] = []
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard rows >= 0 else { throw ValidationError("--rows must not be negative, but is \(rows).") }
  }

  func run() throws {
    let vocabulary = try traces.readVocabulary()
    var read: [(path: String, facts: TraceFacts)] = []
    var opened: [TraceFile] = []
    var failures: [TraceError] = []
    for path in files {
      do throws(TraceError) {
        let file = try traces.open(path, head: head.lmHead, vocabulary)
        // Only a pair is compared; of more files no more than one is to be open.
        if files.count == 2 { opened.append(file) }
        read.append((path, file.facts(rowLimit: rows == 0 ? nil : rows)))
      } catch {
        failures.append(error)
      }
    }
    let comparison = opened.count == 2 ? FileComparison(opened[0], opened[1], assuming: Set(assume)) : nil
    show(read, comparison)
    try report(failures)
    let unreadable = read.filter { file in file.facts.warnings.contains { $0.isUnreadable } }
    guard unreadable.isEmpty else {
      throw CommandFailure(
        status: .incomplete,
        message:
          "sequences of \(unreadable.map(\.path).joined(separator: ", ")) cannot be read, as said above.")
    }
    if let difference = comparison?.difference {
      throw CommandFailure(
        status: .incomplete, message: "the two files cannot be compared: \(difference.reason)")
    }
  }

  /// People get a sheet for each file and one for the pair; programs one table, with the pair as its summary.
  private func show(_ read: [(path: String, facts: TraceFacts)], _ comparison: FileComparison?) {
    switch output.format {
    case .table, .markdown:
      for (path, facts) in read { Table.factSheets(path, facts).forEach(output.print) }
      if let comparison { output.print(.comparison(comparison, files[0], files[1])) }
    case .json, .jsonl, .csv, .tsv:
      guard !read.isEmpty else { return }
      var table = Table.facts(read)
      if let comparison { table.summary = Table.fields(comparison, files[0], files[1]) }
      output.print(table)
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
