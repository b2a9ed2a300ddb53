import Foundation

/// A file of JSON records: one object, an array of objects, or objects one behind the other as in JSONL.
///
/// The file is passed over once to find where each record lies; a record is read only when its trace is wanted, so
/// that the memory needed is that of one record.
struct RecordFile: Sendable {
  /// One sequence: a choice of a record.
  struct Sequence: Sendable {
    var record: RecordOutline
    var choice: Int
    /// The line on which the record begins, counted from 1.
    var line: Int

    /// The record's id, numbered where the record holds several answers.
    var id: String? { record.choiceCount > 1 ? record.id.map { "\($0)#\(choice)" } : record.id }
  }

  let storage: ByteStorage
  let format: TraceFormat
  let sequences: [Sequence]
  /// How packed rows are unpacked, and the file that says so; nil where none is needed or found.
  let distillation: (config: DistillationConfig, path: String)?

  init(_ storage: ByteStorage, path: String) throws(TraceError) {
    self.storage = storage
    sequences = try storage.withUnsafeBytes { (text) throws(TraceError) in
      var finder = RecordFinder(text, path: path)
      return try finder.sequences()
    }
    guard let format = sequences.lazy.compactMap(\.record.format).first else {
      let failed = sequences.first { $0.record.failure != nil }
      throw TraceError(
        file: path, line: failed?.line, sequence: failed?.id,
        failed?.record.failure.map { .failedRequest(reason: $0) } ?? .noLogprobs)
    }
    self.format = format
    distillation = format == .distillation ? try DistillationConfig.beside(path) : nil
  }

  /// What the records say of the file they were made from; where they differ, all that is said.
  var metadata: [String: String] {
    var said: [String: Set<String>] = [:]
    for sequence in sequences {
      for (name, value) in sequence.record.names.metadata { said[name, default: []].insert(value) }
    }
    return said.mapValues { $0.sorted().joined(separator: ", ") }
  }

  var entries: [TraceEntry] {
    sequences.map {
      TraceEntry(
        id: $0.id, model: $0.record.names.model, task: $0.record.names.task, prompt: $0.record.names.prompt,
        line: $0.line)
    }
  }

  /// Reads the record of one sequence.
  ///
  /// - Parameter lookup: Finds tokens that the record names by text.
  func trace(at index: Int, path: String, lookup: TokenLookup?) throws(TraceError) -> Trace {
    let sequence = sequences[index]
    if let reason = sequence.record.failure {
      throw TraceError(file: path, line: sequence.line, sequence: sequence.id, .failedRequest(reason: reason))
    }
    return try storage.withUnsafeBytes { (text) throws(TraceError) in
      var draft: RecordDraft
      do throws(JSONFault) {
        draft = try RecordReader.draft(text, of: sequence.record, lookup: lookup)
      } catch {
        let (line, column) = place(
          of: error, in: text, from: sequence.record.range.lowerBound, line: sequence.line)
        throw TraceError(file: path, line: line, .json(error.reason, column: column))
      }
      do throws(TraceError.Problem) {
        if sequence.record.format == .distillation, let columns = draft.distilled {
          draft.choices = [try columns.choice(distillation?.config)]
        }
        var trace = try draft.trace(ofChoice: sequence.choice, id: sequence.id)
        // A text without its prompt, and without the prompt's name, shares its prompt with nobody.
        if trace.prompt == nil, trace.promptTokens?.isEmpty ?? true { trace.prompt = sequence.record.id }
        trace.file = path
        trace.line = sequence.line
        return trace
      } catch {
        throw TraceError(file: path, line: sequence.line, sequence: sequence.id, error)
      }
    }
  }
}

/// The number of line ends in this part of the text.
func lineEnds(in range: Range<Int>, of text: UnsafeRawBufferPointer) -> Int {
  var part = text[range]
  var count = 0
  while let base = part.base.baseAddress, let end = memchr(base + part.startIndex, 0x0A, part.count) {
    count += 1
    part = part[(UnsafeRawPointer(end) - base + 1)...]
  }
  return count
}

/// Where a fault stands for a person, given a byte at or before it and the line of that byte.
func place(
  of fault: JSONFault, in text: UnsafeRawBufferPointer, from start: Int, line: Int
) -> (line: Int, column: Int) {
  let offset = min(fault.offset, text.count)
  let lineStart = text[..<offset].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
  return (line + lineEnds(in: min(start, offset)..<offset, of: text), offset - lineStart + 1)
}
