/// Takes the JSON of a safetensors header apart, without judging what it says.
struct SafetensorsHeaderReader {
  /// What the header says of one tensor; nil where it says nothing.
  struct Entry {
    var name: String
    var type: String?
    var shape: [Int]?
    var begin: Int?
    var end: Int?
  }

  private(set) var entries: [Entry] = []
  private(set) var metadata: [String: String] = [:]
  private var cursor: JSONCursor

  private static let type = JSONKey("dtype")
  private static let shape = JSONKey("shape")
  private static let offsets = JSONKey("data_offsets")

  init(_ file: UnsafeRawBufferPointer, range: Range<Int>) { cursor = JSONCursor(file, range: range) }

  mutating func read() throws(JSONFault) {
    try cursor.beginObject()
    while let name = try cursor.nextName() {
      if name == "__metadata__" {
        try readMetadata()
      } else {
        entries.append(try entry(named: name))
      }
    }
    guard cursor.nextByte() == nil else { throw cursor.expected("the end of the header") }
  }

  private mutating func readMetadata() throws(JSONFault) {
    guard metadata.isEmpty else { throw cursor.fault(.repeatedKey("__metadata__")) }
    try cursor.beginObject()
    while let name = try cursor.nextName() {
      metadata[name] = try cursor.takeString()
    }
  }

  private mutating func entry(named name: String) throws(JSONFault) -> Entry {
    var entry = Entry(name: name)
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      switch key {
      case Self.type where entry.type != nil: throw cursor.fault(.repeatedKey("dtype"))
      case Self.shape where entry.shape != nil: throw cursor.fault(.repeatedKey("shape"))
      case Self.offsets where entry.end != nil: throw cursor.fault(.repeatedKey("data_offsets"))
      case Self.type: entry.type = try cursor.takeString()
      case Self.shape: entry.shape = try takeIntegers()
      case Self.offsets:
        let offsets = try takeIntegers()
        guard offsets.count == 2 else { throw cursor.fault(.expected("a pair of data_offsets")) }
        entry.begin = offsets[0]
        entry.end = offsets[1]
      default: throw cursor.expected("dtype, shape or data_offsets")
      }
    }
    return entry
  }

  private mutating func takeIntegers() throws(JSONFault) -> [Int] {
    var integers: [Int] = []
    try cursor.beginArray()
    while try cursor.nextElement() { integers.append(try cursor.takeInteger()) }
    return integers
  }
}
