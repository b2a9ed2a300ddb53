internal import CTokenScan

/// The pieces of up to 12 bytes that are one token, for all threads to read: nine of ten pieces of a text.
///
/// Where a piece that is a token is that token these are the vocabulary's short tokens; where it is merged
/// like any other they are those that merging its bytes arrives at.
///
/// Four lie in a line, which is that of the cache, and are compared at once. Of tokens whose line is full, one in ten, the
/// later ones are left out, which are met least.
///
/// Unsafe pointers for the reason given at `PieceCache`. Nothing is written after the initializer, so that
/// threads may share it.
final class KnownPieces: @unchecked Sendable {
  /// How a piece becomes its token.
  enum Kind {
    /// It does not.
    case other
    /// As a whole, being one. What merging makes of it is not known.
    case whole
    /// By merging.
    case merged
  }

  /// The longest piece that is looked for.
  static let lengthLimit = 12
  /// How many places a line has, and how many of them are taken on average.
  private static let lineSize = 4
  private static let taken = 3

  private let words: HugeTable<UInt64>
  /// For each id whether the token is among them.
  private let held: [Bool]
  /// Where the pieces are. It must not outlive its owner.
  let table: tokenscan_known

  /// No piece at all.
  init() {
    words = HugeTable(count: 2 * Self.lineSize)
    held = []
    table = tokenscan_known(lines: words.slots, count: 1)
  }

  /// The pieces of a vocabulary that become their own token.
  init(_ vocabulary: Vocabulary, kind: (TokenID, UnsafeBufferPointer<UInt8>) -> Kind) {
    var keys: [(id: TokenID, key: Key)] = []
    for id in vocabulary.ids where vocabulary.isOrdinary(id) && id.rawValue <= PieceTable.idLimit {
      guard let bytes = vocabulary.bytes(of: id), (1...Self.lengthLimit).contains(bytes.count),
        vocabulary.isFound(id)
      else { continue }
      bytes.withUnsafeBufferPointer { bytes in
        let kind = kind(id, bytes)
        if kind != .other { keys.append((id, Self.key(bytes, id, kind))) }
      }
    }
    let count = keys.count / Self.taken + 1
    words = HugeTable(count: count * 2 * Self.lineSize)
    table = tokenscan_known(lines: words.slots, count: count)
    var held = [Bool](repeating: false, count: vocabulary.count)
    for (id, key) in keys {
      let hash = PieceCache.hash(key.low, key.high & ~(Self.onlyWhole | Self.tokenMask))
      held[Int(id.rawValue)] = Self.add(key, toLine: words.slots + Self.line(of: hash, in: table))
    }
    self.held = held
  }

  deinit { words.deallocate() }

  private typealias Key = (low: UInt64, high: UInt64)

  /// The key of a piece, with its token.
  private static func key(_ bytes: UnsafeBufferPointer<UInt8>, _ id: TokenID, _ kind: Kind) -> Key {
    let (low, high) = PieceCache.shortKey(bytes)
    return (low, high | UInt64(UInt32(bitPattern: id.rawValue)) << 32 | (kind == .merged ? 0 : onlyWhole))
  }

  private static let onlyWhole: UInt64 = 1 << 60
  private static let tokenMask: UInt64 = 0xFF_FFFF << 32

  /// Puts a key into its line; false if there is no room.
  private static func add(_ key: Key, toLine line: UnsafeMutablePointer<UInt64>) -> Bool {
    guard let place = (0..<lineSize).first(where: { line[lineSize + $0] == 0 }) else { return false }
    line[place] = key.low
    line[lineSize + place] = key.high
    return true
  }

  /// Where the line of a hash begins.
  private static func line(of hash: Int, in table: tokenscan_known) -> Int {
    Int(tokenscan_line(UInt64(truncatingIfNeeded: hash), table)) * 2 * lineSize
  }

  /// The token of the piece with a key, or -1. Of a part, the token that merging arrives at.
  func token(_ low: UInt64, _ high: UInt64) -> Int32 {
    let line = words.slots + Self.line(of: PieceCache.hash(low, high), in: table)
    let wanted = high & ~PieceCache.partMark
    let place = (0..<Self.lineSize).first { place in
      line[place] == low && line[Self.lineSize + place] & ~(Self.onlyWhole | Self.tokenMask) == wanted
    }
    return tokenscan_known_token(place.map { line[Self.lineSize + $0] } ?? 0, high)
  }

  /// Whether a token is among them.
  func holds(_ id: TokenID) -> Bool { held.indices.contains(Int(id.rawValue)) && held[Int(id.rawValue)] }
}
