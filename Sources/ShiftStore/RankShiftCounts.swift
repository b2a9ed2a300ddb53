/// How often each token had each rank shift, from which medians follow.
///
/// Encoded as pairs of 32-bit numbers, little-endian, by rising rank shift: the shift, how often it came.
struct RankShiftCounts {
  /// Token and shift in one number that sorts by token, then by shift.
  fileprivate struct Entry: KeyedRecord {
    var key: UInt64

    init(_ shift: Int32, of token: Int32) { key = token.risingKey << 32 | shift.risingKey }

    var token: Int32 { Int32(risingKey: key >> 32) }
    var shift: Int32 { Int32(risingKey: key) }
  }

  private var entries: SortedRuns<Entry>

  init(beside path: String) { entries = SortedRuns(beside: path) }

  /// Counts one position.
  mutating func add(_ shift: Int, of token: Int32) throws {
    try entries.append(Entry(Int32(clamping: shift), of: token))
  }

  /// The tokens one after the other.
  mutating func reader() throws -> Reader { try Reader(entries.merge()) }

  /// Reads the counts of tokens in their order.
  struct Reader {
    private var merge: SortedMerge<Entry>
    private var next: Entry?

    fileprivate init(_ merge: SortedMerge<Entry>) throws {
      self.merge = merge
      next = try self.merge.next()
    }

    /// The pairs of a token, none where it has no rank shift. Tokens are asked for by rising id.
    mutating func encoding(of token: Int32) throws -> [UInt8] {
      var encoding: [UInt8] = []
      while let first = next, first.token == token {
        var count = 0
        repeat {
          count += 1
          next = try merge.next()
        } while next?.key == first.key
        RankShiftHistogram.append(first.shift, count: count, to: &encoding)
      }
      return encoding
    }
  }
}
