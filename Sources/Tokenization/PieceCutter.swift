internal import CTokenScan

/// A piece that has been cut and is to be looked up.
struct PendingPiece {
  /// Its key, as `PieceCache` makes it.
  var low: UInt64
  /// The second word of the key, with the mark of a part if it is one.
  var high: UInt64
  var hash: Int
  var start: Int
  var end: Int
  /// The token, or -1 where the piece is not known to be one.
  var token: Int32

  /// The piece between two indices of a text.
  @inline(__always) init(_ start: Int, _ end: Int, isPart: Bool, in text: ScanText) {
    self.start = start
    self.end = end
    token = -1
    let length = end &- start
    if length < 16 {
      (low, high) = text.key(start, length)
    } else {
      (low, high) = Self.longKey(start, end, in: text)
    }
    if isPart { high |= PieceCache.partMark }
    hash = PieceCache.hash(low, high)
  }

  /// A piece too long to be remembered has the key of no other; it is never looked for.
  private static func longKey(_ start: Int, _ end: Int, in text: ScanText) -> (low: UInt64, high: UInt64) {
    let bytes = text.bytes(start..<end)
    return bytes.count > PieceCache.lengthLimit ? (0, PieceCache.longMark) : PieceCache.longKey(bytes)
  }

  /// Whether it is what stands between seams of a piece, and merged whether it is a token or not.
  var isPart: Bool { high & PieceCache.partMark != 0 }

  /// Whether it is as short as the known pieces are.
  @inline(__always) var mayBeKnown: Bool { high & ~PieceCache.partMark < KnownPieces.keyLimit }
}

/// Cuts a text into the pieces that are looked up: those of the pattern, and where those have seams, parts.
struct PieceCutter<Scanner: PieceScanner> {
  /// Where the next piece begins.
  private(set) var start = 0
  /// The end of the piece of the pattern that `start` is in; `start` itself where it begins there.
  private var end = 0
  /// Whether something has been cut off from that piece.
  private var isPart = false
  private var words: WordBlock
  private let scanner: Scanner
  private let text: ScanText
  private let seams: Seams?
  private let known: KnownPieces.Table
  private let cache: PieceCache

  /// How many pieces may come at once beyond those that are asked for.
  static var surplus: Int { WordBlock.size }

  /// Cuts a text, and asks for the memory where its pieces are to be looked for in these tables.
  init(
    _ scanner: Scanner, _ text: ScanText, seams: Seams?, _ known: KnownPieces.Table, _ cache: PieceCache
  ) {
    self.scanner = scanner
    self.text = text
    self.seams = seams
    self.known = known
    self.cache = cache
    words = WordBlock(Scanner.wordLetters)
  }

  /// Cuts some pieces, as long as there are any, and returns how many.
  @inline(__always)
  mutating func cut(atLeast count: Int, into pieces: UnsafeMutableBufferPointer<PendingPiece>) -> Int {
    var filled = 0
    while filled < count, start < text.count {
      if start == end {
        cutWords(into: pieces, &filled)
        end = scanner.end(from: start, in: text)
        isPart = false
      }
      var next = end
      if end &- start > KnownPieces.lengthLimit, let seams {
        next = seams.first(after: start, before: end, in: text)
        isPart = isPart || next < end
      }
      pieces[filled] = piece(upTo: next)
      filled &+= 1
      start = next
    }
    return filled
  }

  /// Cuts the plain words that begin here, but for the last.
  @inline(__always) private mutating func cutWords(
    into pieces: UnsafeMutableBufferPointer<PendingPiece>, _ filled: inout Int
  ) {
    let block = start
    var ends = words.ends(from: block, in: text)
    isPart = false
    while ends != 0 {
      let next = block &+ ends.trailingZeroBitCount
      pieces[filled] = piece(upTo: next)
      filled &+= 1
      start = next
      ends &= ends &- 1
    }
  }

  @inline(__always) private func piece(upTo next: Int) -> PendingPiece {
    let piece = PendingPiece(start, next, isPart: isPart, in: text)
    if piece.mayBeKnown { known.prefetch(hash: piece.hash) } else { cache.prefetch(hash: piece.hash) }
    return piece
  }
}

extension ScanText {
  /// A piece of up to 15 bytes as two words, the length in the highest byte.
  @inline(__always) func key(_ start: Int, _ length: Int) -> (low: UInt64, high: UInt64) {
    guard start + 16 <= count else { return PieceCache.shortKey(bytes(start..<start + length)) }
    var low: UInt64 = 0
    var high: UInt64 = 0
    tokenscan_first_bytes(base + start, length, &low, &high)
    return (UInt64(littleEndian: low), UInt64(littleEndian: high) | UInt64(length) &<< 56)
  }
}
