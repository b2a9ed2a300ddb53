internal import CTokenScan
internal import Foundation

/// Remembers the tokens of pieces, so that nearly every piece of a text costs one look-up.
///
/// A piece of up to 15 bytes is its own key: two words, the length in the highest byte. Its entry is half
/// a cache line and holds up to three ids. Longer pieces, one in twenty of Chinese text but a fifth of
/// its bytes, are kept by hash with their bytes in the store. Both tables are bounded: a full one is
/// emptied and filled again, because a text that fills it has mostly pieces that never come back.
///
/// Unsafe pointers, because this is the innermost loop: the checks of arrays cost a third of the speed.
/// The memory is owned by this object alone, and all indices are masked or were stored by it.
final class PieceCache {
  /// One piece. Free where `high` is 0: no piece is empty.
  typealias Entry = tokenscan_entry

  /// The table, for a loop: what a class holds is read again after every write. Good until the next piece is
  /// remembered.
  struct Reader {
    fileprivate let entries: UnsafeMutablePointer<Entry>
    fileprivate let mask: Int

    /// Where a line begins in which the entry of a key is likely to be.
    @inline(__always) func place(of hash: Int) -> Int { PieceCache.firstPlace(hash, mask) }

    /// Where in memory that is, to ask for it some time before it is looked up.
    @inline(__always) func address(of place: Int) -> UnsafeRawPointer { UnsafeRawPointer(entries + place) }

    /// The entry with a key, or a free one.
    @inline(__always) func entry(of low: UInt64, _ high: UInt64, hash: Int) -> Entry {
      var place = PieceCache.firstPlace(hash, mask)
      while true {
        let first = entries + place
        // Which of the two of a line it is cannot be foreseen, so there is no branch; that it is one of them can.
        let differs = (first.pointee.low ^ low) | (first.pointee.high ^ high) == 0 ? 0 : 1
        let isTaken = first.pointee.high == 0 ? 0 : 1
        let chosen = first + (differs & isTaken)
        if (chosen.pointee.low ^ low) | (chosen.pointee.high ^ high) == 0 || chosen.pointee.high == 0 {
          return chosen.pointee
        }
        place = (place &+ 2) & mask
      }
    }
  }

  var reader: Reader { Reader(entries: entries, mask: mask) }

  /// The table as C reads it, good as long.
  var remembered: tokenscan_remembered { tokenscan_remembered(entries: entries, mask: mask, tokens: ids) }

  /// How many ids an entry holds itself.
  static let inlineLimit = Int(TOKENSCAN_HELD)
  /// The longest piece that is remembered.
  static let lengthLimit = 255
  /// Set in the second word of a key: it is that of a part of a piece, which is merged even if it is a token.
  static let partMark: UInt64 = 1 << 62
  /// Set in the second word of the key of a longer piece.
  static let longMark: UInt64 = 1 << 63

  private var table: HugeTable<Entry>
  private var entries: UnsafeMutablePointer<Entry>
  private var mask: Int
  private var used = 0
  /// The ids that entries do not hold themselves, with room for `TokenEncoder.copied` more behind the last.
  private(set) var ids: UnsafeMutablePointer<Int32>
  private var idCount = 0
  private var idCapacity = 1 << 10
  /// How often everything has been forgotten: of an entry that was read before that, the ids are gone.
  private(set) var generation = 0
  private var bytes: [UInt8] = []
  private let largest: Int

  /// An empty cache that grows up to 2^`bits` entries of 32 bytes.
  ///
  /// - Precondition: `bits` is not 0: the entries of a line are read together.
  init(bits: Int) {
    precondition(bits > 0, "a line holds two entries")
    largest = 1 << bits
    let size = min(1 << 8, largest)
    mask = size - 1
    table = HugeTable(count: size)
    entries = table.slots
    ids = .allocate(capacity: idCapacity)
  }

  deinit {
    table.deallocate()
    ids.deallocate()
  }

  /// Mixes the two words of a key: every bit of them counts in every bit of the hash, but that a part has the
  /// hash of a piece.
  @inline(__always) static func hash(_ low: UInt64, _ high: UInt64) -> Int {
    Int(truncatingIfNeeded: tokenscan_hash(low, high))
  }

  /// Where an entry is looked for first: where a cache line begins, which holds two.
  @inline(__always) fileprivate static func firstPlace(_ hash: Int, _ mask: Int) -> Int { hash & mask & ~1 }

  /// The key of a piece of up to 15 bytes: they themselves, and the length in the highest byte.
  static func shortKey(_ piece: UnsafeBufferPointer<UInt8>) -> (low: UInt64, high: UInt64) {
    var low: UInt64 = 0
    var high = UInt64(piece.count) << 56
    for (index, byte) in piece.enumerated() {
      let byte = UInt64(byte)
      if index < 8 { low |= byte << UInt64(index * 8) } else { high |= byte << UInt64(index * 8 - 64) }
    }
    return (low, high)
  }

