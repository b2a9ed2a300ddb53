/// What a record says of itself.
struct RecordNames: Equatable, Sendable {
  private var traceID: String?
  private var customID: String?
  private var requestID: String?
  private(set) var model: String?
  private(set) var task: String?
  private(set) var prompt: String?

  /// The first of the names under which records of several models pair.
  var id: String? { traceID ?? customID ?? requestID }

  /// Takes the value of this member, if it is one of the names; false, and nothing is taken, if not.
  mutating func take(_ key: JSONKey, from cursor: inout JSONCursor) throws(JSONFault) -> Bool {
    let keys = RecordKeys.all
    switch key {
    case keys.traceID: traceID = try Self.takeName(from: &cursor)
    case keys.customID: customID = try Self.takeName(from: &cursor)
    case keys.requestID: requestID = try Self.takeName(from: &cursor)
    case keys.model: model = try Self.takeName(from: &cursor)
    case keys.task: task = try Self.takeName(from: &cursor)
    case keys.promptID, keys.promptName: prompt = try Self.takeName(from: &cursor)
    default: return false
    }
    return true
  }

  /// A string, or a whole number as text; nil for anything else.
  private static func takeName(from cursor: inout JSONCursor) throws(JSONFault) -> String? {
    let next = cursor.nextByte()
    if next == UInt8(ascii: "\"") { return try cursor.takeString() }
    if let next, UInt8(ascii: "0")...UInt8(ascii: "9") ~= next { return String(try cursor.takeInteger()) }
    try cursor.skip()
    return nil
  }
}
