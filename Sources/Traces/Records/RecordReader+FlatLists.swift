import Foundation
import Tokenization

/// SGLang's lists of the most probable tokens, flattened: values and ids of all rows one behind the other.
struct FlatTriples {
  private var values: [Double]?
  private var indices: [Int]?
  private var shape: [Int]?
  private var nullPrefix = 0
  private var decimals: Int?

  /// Takes the value of one of these members. Packed ones are base64 of little-endian numbers of 32 bits.
  mutating func take(
    _ key: JSONKey, of keys: RecordKeys.FlatKeys, from cursor: inout JSONCursor
  ) throws(JSONFault) {
    if try cursor.takeNull() { return }
    switch key {
    case keys.values: values = try takeValues(&cursor)
    case keys.indices: indices = try Self.takeIntegers(&cursor)
    case keys.packedValues:
      values = try Self.takePacked(&cursor).map { Double(Float(bitPattern: $0)) }
    case keys.packedIndices: indices = try Self.takePacked(&cursor).map { Int(Int32(bitPattern: $0)) }
    case keys.shape: shape = try Self.takeIntegers(&cursor)
    default: nullPrefix = try cursor.takeInteger()
    }
  }

  /// The lists as rows, after as many empty ones as the file leaves out.
  ///
  /// - Parameter cursor: Where the object ends, for a message about numbers that do not fit.
  func append(to listed: inout ListedRows, of rowLimit: Int, _ cursor: JSONCursor) throws(JSONFault) {
    guard let values, let indices, let shape else { return }
    guard shape.count == 2, shape.allSatisfy({ $0 >= 0 }), shape[0] <= rowLimit, nullPrefix >= 0,
      nullPrefix <= rowLimit - shape[0]
    else { throw cursor.fault(.expected("a shape of at most \(rowLimit) rows")) }
    let (count, overflow) = shape[0].multipliedReportingOverflow(by: shape[1])
    guard !overflow, values.count == count, indices.count == count else {
      throw cursor.fault(.expected("as many logprobs and ids as the shape \(shape) asks for"))
    }
    listed.rows = Array(repeating: nil, count: nullPrefix)
    for row in 0..<shape[0] {
      let start = listed.tokens.count
      for place in row * shape[1]..<(row + 1) * shape[1] {
        guard let id = Int32(exactly: indices[place]), id >= 0 else {
          throw cursor.fault(.expected("a token id from 0 to \(Int32.max)"))
        }
        listed.tokens.append(ListedToken(token: TokenID(id), logprob: values[place], rank: nil))
      }
      listed.rows.append(ListedRows.Row(list: start..<listed.tokens.count))
    }
    if let decimals { listed.decimals = max(listed.decimals ?? 0, decimals) }
  }

  private mutating func takeValues(_ cursor: inout JSONCursor) throws(JSONFault) -> [Double] {
    var values: [Double] = []
    try cursor.beginArray()
    while try cursor.nextElement() {
      if try cursor.takeNull() {
        values.append(.nan)
        continue
      }
      let number = try cursor.takeNumber()
      decimals = max(decimals ?? 0, number.decimals)
      values.append(number.value)
    }
    return values
  }

  private static func takeIntegers(_ cursor: inout JSONCursor) throws(JSONFault) -> [Int] {
    var integers: [Int] = []
    try cursor.beginArray()
    while try cursor.nextElement() { integers.append(try cursor.takeInteger()) }
    return integers
  }

  private static func takePacked(_ cursor: inout JSONCursor) throws(JSONFault) -> [UInt32] {
    _ = cursor.nextByte()
    let start = cursor.position
    guard let data = Data(base64Encoded: Data(try cursor.takeStringBytes())), data.count % 4 == 0 else {
      throw JSONFault(offset: start, reason: .expected("base64 of numbers of 4 bytes"))
    }
    return data.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: 4).map {
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self))
      }
    }
  }
}

extension RecordReader {
  /// vLLM's `FlatLogprobs`: parallel lists of the entries of all positions, and where each position begins and ends.
  ///
  /// Nil, and nothing is taken, where another value is next.
  mutating func takeFlatRows() throws(JSONFault) -> ListedRows? {
    guard cursor.nextByte() == UInt8(ascii: "{"), try startsWithFlatRows() else { return nil }
    var starts: [Int]?
    var ends: [Int]?
    var tokens: [Int]?
    var logprobs: (values: [Double], decimals: Int)?
    var ranks: [Int?]?
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      switch key {
      case keys.startIndices: starts = try takeIntegers()
      case keys.endIndices: ends = try takeIntegers()
      case keys.tokenIDs: tokens = try takeIntegers()
      case keys.logprobs: logprobs = try takeLogprobs()
      case keys.ranks: ranks = try takeRanks()
      default: try cursor.skip()
      }
    }
    guard let starts, let ends, let tokens, let logprobs, starts.count == ends.count,
      tokens.count == logprobs.values.count, ranks.map({ $0.count == tokens.count }) ?? true
    else { throw cursor.fault(.expected("flat lists of the same length")) }
    return try flatRows(starts, ends, tokens, logprobs, ranks)
  }

  /// Whether the object that is next holds flat lists: the first member that only one of the shapes has tells.
  private func startsWithFlatRows() throws(JSONFault) -> Bool {
    var ahead = cursor
    try ahead.beginObject()
    while let key = try ahead.nextKey() {
      switch key {
      case keys.startIndices, keys.endIndices, keys.tokenIDs, keys.logprobs, keys.ranks: return true
      case keys.content, keys.refusal, keys.tokens, keys.tokenLogprobs, keys.topLogprobs, keys.textOffset:
        return false
      default: try ahead.skip()
      }
    }
    return false
  }

  private mutating func takeRanks() throws(JSONFault) -> [Int?]? {
    if try cursor.takeNull() { return nil }
    var ranks: [Int?] = []
    try cursor.beginArray()
    while try cursor.nextElement() { ranks.append(try takeRank().map(Int.init)) }
    return ranks
  }

  private func flatRows(
    _ starts: [Int], _ ends: [Int], _ tokens: [Int], _ logprobs: (values: [Double], decimals: Int),
    _ ranks: [Int?]?
  ) throws(JSONFault) -> ListedRows {
    var rows = ListedRows()
    rows.decimals = logprobs.decimals
    rows.tokens.reserveCapacity(tokens.count)
    for index in tokens.indices {
      guard let id = Int32(exactly: tokens[index]), id >= 0 else {
        throw cursor.fault(.expected("a token id from 0 to \(Int32.max)"))
      }
      rows.tokens.append(
        ListedToken(
          token: TokenID(id), logprob: logprobs.values[index],
          rank: ranks?[index].flatMap(Int32.init(exactly:))))
    }
    var taken = 0
    for (start, end) in zip(starts, ends) {
      // Positions follow one another: nothing is read twice, and nothing is left out.
      guard start == taken, end >= start, end <= tokens.count else {
        throw cursor.fault(.expected("positions that follow one another in the flat lists"))
      }
      taken = end
      rows.rows.append(start == end ? nil : ListedRows.Row(list: start..<end))
    }
    guard taken == tokens.count else {
      throw cursor.fault(.expected("a last position that ends with the flat lists"))
    }
    return rows
  }
}
