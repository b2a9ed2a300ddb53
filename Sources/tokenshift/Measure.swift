import Analysis
import ArgumentParser
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
      """)

  @Option(
    name: [.customShort("r"), .long], help: "What the model compared against said.", completion: .file())
  var reference: String
  @Option(name: [.customShort("t"), .long], help: "What the model under study said.", completion: .file())
  var tuned: String
  @Option(help: "A vocabulary file, to show tokens as text.", completion: .file())
  var vocabulary: String?
  @Option(help: "One sequence by its name. All that both files hold when left out.")
  var sequence: String?
  @Option(help: "The number of tokens of the models; scores past it are padding.")
  var vocabularySize: Int?
  @Option(help: "A logprob below which no token lies (nats): gives truncated traces an upper bound on KL.")
  var floor: Double?
  @Option(help: "The tensor of scores in safetensors files, where it is neither logits nor logprobs.")
  var tensor: String?
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let vocabularySize, vocabularySize < 1 {
      throw ValidationError("--vocabulary-size must be at least 1, but is \(vocabularySize).")
    }
    if let floor, !(floor < 0) || floor.isInfinite {
      throw ValidationError("--floor must be a logprob below 0, but is \(floor).")
    }
  }

  func run() throws {
    let vocabulary = try self.vocabulary.map { try Vocabulary(contentsOf: $0) }
    let files = try FilePair(
      reference: TraceFile(path: reference, tensor: tensor), tuned: TraceFile(path: tuned, tensor: tensor),
      sequence: sequence)
    for remark in files.remarks { StandardError.write("warning: \(remark)") }
    let measurement = PairMeasurement(
      vocabularySize: vocabularySize, vocabularyCount: vocabulary?.count, floor: floor)
    var records: [(sequence: String?, measures: PositionMeasures)] = []
    var excluded = Exclusions()
    for place in files.places {
      let pair = try files.pair(at: place)
      let measured = measurement.measure(pair, countsShares: false).sequence
      records += measured.positions.map { (pair.tuned.id, $0) }
      for faulty in measured.exclusions.faulty {
        StandardError.write("error: \(pair.message(about: faulty, sequence: nil))")
      }
      excluded.masked += measured.exclusions.masked
      excluded.missing += measured.exclusions.missing
      excluded.faulty += measured.exclusions.faulty
    }
    output.print(
      .positions(
        records, text: { id in vocabulary?.bytes(of: id).map { TokenText($0).shown } }, excluded: excluded))
    guard excluded.faulty.isEmpty else {
      throw CommandFailure(
        status: .incomplete,
        message: "\(excluded.faulty.count) of \(records.count + excluded.count) positions cannot be measured."
      )
    }
  }
}
