internal import CTokenScan

/// The merge loop: while any neighbours have a rule, merge the pair whose rule comes first, and of
/// equal ones the leftmost.
///
/// Two ways to the same result. Looking through all pairs for the next one costs O(n²), but eight pairs
/// at a time and without bookkeeping, and wins on the few bytes that nearly every piece has; beyond
/// `shortLimit` symbols a heap takes over, O(n log n), so that a megabyte of one letter stays a matter
/// of a second.
struct BytePairEncoding: Sendable {
  /// The rules.
  let merges: MergeTable
  private var bytePairs = BytePairs()
  private var characters = FormedCharacters()

  /// Whether `PackedMerge` can merge bytes that have a token each.
  private(set) var canBePacked = false

  /// Merging by these rules.
  init(merges: MergeTable) { self.merges = merges }

  /// Takes the rules for two bytes out of the table. A byte without a token is -1.
  mutating func prepareBytes(_ tokens: [Int32]) {
    bytePairs = BytePairs(tokens, merges)
    canBePacked = merges.canBePacked && tokens.allSatisfy { MergeTable.isSmall($0) }
  }

  /// Says which characters and which pairs of bytes merging may begin with.
  ///
  /// - Precondition: The rules for bytes are prepared, and every rule makes of two tokens the one that has the bytes of
  ///   both.
  mutating func prepareBeginning(_ vocabulary: Vocabulary, _ tokens: [Int32]) {
    characters = FormedCharacters(vocabulary, tokens, merges)
    bytePairs.findEarly(vocabulary, merges)
  }

  /// Up to this many symbols are merged by looking through all.
  static let shortLimit = 240

  /// Merges in place.
  func merge(_ symbols: inout [Int32]) {
    guard symbols.count <= Self.shortLimit else { return mergeByHeap(&symbols) }
    let input = symbols
    symbols.removeAll(keepingCapacity: true)
    ShortMerge.withSpace(for: input.count) { space in
      let list = ShortMerge(count: input.count, in: space)
      for index in input.indices { list.symbols[index] = input[index] }
      list.setAll(count: input.count, merges)
      list.run(merges)
      list.forEach { symbols.append($0) }
    }
  }

  /// Writes the tokens of a piece of bytes, each of which has a token, and returns how many they are.
  ///
  /// - Precondition: The rules for bytes are prepared, the piece has at most `shortLimit` bytes, and there is
  ///   room for as many tokens.
  func mergeBytes(
    _ piece: UnsafeBufferPointer<UInt8>, _ tokens: [Int32], to output: UnsafeMutablePointer<TokenID>
  ) -> Int {
    var written = 0
    ShortMerge.withSpace(for: piece.count) { space in
      let list = begin(piece, tokens, in: space)
      list.run(merges)
      list.forEach { token in
        output[written] = TokenID(token)
        written += 1
      }
    }
    return written
  }

  /// The list of symbols that a piece begins with, of which each byte has a token, in memory for as many as it has
  /// bytes.
  private func begin(
    _ piece: UnsafeBufferPointer<UInt8>, _ tokens: [Int32], in space: UnsafeMutableRawPointer
  ) -> ShortMerge {
    if !characters.isEmpty, piece.contains(where: { $0 >= 0x80 }) {
      return withUnsafeTemporaryAllocation(of: Int32.self, capacity: piece.count) { buffer in
        guard let symbols = buffer.baseAddress else { return ShortMerge(count: 0, in: space) }
        let count = characters.write(piece, tokens, to: symbols)
        let list = ShortMerge(count: count, in: space)
        for index in 0..<count { list.symbols[index] = symbols[index] }
        list.setAll(count: count, merges)
        return list
      }
    }
    let list = ShortMerge(count: piece.count, in: space)
    bytePairs.withOutcomes { outcome in
      for index in 0..<max(piece.count &- 1, 0) { list.set(index, outcome(piece[index], piece[index &+ 1])) }
    }
    tokens.withUnsafeBufferPointer { tokens in
      for index in 0..<piece.count { list.symbols[index] = tokens[Int(piece[index])] }
    }
    return list
  }

  /// Asks for what is known of the first bytes of a piece, of which as many are read as `TOKENSCAN_PREFETCHED` says.
  @inline(__always) func prefetch(_ piece: UnsafePointer<UInt8>) {
    bytePairs.withBytes { tokenscan_prefetch_pairs(piece, $0) }
  }

  /// The list of symbols that a piece of at most `PackedMerge.limit` bytes begins with that is merged beside others.
  ///
  /// - Parameters:
  ///   - readable: How many bytes the text has from the piece on.
  ///   - isASCII: Whether it is known that there is nothing else in it.
  /// - Precondition: The piece is not empty.
  @inline(__always)
  func beginPacked(
    _ piece: UnsafeBufferPointer<UInt8>, readable: Int, isASCII: Bool, in space: UnsafeMutableRawPointer
  ) -> PackedMerge {
    let list = PackedMerge(in: space)
    if isASCII {
      list.begin(piece, readable: readable, tokenscan_characters(), bytePairs, merges)
    } else {
      characters.withTables { list.begin(piece, readable: readable, $0, bytePairs, merges) }
    }
    return list
  }
}
