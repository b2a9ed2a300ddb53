import Tokenization

/// One token of a list of logprobs, as the file gives it.
struct ListedToken: Equatable {
  var token: TokenID
  /// In nats, `NaN` where the file holds no number.
  var logprob: Double
  var rank: Int32?
}

/// Rows of listed tokens as the file gives them: unsorted, with repetitions.
struct ListedRows {
  /// One position: its part of the list, and the emitted token where the file names it apart from the list.
  struct Row {
    var list: Range<Int>
    var emitted: ListedToken?
    /// The largest logprob of a token that was in the list and could not be told, or that the file says a token
    /// outside the list can have; nil where there is neither.
    var leftOut: Double?
    /// How far the file says a logprob can be from the true one; nil where its digits tell.
    var precision: Double?
    /// The logprob of the emitted token, where the file names it by a text.
    var textLogprob: Double?
  }

  /// A token that is named by a text which is that of no token, or of several.
  struct UnknownText: Equatable {
    var text: [UInt8]
    /// Its row.
    var row: Int
    var candidates: Int
  }

  /// Nil where the file holds `null`.
  var rows: [Row?] = []
  /// The lists of all rows, one behind the other.
  var tokens: [ListedToken] = []
  /// The most digits behind the decimal point of any logprob.
  var decimals: Int?
  /// Some tokens are given as text, no id stands beside them, and there is no vocabulary to find them in.
  var hasTextTokens = false
  /// The lengths of two lists of the file that must have the same, where they differ.
  var lengths: (found: Int, expected: Int)?
  /// The numbers of lists and of the tokens that they stand beside, where they differ.
  var listCount: (found: Int, expected: Int)?
  /// The first emitted token that is not in the vocabulary.
  var unknownText: UnknownText?
  /// Texts that were looked up in a vocabulary; nil where none was.
  var matching: TextMatching?
  /// What the vocabulary calls tokens that the file gives both ids and texts of.
  var names = NameCheck()
  /// The entries name the most probable tokens instead of the emitted ones.
  var lacksEmitted = false
  /// The entries hold probabilities after a sampler instead of logprobs.
  var holdsProbabilities = false
  /// How far the encoding of numbers in a binary file moved a logprob at most.
  var storageRounding = 0.0

  /// How far a logprob can be from what the engine computed, because of how the file stores it.
  var rounding: Double { max(storageRounding, decimals.map(halfUnit) ?? 0) }

  /// Times the rows that are there, at most, room is made for, whatever a damaged file looks like.
  private static let mostTimes = 512

  /// Makes room for as many rows and tokens as so many bytes hold, of which these are the first.
  mutating func reserve(bytes: Int, ofWhichRead read: Int) {
    let times = min(bytes / read + 1, Self.mostTimes)
    tokens.reserveCapacity(tokens.count * times)
    rows.reserveCapacity(rows.count * times)
  }

  @inline(__always)
  mutating func append(_ entry: PlainEntry, token: TokenID) {
    tokens.append(ListedToken(token: token, logprob: entry.logprob ?? .nan, rank: entry.rank))
    decimals = max(decimals ?? 0, entry.decimals)
  }

  /// Drops rows that were not measured.
  ///
  /// llama.cpp's server gives a token that a draft model proposed the logprob 0 and an empty list. Where other rows
  /// have lists, that is what such a row says.
  mutating func dropUnmeasured() {
    guard rows.contains(where: { $0?.list.isEmpty == false }) else { return }
    rows = rows.map { row in
      guard let row, row.list.isEmpty, row.leftOut == nil, let own = row.emitted, own.logprob == 0,
        own.rank == nil
      else { return row }
      return nil
    }
  }

  /// The same rows, where no token outside a list can be above these logprobs; `NaN` where the list tells.
  func capped(by caps: [Double]) throws(TraceError.Problem) -> ListedRows {
    guard caps.count == rows.count else { throw .rowCount(found: caps.count, expected: rows.count) }
    var capped = self
    for (row, cap) in zip(rows.indices, caps) where !cap.isNaN {
      capped.rows[row]?.leftOut = max(cap, rows[row]?.leftOut ?? -.infinity)
    }
    return capped
  }

