internal import CTokenScan
internal import Foundation

/// Remembers the tokens of pieces, so that nearly every piece of a text costs one look-up.
///
/// A piece of up to 15 bytes is its own key: two words, the length in the highest byte. Its entry is half
/// a cache line and holds up to three ids. Longer pieces, one in twenty of Chinese text but a fifth of
/// its bytes, are kept by hash with their bytes in the store. All is bounded: a full table is emptied and
/// filled again, because a text that fills it has mostly pieces that never come back.
///
/// Entries lie one behind the other in the order they were met: those that come back most first, and those of one
/// document together. What is found by hash is a place of four bytes, so that the table that is half empty, and made
/// anew when it grows, is small.
///
/// Unsafe pointers, because this is the innermost loop: the checks of arrays cost a third of the speed.
/// The memory is owned by this object alone, and all indices are masked or were stored by it.
final class PieceCache {
  /// One piece. Free where `high` is 0: no piece is empty.
  typealias Entry = tokenscan_entry

  /// The table as it is read: a copy, as what a class holds is read again after every write. Good until the next piece
  /// is remembered.
  var remembered: tokenscan_remembered {
    tokenscan_remembered(places: table.slots, mask: mask, entries: entries, tokens: ids)
  }

  /// How many ids an entry holds itself.
  static let inlineLimit = Int(TOKENSCAN_HELD)
  /// The longest piece that is remembered.
  static let lengthLimit = 255
  /// Set in the second word of a key: it is that of a part of a piece, which is merged even if it is a token.
  static let partMark: UInt64 = 1 << 62
  /// Set in the second word of the key of a longer piece.
  static let longMark: UInt64 = 1 << 63

  /// Lines of places.
  private var table: HugeTable<UInt32>
  /// How many lines there are, less one.
  private var mask: Int
  /// The entries behind the first, which is free.
  private var store: HugeTable<Entry>
  private var entries: UnsafeMutablePointer<Entry> { store.slots }
  private var capacity: Int
  private var used = 0
  /// The ids that entries do not hold themselves, with room for `TokenEncoder.copied` more behind the last.
  private(set) var ids: UnsafeMutablePointer<Int32>
  private var idCount = 0
  private var idCapacity = 1 << 10
  /// How often everything has been forgotten: of an entry that was read before that, the ids are gone.
  private(set) var generation = 0
  private var bytes: [UInt8] = []
  /// The most lines.
  private let largest: Int

  private static let lineSize = Int(TOKENSCAN_LINE)
  /// The most entries with which there is no room for all that there may be.
  private static let few = 1 << 14

  /// An empty cache that grows up to 2^`bits` places.
  ///
  /// - Precondition: There is a line at least, and an entry's number fits its place.
  init(bits: Int) {
    precondition((4...Int(TOKENSCAN_NUMBER_BITS)).contains(bits), "2^\(bits) places are not lines of 16")
    largest = 1 << (bits - 4)
    mask = min(16, largest) - 1
    table = HugeTable(count: (mask + 1) * Self.lineSize)
    capacity = 1 << 8
    store = HugeTable(count: capacity)
    ids = .allocate(capacity: idCapacity)
  }

  deinit {
    table.deallocate()
    store.deallocate()
    ids.deallocate()
  }

  /// Mixes the two words of a key: every bit of them counts in every bit of the hash, but that a part has the
  /// hash of a piece.
  @inline(__always) static func hash(_ low: UInt64, _ high: UInt64) -> Int {
    Int(truncatingIfNeeded: tokenscan_hash(low, high))
  }

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

  /// The entry with a key, or a free one.
  @inline(__always) func entry(of low: UInt64, _ high: UInt64, hash: Int) -> Entry {
    tokenscan_entry_of(low, high, UInt64(truncatingIfNeeded: hash), remembered).pointee
  }

  /// The entry of a longer piece. Its bytes are compared: a hash alone would be right nearly always.
  func find(_ piece: UnsafeBufferPointer<UInt8>, _ low: UInt64, _ high: UInt64) -> Entry? {
    let size = (mask + 1) * Self.lineSize
    var place = tokenscan_first_line(tokenscan_hash(low, high), mask) * Self.lineSize
    while table.slots[place] != 0 {
      let entry = entries[Int(table.slots[place] & UInt32(TOKENSCAN_NUMBER))]
      if entry.low == low, entry.high == high, holds(piece, entry) { return entry }
      place = (place + 1) & (size - 1)
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
    makeRoomIfNeeded()
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
    return add(entry)
  }

  /// Remembers a piece of up to 15 bytes whose key is not there by its tokens, at most three, and returns its entry.
  @inline(__always)
  func insert(
    _ low: UInt64, _ high: UInt64, _ tokens: (first: Int32, second: Int32, third: Int32), count: Int
  ) -> Entry {
    makeRoomIfNeeded()
    return add(
      Entry(
        low: low, high: high, first: UInt32(bitPattern: tokens.first),
        second: UInt32(bitPattern: tokens.second), third: UInt32(bitPattern: tokens.third),
        count: UInt32(truncatingIfNeeded: count)))
  }

  /// Puts an entry behind the others, where there is room.
  @inline(__always) private func add(_ entry: Entry) -> Entry {
    used += 1
    entries[used] = entry
    setPlace(of: used, entry.low, entry.high)
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

  /// Says in the table where the entry with a key is.
  @inline(__always) private func setPlace(of number: Int, _ low: UInt64, _ high: UInt64) {
    let hash = tokenscan_hash(low, high)
    var line = tokenscan_first_line(hash, mask)
    var taken = tokenscan_taken(table.slots + line * Self.lineSize)
    while taken == Self.lineSize {
      line = (line + 1) & mask
      taken = tokenscan_taken(table.slots + line * Self.lineSize)
    }
    table.slots[line * Self.lineSize + taken] = tokenscan_tag(hash) | UInt32(truncatingIfNeeded: number)
  }

  @inline(__always) private func makeRoomIfNeeded() {
    if used * 8 >= (mask + 1) * Self.lineSize * 5 { makeRoom() }
    if used + 1 == capacity { growStore() }
  }

  @inline(never) private func makeRoom() {
    if mask + 1 < largest { return growTable() }
    table.slots.update(repeating: 0, count: (mask + 1) * Self.lineSize)
    idCount = 0
    generation += 1
    bytes.removeAll(keepingCapacity: true)
    used = 0
  }

  /// Four times the size while that is cheap, so that the places are not found again and again.
  private func growTable() {
    table.deallocate()
    mask = min(mask < 1 << 12 ? (mask + 1) * 4 : (mask + 1) * 2, largest) - 1
    table = HugeTable(count: (mask + 1) * Self.lineSize)
    for number in 0..<used { setPlace(of: number + 1, entries[number + 1].low, entries[number + 1].high) }
  }

  /// Eight times the room, and in the end for all that there may be: memory that nobody has written to is none yet.
  @inline(never) private func growStore() {
    let old = store
    capacity = capacity < Self.few ? capacity * 8 : largest * Self.lineSize
    store = HugeTable(count: capacity)
    entries.update(from: old.slots, count: used + 1)
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
