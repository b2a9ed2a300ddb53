import Analysis
import ArgumentParser
import Foundation
import Measures
import Reports
import Tokenization
import Traces

struct Measure: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures every position of two traces, or of every sequence that two files share.",
    discussion: """
      Dense traces give exact figures. Truncated ones (top-k) give bounds that contain the true value; an upper \
      bound on KL only with --floor.

      Examples:
        tokenshift measure --reference base.safetensors --tuned sft.safetensors --vocabulary tokenizer.json
        tokenshift measure --reference base.kld --tuned rl.kld --format json
        tokenshift measure --reference base.jsonl --tuned rl.jsonl --sequence math500-400.rl --format jsonl
        tokenshift measure --mode paper --reference base_token_losses.json --tuned rl_token_losses.json
      """)

  @Option(
    name: [.customShort("r"), .long], help: "What the model compared against said.", completion: .file())
  var reference: String
  @Option(name: [.customShort("t"), .long], help: "What the model under study said.", completion: .file())
  var tuned: String
  @Option(help: "One sequence by its name. All that both files hold when left out.")
  var sequence: String?
  @Option(help: "The number of tokens of the models; scores past it are padding.")
  var vocabularySize: Int?
  @Option(
    parsing: .unconditional,
    help: "A logprob below which no token lies (nats): gives truncated traces an upper bound on KL.")
  var floor: Double?
  @Option(
    help: "Vouch for the values of both files, against what they look like: raw, logits, logprobs or aligned."
  )
  var assume: [TraceAssumption] = []
  @OptionGroup var traces: TraceOptions
  @OptionGroup var paper: PaperMode
  @OptionGroup var output: OutputOptions

  /// Positions of which it is bounded what storage in 16 bits can have done, of all sequences together, but at least one
  /// of each.
  private static let storageLooks = 64

  func validate() throws {
    if let vocabularySize, vocabularySize < 1 {
      throw ValidationError("--vocabulary-size must be at least 1, but is \(vocabularySize).")
    }
    if let floor, !(floor < 0) || floor.isInfinite {
      throw ValidationError("--floor must be a logprob below 0, but is \(floor).")
    }
  }

  func run() throws {
    let vocabulary = try traces.readVocabulary()
    let measurement = PairMeasurement(
      vocabularySize: vocabularySize, vocabularyCount: vocabulary?.count, floor: floor)
    guard paper.mode == .full else { return try printPaper(by: measurement, vocabulary) }
    let files = try openPair(vocabulary)
    for remark in files.remarks { StandardError.write("warning: \(remark)") }
    let verdict = files.verdict(assuming: Set(assume))
    if let refusal = verdict.refusal { throw refusal }
    var said: Set<String> = []
    // Of a file that is set against itself both sides say the same.
    for (file, warning) in verdict.warnings where said.insert("\(file): \(warning)").inserted {
      StandardError.write("warning: \(file): \(warning.name): \(warning)")
    }
    try printTable(files, by: measurement, vocabulary)
  }

  /// Measures every pair, prints what was measured, and fails with what was not.
  private func printTable(
    _ files: FilePair, by measurement: PairMeasurement, _ vocabulary: Vocabulary?
  ) throws {
    let printer = try PositionPrinter(output, vocabulary)
    var sums = SequenceSums()
    var excluded = Exclusions()
    var failures: [any Error] = []
    for place in files.places {
      do {
        let pair = try files.pair(at: place)
        let result = try measure(pair, by: measurement, among: files.places.count)
        sums.add(result.sequence.positions)
        excluded.add(result.sequence.exclusions)
        printer.add(result.sequence.positions, of: pair.tuned.id, result.storageErrors)
      } catch {
        failures.append(error)
      }
    }
    if failures.count == files.places.count, let first = failures.first { throw first }
    try printer.finish(sums, excluded, failed: failures.count)
    try report(failures, excluded, files)
  }

  /// Measures one pair, and tells what cannot be measured of it.
  private func measure(
    _ pair: TracePair, by measurement: PairMeasurement, among count: Int
  ) throws -> PairMeasurement.Result {
    let looks = max(1, Self.storageLooks / max(1, count))
    let result = measurement.measure(pair, countsShares: false, storageLooks: looks)
    if let contradiction = floor.flatMap({ pair.contradiction(of: $0, in: result.sequence) }) {
      throw CommandFailure(status: .badData, message: contradiction)
    }
    for faulty in pair.messages(about: result.sequence.exclusions.faulty, sequence: nil) {
      StandardError.write("error: \(faulty.message)")
    }
    return result
  }

  private func openPair(_ vocabulary: Vocabulary?) throws -> FilePair {
    let file = try traces.open(reference, vocabulary)
    guard Self.isSame(reference, tuned) else {
      return try FilePair(reference: file, tuned: traces.open(tuned, vocabulary), sequence: sequence)
    }
    let (ours, theirs) = ("log_probs", "ref_log_probs")
    guard traces.tensor == nil, file.columns.contains(ours), file.columns.contains(theirs) else {
      StandardError.write("warning: \(tuned): it is set against itself, so that no figure is of a shift.")
      return try FilePair(reference: file, tuned: file, sequence: sequence)
    }
    StandardError.write("\(tuned): \(theirs) is the reference and \(ours) the tuned model.")
    var columns = traces
    columns.tensor = theirs
    let reference = try columns.open(reference, vocabulary)
    columns.tensor = ours
    return try FilePair(reference: reference, tuned: columns.open(tuned, vocabulary), sequence: sequence)
  }

  private static func isSame(_ a: String, _ b: String) -> Bool {
    let urls = [a, b].map { URL(fileURLWithPath: $0).standardizedFileURL.resolvingSymlinksInPath() }
    return urls[0] == urls[1]
  }

  private func printPaper(by measurement: PairMeasurement, _ vocabulary: Vocabulary?) throws {
    let table = try paper.table(
      reference: reference, tuned: tuned, by: measurement, vocabulary: vocabulary
    ) { try openPair(vocabulary) }
    output.print(table)
  }

  private func report(_ failures: [any Error], _ excluded: Exclusions, _ files: FilePair) throws {
    for failure in failures {
      StandardError.write("error: \((failure as? CommandFailure)?.message ?? "\(failure)")")
    }
    var parts: [String] = []
    if !failures.isEmpty { parts.append("\(failures.count) of \(files.places.count) sequences") }
    if !excluded.faulty.isEmpty {
      parts.append("\(excluded.faulty.count) \(excluded.faulty.count == 1 ? "position" : "positions")")
    }
    guard parts.isEmpty else {
      throw CommandFailure(
        status: .incomplete, message: "\(parts.joined(separator: " and ")) cannot be measured, as said above."
      )
    }
  }
}

extension Exclusions {
  fileprivate mutating func add(_ other: Exclusions) {
    masked += other.masked
    missing += other.missing
    faulty += other.faulty
  }
}
