import Tokenization

/// Makes rows as files list them into ``TruncatedRow`` values: each token once, sorted, with a safe cap.
///
/// What the cap must be in order to hold:
/// 1. The list holds the k most probable tokens; its lowest logprob caps all others.
/// 2. An emitted token that stands in the list only because it was emitted is not one of the k and must not lower
///    the cap. Its rank decides: within the length of the list it is one of them. (Counting ties against the token,
///    as vLLM does, can only raise the rank and the cap.)
/// 3. Without a rank the emitted token is left out of the cap.
/// 4. A token that was in the list and could not be told is not listed here, and must not lie above the cap; where the
///    file says how probable tokens outside the list can be, none of them may.
/// 5. A listed token whose logprob is no number may be as probable as any where the list has no ranks: nothing caps the
///    others.
struct RowNormaliser {
  /// At and below this, engines write "not known, or below my threshold" (−9999, the lowest float32), not a number.
  static let unknownBelow = -9990.0
  /// Rounding of a log-softmax can leave a certain token this far above 0, in nats. More is a logit.
  static let roundingAboveZero = 1e-4

  var tokens: [TokenID] = []
  var logprobs: [Double] = []
  private let rounding: Double
  var met = MetTokens()

  init(rounding: Double, capacity: Int) {
    self.rounding = rounding
    tokens.reserveCapacity(capacity)
    logprobs.reserveCapacity(capacity)
  }

  /// What remains of a row until all lists are in place.
  struct Draft {
    var range: Range<Int>
    var cap: Double
    var emittedLogprob: Double?
    var emittedRank: Int?
    var disagreement: Double
    var statedPrecision: Double?
  }

  /// The rows of a trace; row i is about `emitted[i]`.
  ///
  /// - Precondition: As many emitted tokens as rows.
  static func rows(
    _ listed: ListedRows, from start: Int = 0, emitted: ArraySlice<TokenID>
  ) throws(TraceError.Problem) -> [TruncatedRow?] {
    precondition(listed.rows.count - start == emitted.count, "\(listed.rows.count) rows for \(emitted.count)")
    var normaliser = RowNormaliser(
      rounding: listed.rounding, capacity: listed.tokens.count + listed.rows.count)
    var drafts: [Draft?] = []
    drafts.reserveCapacity(emitted.count)
    for (row, token) in zip(listed.rows[start...], emitted.indices) {
      guard let row else {
        drafts.append(nil)
        continue
      }
      drafts.append(try normaliser.append(row, of: listed, emitted: emitted[token], at: token))
    }
    return drafts.map { $0.map(normaliser.row) }
  }

  private func row(_ draft: Draft) -> TruncatedRow {
    // They fall, and none is above 0.
    let largest = logprobs[draft.range].last { $0.isFinite }.map(abs) ?? 0
    return TruncatedRow(
      tokens: tokens[draft.range], logprobs: logprobs[draft.range], unlistedCap: draft.cap,
      emittedLogprob: draft.emittedLogprob, emittedRank: draft.emittedRank,
      precision: draft.statedPrecision ?? max(rounding + Double(Float(largest).ulp) / 2, draft.disagreement))
  }

  private mutating func append(
    _ row: ListedRows.Row, of listed: ListedRows, emitted: TokenID, at index: Int
  ) throws(TraceError.Problem) -> Draft {
    if let draft = appendOrderly(row, of: listed, emitted: emitted) { return draft }
    if let named = row.emitted, named.token != emitted {
      throw .emittedToken(index: index, found: named.token, expected: emitted)
    }
    let start = tokens.count
    var own = row.emitted
    var isListed = false
    var disagreement = 0.0
    var hasUnknown = false
    var hasRanks = false
    for position in row.list {
      let entry = listed.tokens[position]
      let logprob = try known(entry.logprob, at: index)
      hasUnknown = hasUnknown || logprob == nil && entry.logprob.isNaN
      hasRanks = hasRanks || entry.rank != nil
      if entry.token != emitted {
        if let logprob { append(entry.token, logprob) }
        continue
      }
      isListed = true
      guard let named = own, let ownLogprob = try known(named.logprob, at: index) else {
        own = ListedToken(token: emitted, logprob: entry.logprob, rank: own?.rank ?? entry.rank)
        continue
      }
      if let logprob, logprob != ownLogprob { disagreement = max(disagreement, abs(logprob - ownLogprob)) }
    }
    sort(from: start)
    disagreement = max(disagreement, removeRepetitions(from: start))
    let others = tokens.count - start
    let leftOut = row.leftOut.map { $0 > Self.unknownBelow ? min($0, 0) : -.infinity }
    let lowestOther = others > 0 ? logprobs[tokens.count - 1] : leftOut == nil ? 0 : -.infinity
    let emittedLogprob = try own.flatMap { (own) throws(TraceError.Problem) in
      try known(own.logprob, at: index)
    }
    if let emittedLogprob {
      append(emitted, emittedLogprob)
      sink(tokens.count - 1, to: start)
    }
    let rank = own?.rank.map(Int.init)
    let counts = emittedLogprob != nil && Self.isAmongMostProbable(rank, isListed: isListed, others: others)
    let listedCap = max(counts ? logprobs[tokens.count - 1] : lowestOther, leftOut ?? -.infinity)
    let cap = hasUnknown && !hasRanks ? 0 : listedCap
    return Draft(
      range: start..<tokens.count, cap: cap, emittedLogprob: emittedLogprob,
      emittedRank: emittedRank(rank, emittedLogprob, start..<tokens.count, of: row),
      disagreement: disagreement.isFinite ? disagreement : 0, statedPrecision: row.precision)
  }

