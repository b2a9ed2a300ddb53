import CJSONScan
import Tokenization

/// Entries in the layout that engines print, many at once: twice as fast as one by one.
///
/// What is taken here would be read the same way without; what is in another layout is left to that.
extension RecordReader {
  /// Entries that are taken at once: those of most lists.
  private static let entriesAtOnce = 24

  /// Takes the entries that are next, as far as they are plain; false where the first one is not.
  @inline(__always)
  mutating func takePlainEntries(into rows: inout ListedRows) -> Bool {
    withUnsafeTemporaryAllocation(of: json_scan_entry.self, capacity: Self.entriesAtOnce) { found in
      let count = json_scan_entries(
        cursor.base, cursor.position, cursor.end, found.baseAddress, found.count)
      // Gathered, and appended together: each append by itself asks whether there is room and no other owner.
      return withUnsafeTemporaryAllocation(of: ListedToken.self, capacity: Self.entriesAtOnce) { listed in
        let checksNames = checksNames(in: rows)
        var decimals = rows.decimals ?? 0
        var taken = 0
        while taken < count, !checksNames || !found[taken].has_text, let token = ListedToken(found[taken]) {
          listed.initializeElement(at: taken, to: token)
          decimals = max(decimals, Int(found[taken].decimals))
          taken += 1
        }
        guard taken > 0 else { return false }
        rows.tokens.append(contentsOf: UnsafeMutableBufferPointer(rebasing: listed[..<taken]))
        rows.decimals = decimals
        if hasLookup { rows.names.passNameless(taken) }
        cursor.finishValue(at: found[taken - 1].end)
        return true
      }
    }
  }

  /// Takes an entry whose last member is a list, as the next row; false, and nothing is taken, where it is in another
  /// layout.
  mutating func takePlainRow(into rows: inout ListedRows) throws(JSONFault) -> Bool {
    var head = json_scan_entry()
    guard json_scan_head(cursor.base, cursor.position, cursor.end, &head), let emitted = ListedToken(head),
      !head.has_text || !checksNames(in: rows)
    else { return false }
    let before = cursor
    let (start, decimals, names) = (rows.tokens.count, rows.decimals, rows.names)
    cursor.finishValue(at: head.end)
    if !unknownTexts.isEmpty { unknownTexts.removeAll(keepingCapacity: true) }
    try takeList(into: &rows)
    guard cursor.nextByte() == UInt8(ascii: "}"), unknownTexts.isEmpty else {
      cursor = before
      rows.tokens.removeLast(rows.tokens.count - start)
      rows.decimals = decimals
      rows.names = names
      return false
    }
    cursor.finishValue(at: cursor.position + 1)
    if hasLookup { rows.names.passNameless() }
    if head.has_logprob { rows.decimals = max(rows.decimals ?? 0, Int(head.decimals)) }
    rows.rows.append(ListedRows.Row(list: start..<rows.tokens.count, emitted: emitted))
    return true
  }
}

extension ListedToken {
  /// Nil where the logprob has to be read the careful way.
  @inline(__always)
  fileprivate init?(_ entry: json_scan_entry) {
    var logprob = Double.nan
    if entry.has_logprob {
      guard let size = DecimalNumber.nearest(mantissa: entry.mantissa, exponent: -Int(entry.decimals)) else {
        return nil
      }
      logprob = entry.is_negative ? -size : size
    }
    self.init(
      token: TokenID(entry.token), logprob: logprob, rank: entry.rank > 0 ? entry.rank : nil)
  }
}
