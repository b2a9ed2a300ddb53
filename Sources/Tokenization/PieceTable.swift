/// The `vocab` of a byte-level model: pieces in GPT-2's byte alphabet, and their ids.
///
/// Pieces are looked up as they are written and not as the bytes they stand for, because a token that
/// is written out literally may stand for the bytes of another one.
struct PieceTable {
  let file: String
  private var storage: [UInt8] = []
  private var ranges: [Range<Int>] = []
  private var ids: [TokenID] = []
  private var index: ByteIndex

  /// No id is above this; a larger one is a damaged file and would only cost memory.
  static let idLimit = 16_777_215

  /// No id is above this in a file of so many tokens. Files leave gaps, but not hundreds of thousands of them.
  static func idLimit(ofTokens count: Int) -> Int { min(idLimit, (1 << 20) + 16 * count) }

  /// The pieces of a JSON object of ids.
  init(_ vocab: JSONValue, file: String) throws(VocabularyError) {
    guard let members = vocab.members else {
      throw VocabularyError(
        file: file, .unexpectedPart(name: "vocab", expected: "an object", found: vocab.kind))
    }
    self.init(capacity: members.count, file: file)
    storage.reserveCapacity(members.reduce(0) { $0 + $1.name.count })
    for member in members { add(member.name, try Self.id(member.value, of: member.name, file: file)) }
    try checkUnique()
  }

  /// The pieces of a list, whose ids are their places.
  init(_ pieces: [[UInt8]], file: String) throws(VocabularyError) {
    self.init(capacity: pieces.count, file: file)
    for (place, piece) in pieces.enumerated() { add(piece, TokenID(Int32(place))) }
  }

  private init(capacity: Int, file: String) {
    self.file = file
    index = ByteIndex(capacity: capacity)
    ranges.reserveCapacity(capacity)
    ids.reserveCapacity(capacity)
  }

  private mutating func add(_ piece: [UInt8], _ id: TokenID) {
    let range = storage.count..<storage.count + piece.count
    storage.append(contentsOf: piece)
    ranges.append(range)
    ids.append(id)
    index.insert(id, at: range, of: storage)
  }

  /// An id as a file gives it.
  static func id(_ value: JSONValue, of piece: [UInt8], file: String) throws(VocabularyError) -> TokenID {
    let token = String(decoding: piece, as: UTF8.self)
    guard let id = value.integer else {
      throw VocabularyError(
        file: file, .unexpectedPart(name: token, expected: "a whole number", found: value.kind))
    }
    guard (0...idLimit).contains(id) else {
      throw VocabularyError(file: file, .idOutOfRange(token: token, id: id, limit: idLimit))
    }
    return TokenID(Int32(id))
  }

  private func checkUnique() throws(VocabularyError) {
    let highest = ids.max()?.rawValue ?? -1
    let limit = Self.idLimit(ofTokens: ids.count)
    if highest > limit, let place = ids.firstIndex(where: { $0.rawValue == highest }) {
      throw VocabularyError(
        file: file, .idOutOfRange(token: piece(ranges[place]), id: Int(highest), limit: limit))
    }
    var owners = [Int32](repeating: -1, count: Int(highest) + 1)
    for (place, id) in ids.enumerated() {
      let owner = Int(owners[Int(id.rawValue)])
      if owner >= 0 {
        throw VocabularyError(
          file: file,
          .duplicateID(id: Int(id.rawValue), first: piece(ranges[owner]), second: piece(ranges[place])))
      }
      owners[Int(id.rawValue)] = Int32(place)
    }
  }

  private func piece(_ range: Range<Int>) -> String { String(decoding: storage[range], as: UTF8.self) }

  /// How many pieces there are.
  var count: Int { ids.count }

  /// The id of a piece as it is written.
  func id(of piece: some Collection<UInt8>) -> TokenID? {
    let found = piece.withContiguousStorageIfAvailable { index.find($0, in: storage) }
    if let found { return found }
    return Array(piece).withUnsafeBufferPointer { index.find($0, in: storage) }
  }