  /// Rule 2: whether the emitted token is one of the k, so that the lowest of all that are listed is the cap.
  static func isAmongMostProbable(_ rank: Int?, isListed: Bool, others: Int) -> Bool {
    (isListed || others == 0) && rank.map { $0 <= others + 1 } ?? false
  }

  /// The rank that counts. Where a file states its precision, its ranks leave ties out already.
  func emittedRank(_ rank: Int?, _ logprob: Double?, _ range: Range<Int>, of row: ListedRows.Row) -> Int? {
    row.precision == nil ? withoutTies(rank, logprob, range) : rank
  }

  /// The rank without the tokens that only tie with the emitted one, which vLLM counts as more probable.
  ///
  /// Only where the file keeps enough digits to tell equal floats from close ones, and only for ties that are listed.
  private func withoutTies(_ rank: Int?, _ logprob: Double?, _ range: Range<Int>) -> Int? {
    guard let rank, let logprob, logprob.isFinite, rank > 1, rounding < Double(Float(logprob).ulp) / 2 else {
      return rank
    }
    let above = logprobs[range].prefix { $0 > logprob }.count
    let ties = logprobs[range].dropFirst(above).prefix { $0 == logprob }.count - 1
    // All that are more probable are listed where the rank says so.
    return rank <= above + 1 + ties ? min(rank, above + 1) : rank
  }

  /// The logprob as a number to work with, nil where the file says "not known".
  @inline(__always)
  private func known(_ logprob: Double, at index: Int) throws(TraceError.Problem) -> Double? {
    if logprob > Self.unknownBelow {
      guard logprob <= Self.roundingAboveZero + rounding else {
        throw .logitsInsteadOfLogprobs(value: logprob, index: index)
      }
      return min(logprob, 0)
    }
    return logprob == -.infinity ? logprob : nil
  }

  // MARK: Keeping the part from `start` sorted and distinct

  @inline(__always)
  mutating func append(_ token: TokenID, _ logprob: Double) {
    tokens.append(token)
    logprobs.append(logprob)
  }

  @inline(__always)
  private func precedes(_ a: Int, _ b: Int) -> Bool {
    logprobs[a] > logprobs[b] || (logprobs[a] == logprobs[b] && tokens[a] < tokens[b])
  }

  /// Moves a token up to its place among those before it, which are sorted.
  mutating func sink(_ last: Int, to start: Int) {
    var place = last
    while place > start, precedes(last, place - 1) { place -= 1 }
    guard place < last else { return }
    tokens.move(from: last, to: place)
    logprobs.move(from: last, to: place)
  }

  /// Engines list tokens nearly in order, so that looking for the first disorder settles most rows.
  private mutating func sort(from start: Int) {
    guard let disorder = (start..<tokens.count).dropFirst().first(where: { precedes($0, $0 - 1) }) else {
      return
    }
    if tokens.count - start <= Self.shortList {
      for last in disorder..<tokens.count { sink(last, to: start) }
      return
    }
    let order = (start..<tokens.count).sorted(by: precedes)
    let sorted = order.map { (tokens[$0], logprobs[$0]) }
    for (place, entry) in zip(start..., sorted) {
      tokens[place] = entry.0
      logprobs[place] = entry.1
    }
  }

  /// Lists up to this length are sorted and compared pair by pair; anything cleverer costs more.
  static let shortList = 64

  private mutating func hasRepetitions(from start: Int) -> Bool {
    guard tokens.count - start <= Self.shortList else {
      return Set(tokens[start...]).count < tokens.count - start
    }
    return mayRepeat(from: start)
      && (start..<tokens.count).contains { later in
        tokens[start..<later].contains(tokens[later])
      }
  }

  /// False only where no token stands twice, so that most rows need no comparison.
  private mutating func mayRepeat(from start: Int) -> Bool {
    met.beginRow()
    var repeats = false
    for position in start..<tokens.count where met.mayHaveMet(tokens[position]) { repeats = true }
    return repeats
  }

  /// Keeps the first, most probable, entry of each token; tells the largest difference between two of the same.
  private mutating func removeRepetitions(from start: Int) -> Double {
    guard hasRepetitions(from: start) else { return 0 }
    var firsts: [TokenID: Double] = [:]
    var disagreement = 0.0
    var kept = start
    for position in start..<tokens.count {
      if let first = firsts[tokens[position]] {
        // Two excluded entries agree; their difference would be NaN.
        if first != logprobs[position] { disagreement = max(disagreement, first - logprobs[position]) }
        continue
      }
      firsts[tokens[position]] = logprobs[position]
      tokens[kept] = tokens[position]
      logprobs[kept] = logprobs[position]
      kept += 1
    }
    tokens.removeLast(tokens.count - kept)
    logprobs.removeLast(logprobs.count - kept)
    return disagreement
  }
}

extension Array {
  /// Moves an element to an earlier place; those from there on make room.
  fileprivate mutating func move(from last: Int, to place: Int) {
    withUnsafeMutableBufferPointer { elements in
      let element = elements[last]
      for index in stride(from: last, to: place, by: -1) { elements[index] = elements[index - 1] }
      elements[place] = element
    }
  }
}

/// Half a unit in the last of these decimals: how far rounding moves a number at most.
func halfUnit(decimals: Int) -> Double {
  // Up to 10^22 a power of ten is an exact double; beyond that no decimal changes a logprob.
  0.5 / (0..<min(decimals, 22)).reduce(1.0) { power, _ in power * 10 }
}
