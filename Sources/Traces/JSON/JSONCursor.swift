/// Walks through a JSON text from left to right, and hands out what the caller asks for next.
///
/// Nothing is built: the caller knows the shape it wants, takes keys and numbers, and skips the rest. Beyond the
/// standard it accepts what Python writes (`NaN`, `Infinity`, `-Infinity`) and a byte order mark. It never reads
/// outside `start..<end`, never recurses, and turns every deviation into a ``JSONFault``.
struct JSONCursor {
  /// Arrays and objects may stand inside one another this deeply.
  static let deepest = 64

  let base: UnsafePointer<UInt8>
  let end: Int
  /// Offset of the next byte.
  private(set) var position: Int
  /// A value has been read in the open container, so that a comma must come before the next.
  private var needsComma = false
  private var depth = 0

  /// A cursor over part of a text. The bytes must outlive it.
  ///
  /// - Precondition: `range` lies inside `text`, and is not empty.
  init(_ text: UnsafeRawBufferPointer, range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= text.count, "\(range) is outside \(text.count)")
    guard let address = text.baseAddress else { preconditionFailure("an empty text has no place to stand") }
    base = address.assumingMemoryBound(to: UInt8.self)
    position = range.lowerBound
    end = range.upperBound
  }

  func fault(_ reason: JSONFault.Reason) -> JSONFault { JSONFault(offset: position, reason: reason) }

  /// The fault of finding something else than `what` at the next byte.
  func expected(_ what: String) -> JSONFault {
    position < end ? fault(.expected(what)) : fault(.endsInside("before \(what)"))
  }

  // MARK: White space

  /// Goes to the next byte that is no white space, and tells it; nil at the end.
  @inline(__always)
  mutating func nextByte() -> UInt8? {
    while position < end {
      let byte = base[position]
      if byte > 0x20 { return byte }
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
      position += 1
    }
    return nil
  }

  /// Skips a byte order mark, if one stands here.
  mutating func skipByteOrderMark() {
    if end - position >= 3, base[position] == 0xEF, base[position + 1] == 0xBB, base[position + 2] == 0xBF {
      position += 3
    }
  }

  // MARK: Containers

  /// Enters an object.
  mutating func beginObject() throws(JSONFault) { try begin(UInt8(ascii: "{"), "an object") }

  /// Enters an array.
  mutating func beginArray() throws(JSONFault) { try begin(UInt8(ascii: "["), "an array") }

  @inline(__always)
  private mutating func begin(_ bracket: UInt8, _ what: String) throws(JSONFault) {
    guard nextByte() == bracket else { throw expected(what) }
    guard depth < Self.deepest else { throw fault(.tooDeep) }
    position += 1
    depth += 1
    needsComma = false
  }

  /// The next key of the object, nil at its end, which is then behind the cursor.
  @inline(__always)
  mutating func nextKey() throws(JSONFault) -> JSONKey? {
    guard try advanceInside(closing: UInt8(ascii: "}"), "an object") else { return nil }
    guard base[position] == UInt8(ascii: "\"") else { throw expected("a name in quotes") }
    let key = try takeKey()
    try takeColon()
    return key
  }

  /// Takes the colon between a key and its value.
  @inline(__always)
  mutating func takeColon() throws(JSONFault) {
    guard nextByte() == UInt8(ascii: ":") else { throw expected("a colon") }
    position += 1
  }

  /// Whether the array has another element, which is then next; at its end the cursor is behind it.
  @inline(__always)
  mutating func nextElement() throws(JSONFault) -> Bool {
    try advanceInside(closing: UInt8(ascii: "]"), "an array")
  }

  /// Whether the array has another object, which is then next; elements of other kinds are skipped.
  mutating func nextObject() throws(JSONFault) -> Bool {
    while try nextElement() {
      if nextByte() == UInt8(ascii: "{") { return true }
      try skip()
    }
    return false
  }

  /// Whether the array that is next begins with an object; the cursor stays where it is.
  func startsWithObject() throws(JSONFault) -> Bool {
    var ahead = self
    try ahead.beginArray()
    return try ahead.nextElement() && ahead.nextByte() == UInt8(ascii: "{")
  }

  /// Whether the array that is next begins with an array.
  func startsWithArray() throws(JSONFault) -> Bool {
    var ahead = self
    try ahead.beginArray()
    return try ahead.nextElement() && ahead.nextByte() == UInt8(ascii: "[")
  }

  /// Whether the value that is next is an object whose first member has this name.
  func startsWithMember(_ key: JSONKey) throws(JSONFault) -> Bool {
    var ahead = self
    guard ahead.nextByte() == UInt8(ascii: "{") else { return false }
    try ahead.beginObject()
    return try ahead.nextKey() == key
  }

  @inline(__always)
  mutating func advanceInside(closing: UInt8, _ what: String) throws(JSONFault) -> Bool {
    guard let byte = nextByte() else { throw fault(.endsInside(what)) }
    if byte == closing {
      position += 1
      depth -= 1
      needsComma = true
      return false
    }
    guard needsComma else { return true }
    guard byte == UInt8(ascii: ",") else { throw expected("a comma or the end of \(what)") }
    position += 1
    guard let next = nextByte() else { throw fault(.endsInside(what)) }
    guard next != closing else { throw expected("another element after the comma") }
    return true
  }

  /// Takes `null`, if that is next.
  @inline(__always)
  mutating func takeNull() throws(JSONFault) -> Bool {
    guard nextByte() == UInt8(ascii: "n") else { return false }
    try takeWord("null")
    return true
  }

  /// Takes `true` or `false`, if one is next.
  mutating func takeBoolean() throws(JSONFault) -> Bool? {
    switch nextByte() {
    case UInt8(ascii: "t"): try takeWord("true")
    case UInt8(ascii: "f"):
      try takeWord("false")
      return false
    default: return nil
    }
    return true
  }

  /// Takes these letters.
  mutating func takeWord(_ word: StaticString) throws(JSONFault) {
    let length = word.utf8CodeUnitCount
    guard end - position >= length else { throw fault(.endsInside("\(word)")) }
    for index in 0..<length where base[position + index] != word.utf8Start[index] {
      throw expected("\(word)")
    }
    position += length
    needsComma = true
  }

  /// Moves on behind a value that was read.
  @inline(__always)
  mutating func finishValue(at newPosition: Int) {
    position = newPosition
    needsComma = true
  }
}
