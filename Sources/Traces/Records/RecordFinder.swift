/// Finds the records of a file of JSON, and refuses what is none.
struct RecordFinder {
  private let text: UnsafeRawBufferPointer
  private let path: String
  private var cursor: JSONCursor
  private var found: [RecordFile.Sequence] = []
  /// The line of the byte up to which lines have been counted.
  private var line = 1
  private var counted = 0
  private var streams: [Stream] = []
  /// Streams of which more chunks may come, by the name that their chunks share.
  private var openStreams: [String?: Int] = [:]
  /// The stream of the chunk before; nil where something else was.
  private var lastStream: Int?

  /// The chunks that share a name.
  private struct Stream {
    var name: String?
    var outline: RecordOutline
    var choices: Set<Int>
    /// The line of the first chunk.
    var line: Int
    /// The number of records before the first chunk.
    var place: Int
  }

  init(_ text: UnsafeRawBufferPointer, path: String) {
    self.text = text
    self.path = path
    cursor = JSONCursor(text, range: 0..<text.count)
  }

  mutating func sequences() throws(TraceError) -> [RecordFile.Sequence] {
    cursor.skipByteOrderMark()
    do throws(JSONFault) {
      while true {
        let fields = cursor.skipEventFields()
        if fields.isDone { closeLastStream() }
        // llama-server says so that a batch begins.
        if fields.isData, try cursor.takeNull() { continue }
        guard let next = cursor.nextByte() else { break }
        if next == UInt8(ascii: "[") {
          try findInArray(isEvent: fields.isData)
        } else {
          try findRecord(isEvent: fields.isData)
        }
      }
    } catch {
      let (line, column) = place(of: error, in: text, from: counted, line: line)
      throw TraceError(file: path, line: line, .json(error.reason, column: column))
    }
    insertStreams()
    return try checked()
  }

  /// The answers to a batch of texts come as an array.
  private mutating func findInArray(isEvent: Bool) throws(JSONFault) {
    try cursor.beginArray()
    while try cursor.nextElement() { try findRecord(isEvent: isEvent) }
  }

  private mutating func findRecord(isEvent: Bool) throws(JSONFault) {
    let found = try RecordOutlineReader.read(&cursor)
    guard let outline = found.outlines.first else { return }
    count(to: outline.range.lowerBound)
    if isEvent || found.isChunk { return join(outline, found.stream) }
    closeUnnamedStream()
    lastStream = nil
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

  // MARK: Streams

  /// A chunk goes on with the open stream of its name, whatever stands between; without a name, with the chunk before.
  private mutating func join(_ outline: RecordOutline, _ mark: StreamMark) {
    if mark.id != nil { closeUnnamedStream() }
    let place = openStreams[mark.id] ?? streams.count
    if place == streams.count {
      streams.append(
        Stream(name: mark.id, outline: outline, choices: [], line: line, place: found.count))
      openStreams[mark.id] = place
    } else {
      streams[place].outline.add(chunk: outline, isNext: lastStream == place)
    }
    streams[place].choices.formUnion(mark.choices)
    lastStream = place
    if mark.isLast { openStreams[mark.id] = nil }
  }

  private mutating func closeUnnamedStream() { openStreams[nil] = nil }

  private mutating func closeLastStream() {
    guard let lastStream, openStreams[streams[lastStream].name] == lastStream else { return }
    openStreams[streams[lastStream].name] = nil
  }

  /// Puts the streams where their first chunks stand.
  private mutating func insertStreams() {
    guard !streams.isEmpty else { return }
    let records = found
    found = []
    var taken = 0
    for stream in streams {
      found += records[taken..<stream.place]
      taken = stream.place
      var outline = stream.outline
      outline.choiceCount = stream.choices.count
      append(outline, line: stream.line)
    }
    found += records[taken...]
  }

  private func checked() throws(TraceError) -> [RecordFile.Sequence] {
    guard !found.isEmpty else { throw TraceError(file: path, .notATrace(keys: [])) }
    let hasLogprobs = found.contains { $0.record.format != nil }
    var lines: [String: Int] = [:]
    for sequence in found {
      guard sequence.record.evaluationKeys < 3 else {
        throw TraceError(file: path, line: sequence.line, .foreign(.evaluationSamples))
      }
      guard !sequence.record.isOlderDistillation else {
        throw TraceError(file: path, line: sequence.line, .foreign(.olderDistillation))
      }
      // One answer without logprobs costs no more than its own sequence.
      let isAnswer = sequence.record.failure != nil || hasLogprobs && sequence.record.choiceCount > 0
      guard sequence.record.format != nil || isAnswer else {
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
