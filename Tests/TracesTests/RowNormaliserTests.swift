import Foundation
import TestSupport
import Testing
import Tokenization

@testable import Traces

@Suite struct RowNormaliserTests {
  /// One row of listed tokens `(id, logprob, rank)`, about token `emitted`, which the file may name apart.
  private func row(
    _ list: [(Int32, Double, Int32?)], emitted: Int32, own: (Double, Int32?)? = nil, decimals: Int = 6
  ) throws -> TruncatedRow {
    var listed = ListedRows()
    listed.tokens = list.map { ListedToken(token: TokenID($0.0), logprob: $0.1, rank: $0.2) }
    let named = own.map { ListedToken(token: TokenID(emitted), logprob: $0.0, rank: $0.1) }
    listed.rows = [ListedRows.Row(list: 0..<list.count, emitted: named)]
    listed.decimals = decimals
    return try #require(try RowNormaliser.rows(listed, emitted: [TokenID(emitted)])[0])
  }

  private func ids(_ row: TruncatedRow) -> [Int32] { row.tokens.map(\.rawValue) }

  // MARK: Order and repetitions

  @Test func `tokens are sorted by falling logprob, equals by rising id`() throws {
    let row = try row([(9, -2, nil), (4, -1, nil), (2, -2, nil), (7, -0.5, nil)], emitted: 4)
    #expect(ids(row) == [7, 4, 2, 9])
    #expect(row.logprobs == [-0.5, -1, -2, -2])
  }

  @Test func `a repeated token is kept once`() throws {
    let row = try row([(7, -1, 2), (5, -0.5, 1), (7, -1, 2), (5, -0.5, 1)], emitted: 7, own: (-1, 2))
    #expect(ids(row) == [5, 7])
    #expect(row.precision < 1e-6)
  }

  @Test
  func `a listed token without a number may be as probable as any, one below the engine's threshold not`()
    throws
  {
    #expect(try row([(7, -1, nil), (5, .nan, nil), (4, -2, nil)], emitted: 7).unlistedCap == 0)
    #expect(try row([(7, -1, nil), (5, -9999, nil), (4, -2, nil)], emitted: 9).unlistedCap == -2)
    #expect(try row([(7, .nan, nil), (4, -2, nil)], emitted: 7).unlistedCap == 0)
  }

  @Test func `what two entries of one token disagree about widens the precision`() throws {
    #expect(try row([(7, -1, nil), (7, -1.25, nil), (5, -0.5, nil)], emitted: 5).precision == 0.25)
    let emitted = try row([(7, -1.5, 1), (5, -2, 2)], emitted: 7, own: (-1, 1))
    #expect(emitted.precision == 0.5)
    #expect(emitted.emittedLogprob == -1)
  }

  // MARK: The cap

  @Test func `an emitted token within the list counts towards the cap`() throws {
    #expect(try row([(1, -0.5, 1), (2, -1, 2), (3, -2, 3)], emitted: 3).unlistedCap == -2)
  }

  @Test func `an emitted token that is listed in addition does not`() throws {
    #expect(try row([(3, -4, 4), (1, -0.5, 1), (2, -1, 2)], emitted: 3).unlistedCap == -1)
    #expect(try row([(1, -0.5, 1), (2, -1, 2)], emitted: 3, own: (-4, 4)).unlistedCap == -1)
  }

  @Test func `the next after the list, at rank k + 1, caps what is below it`() throws {
    #expect(try row([(3, -4, 3), (1, -0.5, 1), (2, -1, 2)], emitted: 3).unlistedCap == -4)
  }

  @Test func `ties counted against the token only raise the cap`() throws {
    // Four tokens share -2; the engine gives the emitted one rank 5 = #{≥}, though it is third in the list.
    #expect(try row([(1, -0.5, 1), (2, -2, 2), (3, -2, 5)], emitted: 3).unlistedCap == -2)
  }

  @Test func `without a rank the emitted token is left out of the cap`() throws {
    #expect(try row([(1, -0.5, nil), (2, -1, nil), (3, -2, nil)], emitted: 3).unlistedCap == -1)
    #expect(try row([(1, -0.5, nil), (2, -1, nil), (3, -2, nil)], emitted: 1).unlistedCap == -2)
  }

  @Test func `a list of nothing but the emitted token caps only at the top`() throws {
    #expect(try row([], emitted: 3, own: (-0.5, 1)).unlistedCap == -0.5)
    #expect(try row([], emitted: 3, own: (-0.5, 2)).unlistedCap == 0)
    #expect(try row([(3, -0.5, 1)], emitted: 3).unlistedCap == -0.5)
    #expect(try row([(3, -0.5, nil)], emitted: 3).unlistedCap == 0)
  }

  // MARK: What is no number

  @Test(arguments: [-9999.0, -99999.0, -3.4028234663852886e38, Double.nan])
  func `not known means not listed`(unknown: Double) throws {
    let row = try row([(1, -0.5, 1), (2, unknown, 2)], emitted: 3, own: (unknown, nil))
    #expect(ids(row) == [1])
    #expect(row.unlistedCap == -0.5)
    #expect(row.emittedLogprob == nil)
    #expect(row.emittedRank == nil)
  }