  /// The key of a longer piece: its hash, and a second hash and the length with the highest bit set.
  static func longKey(_ piece: UnsafeBufferPointer<UInt8>) -> (low: UInt64, high: UInt64) {
    var hash = UInt64(piece.count) &* 0x9E37_79B9_7F4A_7C15
    var second: UInt64 = 0
    let raw = UnsafeRawBufferPointer(piece)
    var index = 0
    while index < raw.count {
      let word = raw.loadUnaligned(fromByteOffset: min(index, raw.count - 8), as: UInt64.self)
      hash = (hash ^ word) &* 0xC2B2_AE3D_27D4_EB4F
      hash ^= hash >> 29
      second = (second &+ word) &* 0x9E37_79B9_7F4A_7C15
      second ^= second >> 32
      index += 8
    }
    return (hash, longMark | (second & 0xFFFF_FFFF) << 16 | UInt64(piece.count))
  }

  /// The entry of a longer piece. Its bytes are compared: a hash alone would be right nearly always.
  func find(_ piece: UnsafeBufferPointer<UInt8>, _ low: UInt64, _ high: UInt64) -> Entry? {
    var place = Self.firstPlace(Self.hash(low, high), mask)
    while entries[place].high != 0 {
      let entry = entries[place]
      if entry.low == low, entry.high == high, holds(piece, entry) { return entry }
      place = (place + 1) & mask
    }
    return nil
  }

  /// Whether an entry with the key of a longer piece is that of this one.
  func holds(_ piece: UnsafeBufferPointer<UInt8>, _ entry: Entry) -> Bool {
    bytes.withUnsafeBufferPointer { stored in
      guard let stored = stored.baseAddress, let base = piece.baseAddress else { return false }
      return memcmp(stored + Int(entry.second), base, piece.count) == 0
    }
  }

  /// Remembers a piece whose key is not there, and returns its entry.
  ///
  /// Inlined, so that the parts of the entry are in registers: reading it whole from where it was written in parts would
  /// wait.
  @inline(__always)
  @discardableResult
  func insert(
    _ piece: UnsafeBufferPointer<UInt8>, _ low: UInt64, _ high: UInt64, _ tokens: UnsafeBufferPointer<TokenID>
  ) -> Entry {
    if used * 8 >= (mask + 1) * 5 { makeRoom() }
    var entry = Entry(low: low, high: high, first: 0, second: 0, third: 0, count: UInt32(tokens.count))
    if high < Self.longMark, tokens.count <= Self.inlineLimit {
      // Without a branch: how many there are cannot be foreseen. What is behind the last does not matter.
      if let last = tokens.indices.last {
        entry.first = UInt32(bitPattern: tokens[0].rawValue)
        entry.second = UInt32(bitPattern: tokens[min(1, last)].rawValue)
        entry.third = UInt32(bitPattern: tokens[last].rawValue)
      }
    } else {
      entry.first = UInt32(idCount)
      append(tokens)
    }
    if high >= Self.longMark {
      entry.second = UInt32(bytes.count)
      bytes.append(contentsOf: piece)
    }
    used += 1
    entries[freePlace(for: entry)] = entry
    return entry
  }

  @inline(never) private func append(_ tokens: UnsafeBufferPointer<TokenID>) {
    if idCount + tokens.count + TokenEncoder.copied > idCapacity {
      idCapacity = max(idCapacity * 2, idCount + tokens.count + TokenEncoder.copied)
      let larger = UnsafeMutablePointer<Int32>.allocate(capacity: idCapacity)
      larger.update(from: ids, count: idCount)
      ids.deallocate()
      ids = larger
    }
    for token in tokens {
      ids[idCount] = token.rawValue
      idCount += 1
    }
  }

  private func freePlace(for entry: Entry) -> Int {
    var place = Self.firstPlace(Self.hash(entry.low, entry.high), mask)
    while entries[place].high != 0 { place = (place + 1) & mask }
    return place
  }

  @inline(never) private func makeRoom() {
    if mask + 1 < largest { return grow() }
    entries.update(repeating: Entry(), count: mask + 1)
    idCount = 0
    generation += 1
    bytes.removeAll(keepingCapacity: true)
    used = 0
  }

  /// Four times the size while that is cheap, so that the entries are not moved again and again.
  private func grow() {
    let old = table
    let oldSize = mask + 1
    mask = min(oldSize < 1 << 16 ? oldSize * 4 : oldSize * 2, largest) - 1
    table = HugeTable(count: mask + 1)
    entries = table.slots
    for index in 0..<oldSize where old.slots[index].high != 0 {
      entries[freePlace(for: old.slots[index])] = old.slots[index]
    }
    old.deallocate()
  }
}

extension PieceCache.Entry {
  /// Whether it is that of a short piece, or free, and has no ids in the store.
  @inline(__always) var holdsIDs: Bool { high < PieceCache.longMark && count <= PieceCache.inlineLimit }

  /// Writes the ids of an entry that holds them itself, and whatever else there is to three.
  @inline(__always) func write(to output: UnsafeMutablePointer<TokenID>) {
    output[0] = TokenID(Int32(bitPattern: first))
    output[1] = TokenID(Int32(bitPattern: second))
    output[2] = TokenID(Int32(bitPattern: third))
  }
}
