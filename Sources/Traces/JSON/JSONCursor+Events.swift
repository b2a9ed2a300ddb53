extension JSONCursor {
  /// What stood before the next value.
  struct EventFields: Equatable {
    /// The value is the data of a server-sent event.
    var isData = false
    /// The line `data: [DONE]` was passed, with which streams end.
    var isDone = false
  }

  /// Moves behind what server-sent events put around their data, up to the next value or the end.
  ///
  /// Lines of the other fields (`event:`, `id:`, `retry:`) and comments are passed over.
  mutating func skipEventFields() -> EventFields {
    var fields = EventFields()
    while nextByte() != nil {
      if takeField("data:") {
        _ = nextByte()
        fields.isData = true
        if takeField("[DONE]") { fields = EventFields(isData: false, isDone: true) }
      } else if ["event:", "id:", "retry:", ":"].contains(where: { startsWith($0) }) {
        skipLine()
      } else {
        return fields
      }
    }
    return fields
  }

  /// Moves behind a comma, if one is next: chunks of a stream may be the elements of an array.
  mutating func skipComma() {
    if nextByte() == UInt8(ascii: ",") { finishValue(at: position + 1) }
  }

  private mutating func takeField(_ name: StaticString) -> Bool {
    guard startsWith(name) else { return false }
    finishValue(at: position + name.utf8CodeUnitCount)
    return true
  }

  private func startsWith(_ name: StaticString) -> Bool {
    let length = name.utf8CodeUnitCount
    guard end - position >= length else { return false }
    return (0..<length).allSatisfy { base[position + $0] == name.utf8Start[$0] }
  }

  private mutating func skipLine() {
    var place = position
    while place < end, base[place] != UInt8(ascii: "\n") { place += 1 }
    finishValue(at: place)
  }
}
