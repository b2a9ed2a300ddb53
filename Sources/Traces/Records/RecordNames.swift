/// What a record says of itself.
struct RecordNames: Equatable, Sendable {
  private var traceID: String?
  private var customID: String?
  private var requestID: String?
  /// The name that a record is given by whoever made it, which means nothing in another file.
  private(set) var recordID: String?
  /// The file of texts whose losses these are.
  private var dataset: String?
  /// How often a sample of an Inspect log had been answered.
  private var epoch: String?
  /// The counters under which a trainer exports a sequence.
  private var counters: [Int: String] = [:]
  private(set) var model: String?
  private(set) var task: String?
  private var statedPrompt: String?
  /// What the file from which the record was made said of itself.
  private(set) var metadata: [String: String] = [:]

  /// The prompt that the text answers. Samples of an Inspect log answer theirs once in each epoch.
  var prompt: String? { statedPrompt ?? (epoch == nil ? nil : recordID) }

  /// The first of the names under which records of several models pair.
  func id(in format: TraceFormat?) -> String? {
    if let name = traceID ?? customID ?? requestID { return name }
    switch format {
    case .tokenLosses: return dataset
    case .rollout: return recordID
    case .tokenExport:
      return counters.isEmpty ? nil : counters.sorted { $0.key < $1.key }.map(\.value).joined(separator: ".")
    default:
      // A sample of an Inspect log; a trainer's records count epochs too, and have names above.
      guard let sample = recordID, let epoch else { return nil }
      return "\(sample).\(epoch)"
    }
  }

  /// Takes the value of this member, if it is one of the names; false, and nothing is taken, if not.
  mutating func take(_ key: JSONKey, from cursor: inout JSONCursor) throws(JSONFault) -> Bool {
    let keys = RecordKeys.all
    switch key {
    case keys.traceID: traceID = try Self.takeName(from: &cursor)
    case keys.customID: customID = try Self.takeName(from: &cursor)
    case keys.requestID: requestID = try Self.takeName(from: &cursor)
    case keys.id: recordID = try Self.takeName(from: &cursor) ?? recordID
    case keys.epoch: epoch = try Self.takeName(from: &cursor)
    case keys.dataset: dataset = try Self.takeName(from: &cursor)
    case keys.model: model = try Self.takeName(from: &cursor)
    case keys.task, keys.environment: task = try Self.takeName(from: &cursor) ?? task
    case keys.promptID, keys.promptName: statedPrompt = try Self.takeName(from: &cursor)
    case keys.traceMetadata: metadata = try Self.takeMetadata(from: &cursor)
    case keys.step: counters[0] = try Self.takeName(from: &cursor)
    case keys.rank: counters[1] = try Self.takeName(from: &cursor)
    case keys.microStep: counters[2] = try Self.takeName(from: &cursor)
    case keys.exportIndex: counters[3] = try Self.takeName(from: &cursor)
    default: return false
    }
    return true
  }

  /// These names, where a part of the record says nothing else.
  func filled(by whole: RecordNames) -> RecordNames {
    var names = self
    names.traceID = traceID ?? whole.traceID
    names.customID = customID ?? whole.customID
    names.requestID = requestID ?? whole.requestID
    names.dataset = dataset ?? whole.dataset
    names.recordID = whole.recordID ?? recordID
    names.model = model ?? whole.model
    names.task = task ?? whole.task
    names.statedPrompt = statedPrompt ?? whole.statedPrompt
    names.epoch = epoch ?? whole.epoch
    names.metadata = metadata.merging(whole.metadata) { own, _ in own }
    return names
  }

  /// The texts of an object; none for anything else.
  private static func takeMetadata(from cursor: inout JSONCursor) throws(JSONFault) -> [String: String] {
    var metadata: [String: String] = [:]
    guard cursor.nextByte() == UInt8(ascii: "{") else {
      try cursor.skip()
      return metadata
    }
    try cursor.beginObject()
    while try cursor.advanceInside(closing: UInt8(ascii: "}"), "an object") {
      guard cursor.nextByte() == UInt8(ascii: "\"") else { throw cursor.expected("a name in quotes") }
      let name = try cursor.takeString()
      try cursor.takeColon()
      if cursor.nextByte() == UInt8(ascii: "\"") {
        metadata[name] = try cursor.takeString()
      } else {
        try cursor.skip()
      }
    }
    return metadata
  }

  /// A string, or a whole number as text; nil for anything else.
  static func takeName(from cursor: inout JSONCursor) throws(JSONFault) -> String? {
    let next = cursor.nextByte()
    if next == UInt8(ascii: "\"") { return try cursor.takeString() }
    if let next, UInt8(ascii: "0")...UInt8(ascii: "9") ~= next { return String(try cursor.takeInteger()) }
    try cursor.skip()
    return nil
  }
}
