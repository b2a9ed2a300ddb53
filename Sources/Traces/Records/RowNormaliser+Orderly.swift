import Tokenization

/// Rows that come as they are to be: copied at once, in a part of the time.
extension RowNormaliser {
  /// Takes a row as engines write most: nothing in it is unknown, its order is ours, no token stands in it twice, and what it
  /// says of the emitted token twice is the same. Nil, and nothing is taken, where it must be read the careful way.
  mutating func appendOrderly(
    _ row: ListedRows.Row, of listed: ListedRows, emitted: TokenID
  ) -> Draft? {
    guard let own = row.emitted, own.token == emitted, own.logprob > Self.unknownBelow, own.logprob <= 0,
      row.leftOut == nil, !row.list.isEmpty, row.list.count <= Self.shortList
    else { return nil }
    let start = tokens.count
    guard let place = copyOrderly(row.list, of: listed.tokens, own) else { return nil }
    let isListed = place < row.list.count
    if !isListed {
      append(emitted, own.logprob)
      sink(tokens.count - 1, to: start)
    }
    let end = tokens.count
    let others = end - start - 1
    let rank = own.rank.map(Int.init)
    let counts = Self.isAmongMostProbable(rank, isListed: isListed, others: others)
    // The last of the others is the last of all, or the last but one.
    let isEmittedLast = tokens[end - 1] == emitted
    let lowestOther = others == 0 ? 0 : logprobs[isEmittedLast ? end - 2 : end - 1]
    return Draft(
      range: start..<end, cap: counts ? logprobs[end - 1] : lowestOther, emittedLogprob: own.logprob,
      emittedRank: emittedRank(rank, own.logprob, start..<end, of: row), disagreement: 0,
      statedPrecision: row.precision)
  }

  /// Copies a list of which every entry is known, whose order is ours, and in which no token stands twice; tells the place
  /// of the emitted token in it, or its length.
  ///
  /// Nil, and nothing is copied, for another list, and for one that gives the emitted token another logprob.
  private mutating func copyOrderly(
    _ list: Range<Int>, of entries: [ListedToken], _ own: ListedToken
  ) -> Int? {
    withUnsafeTemporaryAllocation(of: TokenID.self, capacity: Self.shortList) { ids in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: Self.shortList) { values in
        met.beginRow()
        var isOrderly = true
        var place = list.count
        // Orders before any entry that is known.
        var before = ListedToken(token: TokenID(Int32.min), logprob: 0, rank: nil)
        entries.withUnsafeBufferPointer { entries in
          for index in 0..<list.count {
            let entry = entries[list.lowerBound + index]
            // False for NaN too.
            isOrderly =
              isOrderly && entry.logprob > Self.unknownBelow
              && (entry.logprob < before.logprob
                || entry.logprob == before.logprob && before.token < entry.token)
            if met.mayHaveMet(entry.token) { isOrderly = false }
            if entry.token == own.token {
              place = index
              isOrderly = isOrderly && entry.logprob == own.logprob
            }
            ids.initializeElement(at: index, to: entry.token)
            values.initializeElement(at: index, to: entry.logprob)
            before = entry
          }
        }
        guard isOrderly else { return nil }
        tokens.append(contentsOf: UnsafeMutableBufferPointer(rebasing: ids[..<list.count]))
        logprobs.append(contentsOf: UnsafeMutableBufferPointer(rebasing: values[..<list.count]))
        return place
      }
    }
  }
}