  /// The piece with an id; nil where none has it. Complexity: O(n).
  func piece(withID id: TokenID) -> String? { ids.firstIndex(of: id).map { piece(ranges[$0]) } }

  /// The token of every byte.
  var byteTokens: [TokenID?] {
    ByteAlphabet.codePoints.map { point in
      Unicode.Scalar(point).flatMap { UTF8.encode($0) }.flatMap { id(of: $0) }
    }
  }

  /// The pieces as they are written, and their ids.
  var entries: some Collection<(piece: ArraySlice<UInt8>, id: TokenID)> {
    zip(ranges, ids).map { (piece: storage[$0], id: $1) }
  }

  /// The vocabulary: every piece as the bytes it stands for in GPT-2's alphabet.
  func vocabulary(addedTokens: [AddedToken]) -> Vocabulary {
    PieceDecoder(alphabet: .bytes).vocabulary(of: self, addedTokens: addedTokens)
  }

  /// The token of every character that has one.
  var characterTokens: [UInt32: TokenID] {
    var tokens: [UInt32: TokenID] = [:]
    for (piece, id) in entries where piece.count <= 4 {
      let scalars = String(decoding: piece, as: UTF8.self).unicodeScalars
      if scalars.count == 1, let scalar = scalars.first { tokens[scalar.value] = id }
    }
    return tokens
  }

  /// The tokens `<0x00>` to `<0xFF>`, if all are there.
  var fallbackTokens: [TokenID]? {
    let tokens = (UInt8.min...UInt8.max).compactMap { byte in
      let digits = String(byte, radix: 16, uppercase: true)
      return id(of: Array("<0x\(byte < 16 ? "0" : "")\(digits)>".utf8))
    }
    return tokens.count == 256 ? tokens : nil
  }

  /// The merges, written as "a b" or as ["a", "b"], in the order of their priority.
  func merges(_ list: JSONValue) throws(VocabularyError) -> MergeTable {
    guard let elements = list.elements else {
      throw VocabularyError(
        file: file, .unexpectedPart(name: "merges", expected: "an array", found: list.kind))
    }
    var table = MergeTable(capacity: elements.count)
    for (number, element) in elements.enumerated() {
      guard let (left, right) = Self.parts(of: element) else {
        throw VocabularyError(
          file: file,
          .unexpectedPart(name: "merges[\(number)]", expected: "two pieces", found: element.kind))
      }
      try add(left, right, number: number, to: &table)
    }
    return table
  }

  /// Adds the merge of two pieces.
  func add(
    _ left: some Collection<UInt8>, _ right: some Collection<UInt8>, number: Int, to table: inout MergeTable
  ) throws(VocabularyError) {
    var merged: [UInt8] = []
    merged.reserveCapacity(left.count + right.count)
    merged.append(contentsOf: left)
    merged.append(contentsOf: right)
    guard let first = id(of: left) else { throw unknown(Array(left), number) }
    guard let second = id(of: right) else { throw unknown(Array(right), number) }
    guard let both = id(of: merged) else { throw unknown(merged, number) }
    table.insert(first.rawValue, second.rawValue, priority: UInt32(number), merged: both.rawValue)
  }

  private func unknown(_ piece: [UInt8], _ number: Int) -> VocabularyError {
    VocabularyError(
      file: file, .unknownToken(merge: number, token: String(decoding: piece, as: UTF8.self)))
  }

  private static func parts(of merge: JSONValue) -> (left: ArraySlice<UInt8>, right: ArraySlice<UInt8>)? {
    switch merge {
    case .string(let text): return parts(of: text[...])
    case .array(let pair):
      guard pair.count == 2, let left = pair[0].bytes, let right = pair[1].bytes else { return nil }
      return (left[...], right[...])
    default: return nil
    }
  }

  /// The two pieces of "a b".
  static func parts(of line: ArraySlice<UInt8>) -> (left: ArraySlice<UInt8>, right: ArraySlice<UInt8>)? {
    guard let space = line.firstIndex(of: 0x20) else { return nil }
    let right = line[(space + 1)...]
    return right.contains(0x20) ? nil : (line[..<space], right)
  }
}