  @Test func `minus infinity is a probability of 0`() throws {
    let row = try row([(1, -0.5, 1), (2, -.infinity, 2)], emitted: 2)
    #expect(row.logprobs == [-0.5, -.infinity])
    #expect(row.emittedLogprob == -.infinity)
    #expect(row.unlistedCap == -.infinity)
    #expect(row.precision == 5e-7 + 0x1p-25)
  }

  @Test func `a number above 0 is refused, rounding is not`() throws {
    #expect(try row([(1, 1e-6, 1)], emitted: 1).emittedLogprob == 0)
    #expect(throws: TraceError.Problem.logitsInsteadOfLogprobs(value: 0.5, index: 0)) {
      try row([(1, 0.5, 1)], emitted: 1)
    }
    #expect(throws: TraceError.Problem.logitsInsteadOfLogprobs(value: .infinity, index: 0)) {
      try row([(1, .infinity, 1)], emitted: 1)
    }
  }

  @Test func `a row about another token is refused`() throws {
    var listed = ListedRows()
    listed.rows = [
      ListedRows.Row(list: 0..<0, emitted: ListedToken(token: TokenID(4), logprob: -1, rank: 1))
    ]
    #expect(
      throws: TraceError.Problem.emittedToken(index: 0, found: TokenID(4), expected: TokenID(5))
    ) { try RowNormaliser.rows(listed, emitted: [TokenID(5)]) }
  }

  /// A list in order is taken as it lies; any other is sorted first.
  @Test(arguments: 0..<300 as Range<UInt64>)
  func `a list in order and the same in disorder give one row`(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let count = Int.random(in: 2...80, using: &generator)
    let steps = Double([4, 100, 1e6].randomElement(using: &generator) ?? 1)
    var list: [(Int32, Double, Int32?)] = (0..<count).map { place in
      let id = Int32(place) * [1, 4096, 977][Int(seed % 3)]
      return (id, -(generator.normal().magnitude * steps).rounded() / steps, nil)
    }
    list.sort { ($1.1, $0.0) < ($0.1, $1.0) }
    let givesRanks = Bool.random(using: &generator)
    if givesRanks { for place in list.indices { list[place].2 = Int32(place + 1) } }
    // Listed, or beside the list; below it, or with the logprob of one in it.
    let place = Int.random(in: 0...count, using: &generator)
    let isListed = place < count
    let emitted = isListed ? list[place].0 : 1_000_003
    let below = Bool.random(using: &generator) ? -9.5 : list[count / 2].1
    let own = (isListed ? list[place].1 : below, givesRanks ? Int32(place + 1) : nil)
    var disorder = list
    while zip(disorder, list).allSatisfy({ $0.0 == $1.0 }) { disorder.shuffle(using: &generator) }
    for decimals in [3, 6, 12] {
      let orderly = try row(list, emitted: emitted, own: own, decimals: decimals)
      #expect(try row(disorder, emitted: emitted, own: own, decimals: decimals) == orderly)
    }
  }

  // MARK: Whole distributions

  /// Engines' habits, drawn by lot: which tokens are listed, in which order, whether ranks are given, and how ties
  /// count. Whatever they do, no unlisted token may lie above the cap.
  @Test(arguments: 0..<500 as Range<UInt64>)
  func `the cap holds for every token that is not listed`(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let size = Int.random(in: 2...90, using: &generator)
    // Few distinct values make many ties.
    let steps = Double(Int.random(in: 2...200, using: &generator))
    let weights = (0..<size).map { _ in (generator.normal() * steps).rounded() / steps }
    let total = log(weights.reduce(0) { $0 + exp($1) })
    let logprobs = weights.map { $0 - total }
    let order = (0..<size).sorted { (logprobs[$0], $1) > (logprobs[$1], $0) }
    let k = Int.random(in: 0...size, using: &generator)
    let emitted = Int.random(in: 0..<size, using: &generator)
    let countsTies = Bool.random(using: &generator)
    let givesRank = Bool.random(using: &generator)
    let rank =
      countsTies
      ? logprobs.count { $0 >= logprobs[emitted] } : 1 + logprobs.count { $0 > logprobs[emitted] }
    var list = order.prefix(k).enumerated().map { (Int32($1), logprobs[$1], givesRank ? Int32($0 + 1) : nil) }
    let own: (Double, Int32?) = (logprobs[emitted], givesRank ? Int32(rank) : nil)
    if Bool.random(using: &generator) { list.insert((Int32(emitted), own.0, own.1), at: 0) }
    if Bool.random(using: &generator) { list.shuffle(using: &generator) }

    let row = try row(list, emitted: Int32(emitted), own: own)
    let listed = Set(ids(row))
    #expect(listed == Set(list.map(\.0)).union([Int32(emitted)]))
    #expect(row.emittedLogprob == logprobs[emitted])
    for token in 0..<size where !listed.contains(Int32(token)) {
      #expect(logprobs[token] <= row.unlistedCap, "token \(token)")
    }
    // Nor is the cap looser than the k-th logprob, where the engine says enough to know it.
    if givesRank, k > 0 { #expect(row.unlistedCap <= logprobs[order[k - 1]]) }
    let pairs = zip(row.logprobs, row.tokens)
    #expect(zip(pairs, pairs.dropFirst()).allSatisfy { $0.0 > $1.0 || ($0.0 == $1.0 && $0.1 < $1.1) })
  }
}
