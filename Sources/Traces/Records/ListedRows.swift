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
  }

  /// Nil where the file holds `null`.
  var rows: [Row?] = []
  /// The lists of all rows, one behind the other.
  var tokens: [ListedToken] = []
  /// The most digits behind the decimal point of any logprob.
  var decimals: Int?
  /// Some tokens are given as text and no id stands beside them.
  var hasTextTokens = false
  /// The entries name the most probable tokens instead of the emitted ones.
  var lacksEmitted = false
  /// How far the encoding of numbers in a binary file moved a logprob at most.
  var storageRounding = 0.0

  /// How far a logprob can be from what the engine computed, because of how the file stores it.
  var rounding: Double { max(storageRounding, decimals.map(halfUnit) ?? 0) }

  @inline(__always)
  mutating func append(_ entry: PlainEntry, token: TokenID) {
    tokens.append(ListedToken(token: token, logprob: entry.logprob ?? .nan, rank: entry.rank))
    decimals = max(decimals ?? 0, entry.decimals)
  }
}
