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
    var id: String? { record.choiceCount > 1 ? record.names.id.map { "\($0)#\(choice)" } : record.names.id }
  }

  let storage: ByteStorage
  let format: TraceFormat
  let sequences: [Sequence]

  init(_ storage: ByteStorage, path: String) throws(TraceError) {
    self.storage = storage
    sequences = try storage.withUnsafeBytes { (text) throws(TraceError) in
      var finder = RecordFinder(text, path: path)
      return try finder.sequences()
    }
    guard let format = sequences.first?.record.format else { throw TraceError(file: path, .noLogprobs) }
    self.format = format
  }

  var entries: [TraceEntry] {
    sequences.map {
      TraceEntry(
        id: $0.id, model: $0.record.names.model, task: $0.record.names.task, prompt: $0.record.names.prompt,
        line: $0.line)
    }
  }

  /// Reads the record of one sequence.
  func trace(at index: Int, path: String) throws(TraceError) -> Trace {
    let sequence = sequences[index]
    return try storage.withUnsafeBytes { (text) throws(TraceError) in
      let draft: RecordDraft
      do throws(JSONFault) {
        draft = try RecordReader.draft(text, range: sequence.record.range)
      } catch {
        let (line, column) = place(
          of: error, in: text, from: sequence.record.range.lowerBound, line: sequence.line)
        throw TraceError(file: path, line: line, .json(error.reason, column: column))
      }
      do throws(TraceError.Problem) {
        var trace = try draft.trace(ofChoice: sequence.choice, id: sequence.id)
        trace.file = path
        trace.line = sequence.line
        return trace
      } catch {
        throw TraceError(file: path, line: sequence.line, sequence: sequence.id, error)
      }
    }
  }
}

/// Finds the records of a file of JSON, and refuses what is none.
struct RecordFinder {
  private let text: UnsafeRawBufferPointer
  private let path: String
  private var cursor: JSONCursor
  private var found: [RecordFile.Sequence] = []
  /// The line of the byte up to which lines have been counted.
  private var line = 1
  private var counted = 0

  init(_ text: UnsafeRawBufferPointer, path: String) {
    self.text = text
    self.path = path
    cursor = JSONCursor(text, range: 0..<text.count)
  }

  mutating func sequences() throws(TraceError) -> [RecordFile.Sequence] {
    cursor.skipByteOrderMark()
    do throws(JSONFault) {
      if cursor.nextByte() == UInt8(ascii: "[") {
        try findInArray()
      } else {
        while cursor.nextByte() != nil { try findRecord() }
      }
    } catch {
      let (line, column) = place(of: error, in: text, from: counted, line: line)
      throw TraceError(file: path, line: line, .json(error.reason, column: column))
    }
    return try checked()
  }

  private mutating func findInArray() throws(JSONFault) {
    try cursor.beginArray()
    while try cursor.nextElement() { try findRecord() }
    guard cursor.nextByte() == nil else { throw cursor.expected("nothing behind the array") }
  }

  private mutating func findRecord() throws(JSONFault) {
    let outline = try RecordOutlineReader.read(&cursor)
    line += lineEnds(in: counted..<outline.range.lowerBound, of: text)
    counted = outline.range.lowerBound
    for choice in 0..<max(1, outline.choiceCount) {
      found.append(RecordFile.Sequence(record: outline, choice: choice, line: line))
    }
  }

  private func checked() throws(TraceError) -> [RecordFile.Sequence] {
    guard !found.isEmpty else { throw TraceError(file: path, .notATrace(keys: [])) }
    var lines: [String: Int] = [:]
    for sequence in found {
      guard sequence.record.evaluationKeys < 3 else {
        throw TraceError(file: path, line: sequence.line, .foreign(.evaluationSamples))
      }
      guard sequence.record.format != nil else {
        let problem: TraceError.Problem =
          sequence.record.choiceCount > 0 ? .noLogprobs : .notATrace(keys: sequence.record.firstKeys)
        throw TraceError(file: path, line: sequence.line, problem)
      }
      guard let id = sequence.id else { continue }
      if let first = lines.updateValue(sequence.line, forKey: id) {
        throw TraceError(file: path, line: sequence.line, .duplicateSequence(id: id, firstPlace: first))
      }
    }
    return found
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