  /// The same rows, each at the place of its token among all that were generated, and null at the others.
  ///
  /// Nil where there are no more tokens than rows, or where these are not among them. A row that can stand at more than
  /// one place is left out.
  func spread(over all: [Int]) -> ListedRows? {
    let named = rows.map { $0?.emitted.map { Int($0.token.rawValue) } }
    guard named.count < all.count, let earliest = Self.places(of: named, in: all),
      let fromEnd = Self.places(of: named.reversed(), in: all.reversed())
    else { return nil }
    let latest = fromEnd.reversed().map { all.count - 1 - $0 }
    var spread = self
    spread.rows = [Row?](repeating: nil, count: all.count)
    for (row, (first, last)) in zip(rows, zip(earliest, latest)) where first == last {
      spread.rows[first] = row
    }
    return spread
  }

  /// The first places at which these tokens stand in this order; nil where they do not.
  private static func places(of part: [Int?], in all: [Int]) -> [Int]? {
    var places: [Int] = []
    var next = 0
    for token in part {
      guard let token, let place = all[next...].firstIndex(of: token) else { return nil }
      places.append(place)
      next = place + 1
    }
    return places
  }

  /// Notes that the file holds another number of lists than of tokens beside them: where one is lost, those behind it are
  /// about other tokens. Lists of which none has an entry are about none.
  mutating func noteLists(_ lists: [Row?], tokens: Int) {
    // Of tokens that could not be told a row has the largest logprob, and without a vocabulary nothing.
    let holdsEntries =
      hasTextTokens || lists.contains { $0?.list.isEmpty == false || $0?.leftOut != nil }
    guard lists.count != tokens, holdsEntries else { return }
    listCount = listCount ?? (lists.count, tokens)
  }

  /// Appends the rows of the next chunk of a stream.
  mutating func append(_ next: ListedRows) {
    let offset = tokens.count
    if unknownText == nil, var unknown = next.unknownText {
      unknown.row += rows.count
      unknownText = unknown
    }
    rows += next.rows.map { row in
      row.map { row in
        var moved = row
        moved.list = row.list.lowerBound + offset..<row.list.upperBound + offset
        return moved
      }
    }
    tokens += next.tokens
    if let others = next.decimals { decimals = max(decimals ?? 0, others) }
    lengths = lengths ?? next.lengths
    listCount = listCount ?? next.listCount
    hasTextTokens = hasTextTokens || next.hasTextTokens
    lacksEmitted = lacksEmitted || next.lacksEmitted
    holdsProbabilities = holdsProbabilities || next.holdsProbabilities
    storageRounding = max(storageRounding, next.storageRounding)
    if let others = next.matching { add(others) }
    names.add(next.names)
  }

  private mutating func add(_ others: TextMatching) {
    var sum = matching ?? TextMatching()
    sum.shared += others.shared
    sum.leftOut += others.leftOut
    matching = sum
  }
}

// MARK: Texts

extension ListedRows {
  /// An emitted token that row `row` names by this text; nil where it is not in the vocabulary.
  mutating func emitted(
    _ match: TokenLookup.Match, text: [UInt8], row: Int, _ listed: ListedToken
  ) -> ListedToken? {
    matching = matching ?? TextMatching()
    switch match {
    case .one(let token): return ListedToken(token: token, logprob: listed.logprob, rank: listed.rank)
    case .shared(let token):
      matching?.shared += 1
      return ListedToken(token: token, logprob: listed.logprob, rank: listed.rank)
    case .unknown(let candidates):
      if unknownText == nil { unknownText = UnknownText(text: text, row: row, candidates: candidates) }
      return nil
    }
  }

  mutating func add(leftOut count: Int) {
    var sum = matching ?? TextMatching()
    sum.leftOut += count
    matching = sum
  }

  /// The same rows, about these tokens: their ids stand beside the texts that the rows name.
  func naming(_ tokens: [Int]) -> ListedRows {
    var named = self
    named.unknownText = nil
    named.matching?.shared = 0
    named.rows = zip(rows, tokens).map { row, token in
      guard var row, let logprob = row.textLogprob, let id = Int32(exactly: token) else { return row }
      row.emitted = ListedToken(token: TokenID(id), logprob: logprob, rank: row.emitted?.rank)
      return row
    }
    return named
  }
}
