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
    /// Four more bytes, above them the length, and above that in 24 bits the token.
    var rest: UInt64 = 0
  }

  /// The longest piece that is looked for.
  static let lengthLimit = 12
  /// The second words of the keys of such pieces are below this.
  static let keyLimit = UInt64(lengthLimit + 1) << 56
  fileprivate static let keyMask: UInt64 = 1 << 40 - 1

  private let slots: UnsafeMutablePointer<Slot>
  private let size: Int

  /// No piece at all.
  init() {
    size = 1
    slots = PieceCache.hugeTable(of: 1, repeating: Slot())
  }

  /// The pieces of a vocabulary that `isOwnToken` confirms.
  init(_ vocabulary: Vocabulary, isOwnToken: (TokenID, UnsafeBufferPointer<UInt8>) -> Bool) {
    let short = vocabulary.ids.filter { id in
      guard let bytes = vocabulary.bytes(of: id), (1...Self.lengthLimit).contains(bytes.count) else {
        return false
      }
      return vocabulary.isOrdinary(id) && id.rawValue <= PieceTable.idLimit
    }
    size = short.count * 3 / 2 + 1
    slots = PieceCache.hugeTable(of: size, repeating: Slot())
    for id in short {
      guard let bytes = vocabulary.bytes(of: id), vocabulary.id(of: bytes) == id else { continue }
      let isOwn = bytes.withUnsafeBufferPointer { isOwnToken(id, $0) }
      if isOwn { insert(id, bytes) }
    }
  }

  deinit { slots.deallocate() }

  private func insert(_ id: TokenID, _ bytes: ArraySlice<UInt8>) {
    let (low, high) = bytes.withUnsafeBufferPointer { PieceCache.shortKey($0) }
    var place = table.home(of: PieceCache.hash(low, high))
    while slots[place].rest != 0 { place = table.after(place) }
    slots[place] = Slot(first: low, rest: Self.rest(high) | UInt64(UInt32(bitPattern: id.rawValue)) << 40)
  }

  /// A key's second word, which has the length at its top, as it is kept here.
  @inline(__always) fileprivate static func rest(_ high: UInt64) -> UInt64 {
    high & 0xFFFF_FFFF | (high >> 56) << 32
  }

  /// The table, for a loop: what a class holds is read again after every write.
  var table: Table { Table(slots: slots, size: size) }

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

    /// The token of a piece of up to `lengthLimit` bytes, or -1.
    @inline(__always) func token(_ low: UInt64, _ high: UInt64, hash: Int) -> Int32 {
      let rest = KnownPieces.rest(high)
      var place = home(of: hash)
      while true {
        let slot = slots[place]
        if slot.first == low, slot.rest & KnownPieces.keyMask == rest {
          return Int32(truncatingIfNeeded: slot.rest >> 40)
        }
        if slot.rest == 0 { return -1 }
        place = after(place)
      }
    }
  }
}
