internal import CTokenScan

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
  private let size: Int

  /// No piece at all.
  init() {
    size = 1
    slots = HugeTable(count: 1)
  }

  /// The pieces of a vocabulary that become their own token.
  init(_ vocabulary: Vocabulary, kind: (TokenID, UnsafeBufferPointer<UInt8>) -> Kind) {
    let short = vocabulary.ids.filter { id in
      guard let bytes = vocabulary.bytes(of: id), (1...Self.lengthLimit).contains(bytes.count) else {
        return false
      }
      return vocabulary.isOrdinary(id) && id.rawValue <= PieceTable.idLimit
    }
    size = short.count * 2 + 1
    slots = HugeTable(count: size)
    for id in short {
      guard let bytes = vocabulary.bytes(of: id), vocabulary.id(of: bytes) == id else { continue }
      let kind = bytes.withUnsafeBufferPointer { kind(id, $0) }
      if kind != .other { insert(id, bytes, kind) }
    }
  }

  deinit { slots.deallocate() }

  private func insert(_ id: TokenID, _ bytes: ArraySlice<UInt8>, _ kind: Kind) {
    let (low, high) = bytes.withUnsafeBufferPointer { PieceCache.shortKey($0) }
    var place = table.home(of: PieceCache.hash(low, high))
    while slots.slots[place].rest != 0 { place = table.after(place) }
    let mark = kind == .merged ? Self.mergedMark : 0
    slots.slots[place] = Slot(
      first: low, rest: Self.rest(high) | mark | UInt64(UInt32(bitPattern: id.rawValue)) << 40)
  }

  /// A key's second word, which has the length at its top, as it is kept here.
  @inline(__always) fileprivate static func rest(_ high: UInt64) -> UInt64 {
    high & 0xFFFF_FFFF | (high >> 56 & 0x0F) << 32
  }

  /// The table, for a loop: what a class holds is read again after every write.
  var table: Table { Table(slots: slots.slots, size: size) }

  /// Where the pieces are. It must not outlive its owner.
  struct Table {
    fileprivate let slots: UnsafeMutablePointer<Slot>
    fileprivate let size: Int

    /// A table of any size, by the upper half of the hash: small enough for the cache, and the shortest and
    /// most common tokens, which come first in a vocabulary, are where they are looked for.
    @inline(__always) fileprivate func home(of hash: Int) -> Int {
      Int(truncatingIfNeeded: ((UInt64(bitPattern: Int64(hash)) >> 32) &* UInt64(size)) >> 32)
    }

    @inline(__always) fileprivate func after(_ place: Int) -> Int { place &+ 1 == size ? 0 : place &+ 1 }

    /// Asks for the slot where a key is likely to be.
    @inline(__always) func prefetch(hash: Int) { tokenscan_prefetch(slots + home(of: hash)) }

    /// The token of a piece, or -1. Of a part, the token that merging arrives at.
    ///
    /// Longer pieces than `lengthLimit` may be asked for: no slot has their length.
    @inline(__always) func token(_ low: UInt64, _ high: UInt64, hash: Int) -> Int32 {
      let rest = KnownPieces.rest(high)
      var place = home(of: hash)
      while true {
        let slot = slots[place]
        if slot.first == low, slot.rest & KnownPieces.keyMask == rest {
          let isAnswer = high < PieceCache.partMark || slot.rest & KnownPieces.mergedMark != 0
          return isAnswer ? Int32(truncatingIfNeeded: slot.rest >> 40) : -1
        }
        if slot.rest == 0 { return -1 }
        place = after(place)
      }
    }
  }
}
