/// The pieces of up to 12 bytes that are one token, for all threads to read: nine of ten pieces of a text.
///
/// Where a piece that is a token is that token these are the vocabulary's short tokens; where it is merged
/// like any other they are those that merging its bytes arrives at.
///
/// Unsafe pointers for the reason given at `PieceCache`. Nothing is written after the initializer, so that
/// threads may share it.
final class KnownPieces: @unchecked Sendable {
  /// Four to a cache line. Free where `rest` is 0: no piece is empty.
  fileprivate struct Slot {
    /// The first eight bytes.
    var first: UInt64 = 0
    /// Four more bytes, above them in four bits the length, a bit that says whether merging arrives at the
    /// token, and in the highest 24 bits the token.
    var rest: UInt64 = 0
  }

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
  /// The second words of the keys of such pieces are below this.
  static let keyLimit = UInt64(lengthLimit + 1) << 56
  fileprivate static let keyMask: UInt64 = 1 << 36 - 1
  fileprivate static let mergedMark: UInt64 = 1 << 36

  private let slots: HugeTable<Slot>
  private let finder: PerfectPlaces.Finder

  /// No piece at all.
  init() {
    slots = HugeTable(count: 1)
    let seeds = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)
    seeds.initialize(to: 0)
    finder = PerfectPlaces.Finder(count: 1, seeds: seeds, groupCount: 1)
  }

  /// The pieces of a vocabulary that become their own token; nothing where they have no place each.
  init?(_ vocabulary: Vocabulary, kind: (TokenID, UnsafeBufferPointer<UInt8>) -> Kind) {
    var pieces: [(hash: Int, slot: Slot)] = []
    for id in vocabulary.ids where vocabulary.isOrdinary(id) && id.rawValue <= PieceTable.idLimit {
      guard let bytes = vocabulary.bytes(of: id), (1...Self.lengthLimit).contains(bytes.count),
        vocabulary.id(of: bytes) == id
      else { continue }
      let piece = bytes.withUnsafeBufferPointer { bytes in
        let kind = kind(id, bytes)
        return kind == .other ? nil : Self.piece(bytes, id, kind)
      }
      if let piece { pieces.append(piece) }
    }
    guard let places = PerfectPlaces(of: pieces.map(\.hash)) else { return nil }
    finder = places.finder
    slots = HugeTable(count: finder.count)
    for (hash, slot) in pieces { slots.slots[finder.place(of: hash)] = slot }
  }

  deinit {
    slots.deallocate()
    finder.seeds.deallocate()
  }

  private static func piece(
    _ bytes: UnsafeBufferPointer<UInt8>, _ id: TokenID, _ kind: Kind
  ) -> (hash: Int, slot: Slot) {
    let (low, high) = PieceCache.shortKey(bytes)
    let mark = kind == .merged ? mergedMark : 0
    let rest = rest(high) | mark | UInt64(UInt32(bitPattern: id.rawValue)) << 40
    return (PieceCache.hash(low, high), Slot(first: low, rest: rest))
  }

  /// A key's second word, which has the length at its top, as it is kept here.
  @inline(__always) fileprivate static func rest(_ high: UInt64) -> UInt64 {
    high & 0xFFFF_FFFF | (high >> 56 & 0x0F) << 32
  }

  /// The table, for a loop: what a class holds is read again after every write.
  var table: Table { Table(slots: slots.slots, finder: finder) }

  /// Where the pieces are. It must not outlive its owner.
  struct Table {
    fileprivate let slots: UnsafeMutablePointer<Slot>
    fileprivate let finder: PerfectPlaces.Finder

    /// Where a piece is, if it is known.
    @inline(__always) func place(of hash: Int) -> Int { finder.place(of: hash) }

    /// Where in memory the slot at a place is, to ask for it.
    @inline(__always) func address(of place: Int) -> UnsafeRawPointer { UnsafeRawPointer(slots + place) }

    /// The token of a piece that may be at a place, or -1. Of a part, the token that merging arrives at.
    ///
    /// Longer pieces than `lengthLimit` may be asked for, at any place: no slot has their length. There is no
    /// branch, because which pieces are known cannot be foreseen.
    @inline(__always) func token(_ low: UInt64, _ high: UInt64, at place: Int) -> Int32 {
      slots[place].token(low, high)
    }

    /// The token of a piece, or -1.
    func token(_ low: UInt64, _ high: UInt64, hash: Int) -> Int32 {
      token(low, high, at: finder.place(of: hash))
    }
  }
}

extension KnownPieces.Slot {
  @inline(__always) fileprivate func token(_ low: UInt64, _ high: UInt64) -> Int32 {
    let wanted = KnownPieces.rest(high)
    var difference = (first ^ low) | ((rest & KnownPieces.keyMask) ^ wanted)
    // A key of a longer piece may look like a free slot, but for the length, which is 0.
    difference |= ((wanted >> 32) &- 1) >> 63
    // A part is answered only by what merging arrives at.
    difference |= (high & PieceCache.partMark) >> 26 & ~rest & KnownPieces.mergedMark
    // All bits where there is a difference. Written without a condition, because of one a branch would be made.
    let isDifferent = Int64(bitPattern: difference | (0 &- difference)) >> 63
    return Int32(truncatingIfNeeded: rest >> 40) | Int32(truncatingIfNeeded: isDifferent)
  }
}
