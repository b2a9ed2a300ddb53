internal import CTokenScan

/// Characters that merging makes one token of, each on its own, before it does anything else with them: it may as
/// well begin with those tokens instead of their bytes, and comes to the same.
///
/// A character `c` of two or three bytes is one of them under two conditions.
///
/// 1. Merging its bytes arrives at one token, and every rule for tokens that hold all of `c` comes later than the
///    rules that led there: `priority(rule) > max priority(rules that form c)`.
/// 2. Where it stands, no token reaches across one of its borders that ends or begins inside of it.
///
/// By the second, nothing around `c` touches its bytes until it is whole. By the first, whenever a rule is the
/// next one while `c` is not whole yet, it comes before all rules that need `c`; so it would be the next one, too,
/// if `c` were whole already.
struct FormedCharacters: Sendable {
  /// The token of every code point below U+10000 that fulfils the first condition; -1 for the others.
  private var tokens: [Int32] = []
  /// A bit for every pair of bytes, the last of a character and the first of the next, where the second may not
  /// be fulfilled.
  private var isCrossed: [UInt64] = []

  /// No character at all.
  init() {}

  /// The characters of a vocabulary.
  ///
  /// - Precondition: Every rule makes of two tokens the one that has the bytes of both.
  init(_ vocabulary: Vocabulary, _ byteTokens: [Int32], _ merges: MergeTable) {
    tokens = Array(repeating: -1, count: 1 << 16)
    isCrossed = Array(repeating: 0, count: 1 << 10)
    var formed = [UInt32](repeating: 0, count: 1 << 16)
    var first = [UInt32](repeating: MergeTable.none, count: vocabulary.count)
    merges.forEach { first[Int($0.outcome.merged)] = min(first[Int($0.outcome.merged)], $0.outcome.priority) }
    vocabulary.forEachWide { id, bytes in
      markBorders(of: bytes)
      guard let (point, length) = Self.character(at: 0, of: bytes), length == bytes.count,
        let (token, priority) = Self.form(bytes, byteTokens, merges)
      else { return }
      tokens[point] = token
      formed[point] = priority
    }
    vocabulary.forEachWide { id, bytes in
      var place = 0
      while place < bytes.count {
        guard let (point, length) = Self.character(at: place, of: bytes) else {
          place += 1
          continue
        }
        if length < bytes.count, first[Int(id.rawValue)] <= formed[point] { tokens[point] = -1 }
        place += length
      }
    }
  }

  /// Whether there is none.
  var isEmpty: Bool { tokens.isEmpty }

  /// Notes the outermost border inside a token behind the rest of a character that it begins with, and the one in
  /// front of the part of a character that it ends with.
  private mutating func markBorders(of bytes: UnsafeBufferPointer<UInt8>) {
    if let border = bytes.firstIndex(where: { !Self.continues($0) }), border > 0 { mark(border, of: bytes) }
    if let border = bytes.lastIndex(where: { !Self.continues($0) }), border > 0,
      Self.length(bytes[border]) > bytes.count - border
    {
      mark(border, of: bytes)
    }
  }

  private mutating func mark(_ border: Int, of bytes: UnsafeBufferPointer<UInt8>) {
    let pair = Int(bytes[border - 1]) << 8 | Int(bytes[border])
    isCrossed[pair >> 6] |= 1 << UInt64(pair & 63)
  }

  /// The token that a character is merged into, and the last priority on the way; nothing if it stays in parts.
  private static func form(
    _ bytes: UnsafeBufferPointer<UInt8>, _ byteTokens: [Int32], _ merges: MergeTable
  ) -> (token: Int32, priority: UInt32)? {
    let left = merges.outcome(byteTokens[Int(bytes[0])], byteTokens[Int(bytes[1])])
    if bytes.count == 2 { return left == .nothing ? nil : (left.merged, left.priority) }
    let right = merges.outcome(byteTokens[Int(bytes[1])], byteTokens[Int(bytes[2])])
    guard left != .nothing || right != .nothing else { return nil }
    let isLeft = left.priority <= right.priority
    let both =
      isLeft
      ? merges.outcome(left.merged, byteTokens[Int(bytes[2])])
      : merges.outcome(byteTokens[Int(bytes[0])], right.merged)
    return both == .nothing ? nil : (both.merged, max(both.priority, isLeft ? left.priority : right.priority))
  }
}

extension FormedCharacters {
  /// Writes the symbols that merging may begin with, and returns how many: the tokens of those characters, and
  /// those of all other bytes.
  ///
  /// `tokenscan_begin` does the same for short pieces.
  ///
  /// - Precondition: There is room for as many as the piece has bytes.
  @inline(__always) func write(
    _ piece: UnsafeBufferPointer<UInt8>, _ byteTokens: [Int32], to symbols: UnsafeMutablePointer<Int32>
  ) -> Int {
    tokens.withUnsafeBufferPointer { tokens in
      byteTokens.withUnsafeBufferPointer { byteTokens in
        isCrossed.withUnsafeBufferPointer { isCrossed in
          var count = 0
          var index = 0
          var isClosed = true
          while index < piece.count {
            var length = 1
            var token = byteTokens[Int(piece[index])]
            var isClosedBehind: Bool?
            if isClosed, let (point, width) = Self.character(at: index, of: piece), tokens[point] >= 0 {
              let end = index &+ width
              let isClosed = end == piece.count || Self.isClosed(piece[end &- 1], piece[end], isCrossed)
              if isClosed { (length, token, isClosedBehind) = (width, tokens[point], true) }
            }
            symbols[count] = token
            count &+= 1
            index &+= length
            isClosed =
              isClosedBehind
              ?? (index < piece.count && Self.isClosed(piece[index &- 1], piece[index], isCrossed))
          }
          return count
        }
      }
    }
  }

  /// The characters as C reads them.
  @inline(__always) func withTables(_ body: (tokenscan_characters) -> Void) {
    tokens.withUnsafeBufferPointer { tokens in
      isCrossed.withUnsafeBufferPointer { isCrossed in
        body(
          tokenscan_characters(
            tokens: tokens.isEmpty ? nil : tokens.baseAddress, crossed: isCrossed.baseAddress))
      }
    }
  }

  /// Whether no token reaches across a border from inside one of the characters beside it.
  @inline(__always) private static func isClosed(
    _ last: UInt8, _ first: UInt8, _ isCrossed: UnsafeBufferPointer<UInt64>
  ) -> Bool {
    let pair = Int(last) << 8 | Int(first)
    return !continues(first) && isCrossed[pair >> 6] >> UInt64(pair & 63) & 1 == 0
  }

  /// The code point and the length of a well-formed character of two or three bytes at a place.
  @inline(__always) private static func character(
    at place: Int, of bytes: UnsafeBufferPointer<UInt8>
  ) -> (point: Int, length: Int)? {
    let lead = bytes[place]
    let length = length(lead)
    guard length == 2 || length == 3, place &+ length <= bytes.count, continues(bytes[place &+ 1]) else {
      return nil
    }
    let second = Int(bytes[place &+ 1] & 0x3F)
    if length == 2 { return (Int(lead & 0x1F) << 6 | second, 2) }
    let point = Int(lead & 0x0F) << 12 | second << 6 | Int(bytes[place &+ 2] & 0x3F)
    guard continues(bytes[place &+ 2]), point >= 0x800, point & 0xF800 != 0xD800 else { return nil }
    return (point, 3)
  }

  @inline(__always) private static func continues(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

  /// How many bytes the character has that a byte begins: 1 if it begins none of several.
  @inline(__always) private static func length(_ lead: UInt8) -> Int {
    lead < 0xC2 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 1
  }
}
