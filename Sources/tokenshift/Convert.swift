import ArgumentParser
import Foundation
import Traces

struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes traces in another form: the canonical file, or lines of JSON.",
    discussion: """
      Reads whatever `inspect` reads, one sequence at a time. The canonical form is a safetensors file a sequence: \
      OUTPUT is the file where there is one sequence, and a folder where there are more. Lines of JSON go into one \
      file, or to standard output where OUTPUT is -. Nothing is replaced without --force, and nothing but files with it.

      Lists of tokens keep all their digits. Lists that hold the whole vocabulary become dense rows.

      Examples:
        tokenshift convert scored.jsonl --output traces
        tokenshift convert whole-vocabulary.json --scores f16 --output trace.safetensors
        tokenshift convert trace.safetensors --to jsonl --top 50 --output trace.jsonl
      """)

  enum Form: String, CaseIterable, ExpressibleByArgument { case canonical, jsonl }

  enum Scores: String, CaseIterable, ExpressibleByArgument {
    case f32, f16, bf16

    var encoding: DenseRow.Encoding {
      switch self {
      case .f32: .float32
      case .f16: .float16
      case .bf16: .bfloat16
      }
    }
  }

  @Argument(help: "Files of traces.", completion: .file())
  var files: [String]
  @Option(name: [.short, .long], help: "What to write.", completion: .file())
  var output: String
  @Option(help: "The form.")
  var to: Form = .canonical
  @Option(help: "How dense scores are stored; as they are when left out.")
  var scores: Scores?
  @Option(help: "Tokens that a line of JSON lists of a dense row.")
  var top = 20
  @OptionGroup var traces: TraceOptions
  @OptionGroup var head: HeadOption
  @Flag(help: "Replace files that stand at the output.")
  var force = false

  func validate() throws {
    guard top >= 1 else { throw ValidationError("--top must be at least 1, but is \(top).") }
    guard to == .jsonl || !isStandardOutput else {
      throw ValidationError("Only lines of JSON go to standard output. Pass --to jsonl, or name a file.")
    }
  }

  fileprivate var isStandardOutput: Bool { output == "-" || output == "/dev/stdout" }

  func run() throws {
    let vocabulary = try traces.readVocabulary()
    let inputs = try files.map { try traces.open($0, head: head.lmHead, vocabulary) }
    let count = inputs.reduce(0) { $0 + $1.entries.count }
    let sink = try Sink(self, inputs)
    for input in inputs where input.format == .llamaLogits {
      StandardError.write(
        to == .jsonl
          ? "\(input.path): tokens that it stores only as the floor of a row are left out of the lists."
          : "warning: \(input.path): what it stores as the floor of a row becomes a number like others, which figures then take for the model's own."
      )
    }
    var failures: [TraceError] = []
    for (place, input) in inputs.enumerated() {
      for index in input.entries.indices {
        do {
          try sink.write(try input.trace(at: index), metadata: input.metadata, to: sink.paths[place][index])
        } catch let error as TraceError {
          failures.append(error)
        }
      }
    }
    if let first = failures.first, failures.count == count { throw first }
    try sink.finish()
    for failure in failures { StandardError.write("error: \(failure)") }
    guard failures.isEmpty else {
      throw CommandFailure(
        status: .incomplete,
        message: "\(failures.count) of \(count) sequences cannot be converted, as said above.")
    }
  }
}

/// Where converted traces go.
private struct Sink {
  private let command: Convert
  /// The file of lines; nil where each sequence has its own, or lines go to standard output.
  private let lines: OutputFile?
  /// The file of each sequence of each input, the same for all that go into one.
  let paths: [[String]]

  /// Chooses all names, and looks for what stands there already, before anything is written.
  init(_ command: Convert, _ inputs: [TraceFile]) throws {
    self.command = command
    let path = command.output
    let isFolder = command.to == .canonical && inputs.reduce(0) { $0 + $1.entries.count } > 1
    if isFolder {
      var names = SequenceNames(severalModels: inputs.count > 1)
      paths = inputs.map { input in
        input.entries.enumerated().map { path + "/" + names.file($1, number: $0) }
      }
      try Self.makeFolder(path)
    } else {
      paths = inputs.map { $0.entries.map { _ in path } }
      if command.to == .jsonl { try SequenceNames.checkOnce(inputs, output: path) }
    }
    guard !command.isStandardOutput else {
      lines = nil
      return
    }
    for path in isFolder ? paths.flatMap({ $0 }) : [path] {
      try OutputFile.check(path, mayReplace: command.force)
    }
    lines = command.to == .jsonl ? try OutputFile(path: path, mayReplace: command.force) : nil
  }

  private static func makeFolder(_ path: String) throws {
    var isDirectory: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue {
      throw ConversionError(file: path, .notAFolder)
    }
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw ConversionError(file: path, .unwritable(reason: error.systemReason))
    }
  }

  func write(_ trace: Trace, metadata: [String: String], to path: String) throws {
    guard command.to == .jsonl else {
      return try CanonicalTrace(trace, metadata: metadata, encoding: command.scores?.encoding)
        .write(to: path, mayReplace: command.force)
    }
    let line = JSONLTrace(trace, top: command.top, metadata: metadata).line
    if let lines { try lines.write(line) } else { Standard.write(line) }
  }

  func finish() throws { try lines?.publish() }
}

/// A name for each sequence, made of letters that every file system takes, and never the same twice.
private struct SequenceNames {
  let severalModels: Bool
  private var names: Set<String> = []
  /// Letters of ASCII: file systems take 255 bytes, and an ending comes behind them.
  private static let longest = 200

  init(severalModels: Bool) { self.severalModels = severalModels }

  mutating func file(_ entry: TraceEntry, number: Int) -> String {
    let id = entry.id ?? "sequence-\(number)"
    var stem = String(id.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-#".contains($0)) ? $0 : "_" })
    if let model = entry.model, severalModels {
      stem += "." + model.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
    }
    if stem.hasPrefix(".") || stem.isEmpty { stem = "_" + stem }
    stem = String(stem.prefix(Self.longest))
    var name = stem
    var copy = 2
    while !names.insert(name).inserted {
      name = "\(stem)~\(copy)"
      copy += 1
    }
    return name + ".safetensors"
  }

  /// Refuses inputs of which two sequences would have one name in one file.
  static func checkOnce(_ inputs: [TraceFile], output: String) throws {
    var names: Set<String> = []
    for id in inputs.lazy.flatMap(\.entries).compactMap(\.id) where !names.insert(id).inserted {
      throw CommandFailure(
        status: .badData,
        message: """
          \(output): two sequences are called "\(id)", and a file can hold only one of that name. \
          Convert each input to a file of its own.
          """)
    }
  }
}

extension Error {
  /// The system's words for what went wrong, without a full stop.
  fileprivate var systemReason: String {
    let words = localizedDescription
    return words.hasSuffix(".") ? String(words.dropLast()) : words
  }
}
