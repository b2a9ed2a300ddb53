internal import CTokenScan

/// A piece that has been cut and is to be looked up: its key, as `PieceCache` makes it, with the mark of a part if it
/// is one, and where it begins and ends.
typealias PendingPiece = tokenscan_piece

extension PendingPiece {
  /// The piece between two indices of a text, without a key yet.
  @inline(__always) init(_ start: Int, _ end: Int, isPart: Bool) {
    self.init(low: 0, high: isPart ? PieceCache.partMark : 0, start: start, end: end)
  }

  /// The piece between two indices of a text.
  @inline(__always) init(_ start: Int, _ end: Int, isPart: Bool, in text: ScanText) {
    self.init(start, end, isPart: isPart)
    makeKey(in: text)
  }

  /// Gives a piece that has none its key.
  @inline(__always) mutating func makeKey(in text: ScanText) {
    let length = end &- start
    let mark = high
    (low, high) = length < 16 ? text.key(start, length) : Self.longKey(text.bytes(start..<end))
    high |= mark
  }

  /// The hash of the key. It is not kept: making it again takes less time than the memory would.
  @inline(__always) var hash: Int { PieceCache.hash(low, high) }

  /// The hash of the key that a piece has.
  static func hash(of piece: UnsafeBufferPointer<UInt8>) -> Int {
    let (low, high) = piece.count < 16 ? PieceCache.shortKey(piece) : longKey(piece)
    return PieceCache.hash(low, high)
  }

  /// A piece too long to be remembered has the key of no other; it is never looked for.
  private static func longKey(_ bytes: UnsafeBufferPointer<UInt8>) -> (low: UInt64, high: UInt64) {
    bytes.count > PieceCache.lengthLimit ? (0, PieceCache.longMark) : PieceCache.longKey(bytes)
  }

  /// Whether it has up to 15 bytes, and they are ASCII.
  @inline(__always) var isShortASCII: Bool {
    // Of a longer one the mark is above the second word's bytes, as their length is.
    (low & 0x8080_8080_8080_8080) | (high & 0x8080_8080_8080_8080) == 0
  }

  /// Whether it is what stands between seams of a piece, and merged whether it is a token or not.
  var isPart: Bool { high & PieceCache.partMark != 0 }
}

/// Cuts a text into the pieces that are looked up: those of the pattern, and where those have seams, parts.
struct PieceCutter<Scanner: PieceScanner> {
  /// Where the next piece begins.
  private(set) var start = 0
  /// The end of the piece of the pattern that `start` is in; `start` itself where it begins there.
  private var end = 0
  /// Whether something has been cut off from that piece.
  private var isPart = false
  /// Where it is worth while to look at a block again.
  private var nextBlock = 0
  private let scanner: Scanner
  private let text: ScanText
  private let seams: Seams?

  /// How many pieces may come at once beyond those that are asked for.
  static var surplus: Int { PlainBlock.size }
  /// A block with fewer ends is left to the scanner, and so many bytes more.
  private static var fewest: Int { 3 }
  private static var pause: Int { 32 }

  /// Whether blocks are read as characters, and not only where they are ASCII.
  private let readsCharacters: Bool

  /// Cuts a text.
  init(_ scanner: Scanner, _ text: ScanText, seams: Seams?) {
    self.scanner = scanner
    self.text = text
    self.seams = seams
    readsCharacters = PlainBlock.readsCharacters && scanner.plainRules.areForCharacters
  }

  /// Cuts some pieces, as long as there are any, and returns how many. They have no keys yet.
  @inline(__always)
  mutating func cut(atLeast count: Int, into pieces: UnsafeMutableBufferPointer<PendingPiece>) -> Int {
    var filled = 0
    while filled < count, start < text.count {
      if start == end {
        cutPlain(atLeast: count, into: pieces, &filled)
        guard filled < count else { break }
        end = scanner.end(from: start, in: text)
        isPart = false
      }
      cutPart(into: pieces, &filled)
    }
    return filled
  }

  /// Cuts off the next part of the piece of the pattern that `start` is in, or what is left of it.
  @inline(__always)
  private mutating func cutPart(into pieces: UnsafeMutableBufferPointer<PendingPiece>, _ filled: inout Int) {
    var next = end
    // A short piece is likely to be known as it is, what is left of a longer one is not.
    if end &- start > (isPart ? Seams.shortest &- 1 : KnownPieces.lengthLimit), let seams {
      next = seams.first(after: start, before: end, in: text)
      isPart = isPart || next < end
    }
    pieces[filled] = PendingPiece(start, next, isPart: isPart)
    filled &+= 1
    start = next
  }

  /// Cuts what is plain, block by block.
  @inline(__always) private mutating func cutPlain(
    atLeast count: Int, into pieces: UnsafeMutableBufferPointer<PendingPiece>, _ filled: inout Int
  ) {
    var isPlain = true
    while isPlain, filled < count, start >= nextBlock, start &+ PlainBlock.reach <= text.count,
      readsCharacters || text[start] | text[start &+ 1] < 0x80
    {
      let first = start
      let block =
        readsCharacters
        ? PlainBlock(charactersAt: first, in: text, scanner.plainRules) : PlainBlock(at: first, in: text)
      let ends: UInt64
      (ends, isPlain) = block.ends(scanner.plainRules)
      if ends.nonzeroBitCount < Self.fewest {
        isPlain = isPlain && ends != 0
        nextBlock = first &+ (isPlain ? 0 : Self.pause)
      }
      // Those of all pieces at once, and then all pieces: how many there are in each cannot be foreseen.
      if block.joints != 0, let seams {
        let places = block.joints & Seams.places(inPiecesThatEndAt: ends)
        cut(ends, seams: seams.bits(of: places, from: first, in: text), from: first, into: pieces, &filled)
      } else {
        cut(ends, seams: 0, from: first, into: pieces, &filled)
      }
    }
    end = start
  }

  /// Cuts the pieces of a block that end at some places and have seams at others.
  @inline(__always) private mutating func cut(
    _ ends: UInt64, seams: UInt64, from first: Int, into pieces: UnsafeMutableBufferPointer<PendingPiece>,
    _ filled: inout Int
  ) {
    var rest = ends | seams
    var isBehindSeam: UInt64 = 0
    while rest != 0 {
      let place = rest.trailingZeroBitCount
      let isSeam = seams &>> UInt64(truncatingIfNeeded: place) & 1
      let mark = (isSeam | isBehindSeam) &* PieceCache.partMark
      pieces[filled] = PendingPiece(low: 0, high: mark, start: start, end: first &+ place)
      filled &+= 1
      start = first &+ place
      isBehindSeam = isSeam
      rest &= rest &- 1
    }
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
