/// Finds the records of a file of JSON, and refuses what is none.
struct RecordFinder {
  private let text: UnsafeRawBufferPointer
  private let path: String
  private var cursor: JSONCursor
  private var found: [RecordFile.Sequence] = []
  /// The line of the byte up to which lines have been counted.
  private var line = 1
  private var counted = 0
  /// A stream of which more chunks may come.
  private var openStream: (outline: RecordOutline, mark: StreamMark, line: Int)?

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
        while true {
          let fields = cursor.skipEventFields()
          if fields.isDone { closeStream() }
          guard cursor.nextByte() != nil else { break }
          try findRecord(isEvent: fields.isData)
        }
      }
      closeStream()
    } catch {
      let (line, column) = place(of: error, in: text, from: counted, line: line)
      throw TraceError(file: path, line: line, .json(error.reason, column: column))
    }
    return try checked()
  }

  private mutating func findInArray() throws(JSONFault) {
    try cursor.beginArray()
    while try cursor.nextElement() { try findRecord(isEvent: false) }
    guard cursor.nextByte() == nil else { throw cursor.expected("nothing behind the array") }
  }

  private mutating func findRecord(isEvent: Bool) throws(JSONFault) {
    let found = try RecordOutlineReader.read(&cursor)
    guard let outline = found.outlines.first else { return }
    count(to: outline.range.lowerBound)
    if isEvent || found.isChunk { return join(outline, found.stream) }
    closeStream()
    for outline in found.outlines {
      count(to: outline.range.lowerBound)
      append(outline, line: line)
    }
  }

  private mutating func count(to offset: Int) {
    line += lineEnds(in: counted..<offset, of: text)
    counted = offset
  }

  private mutating func append(_ outline: RecordOutline, line: Int) {
    for choice in 0..<max(1, outline.choiceCount) {
      found.append(RecordFile.Sequence(record: outline, choice: choice, line: line))
    }
  }

  /// A chunk goes on with the stream before it, if both have the same name.
  private mutating func join(_ outline: RecordOutline, _ mark: StreamMark) {
    if openStream?.mark.id != mark.id { closeStream() }
    var stream = openStream ?? (outline, mark, line)
    stream.outline.range = stream.outline.range.lowerBound..<outline.range.upperBound
    stream.outline.format = stream.outline.format ?? outline.format
    stream.outline.failure = stream.outline.failure ?? outline.failure
    stream.mark.choices.formUnion(mark.choices)
    stream.outline.choiceCount = stream.mark.choices.count
    openStream = stream
    if mark.isLast { closeStream() }
  }

  private mutating func closeStream() {
    guard let stream = openStream else { return }
    append(stream.outline, line: stream.line)
    openStream = nil
  }

  private func checked() throws(TraceError) -> [RecordFile.Sequence] {
    guard !found.isEmpty else { throw TraceError(file: path, .notATrace(keys: [])) }
    var lines: [String: Int] = [:]
    for sequence in found {
      guard sequence.record.evaluationKeys < 3 else {
        throw TraceError(file: path, line: sequence.line, .foreign(.evaluationSamples))
      }
      guard !sequence.record.isOlderDistillation else {
        throw TraceError(file: path, line: sequence.line, .foreign(.olderDistillation))
      }
      guard sequence.record.format != nil || sequence.record.failure != nil else {
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
