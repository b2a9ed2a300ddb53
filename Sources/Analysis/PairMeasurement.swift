public import Measures
public import ShiftStore
import Tokenization
public import Traces

/// Measures one pair of traces, position by position.
public struct PairMeasurement: Sendable {
  /// The number of tokens of the models, nil where only the rows tell. Scores of dense rows past it are padding.
  public var vocabularySize: Int?
  /// The number of entries of the vocabulary, nil where there is none. Truncated traces, which do not tell a width,
  /// are taken to have this one where ``vocabularySize`` is nil: ids past it are taken to have no probability.
  public var vocabularyCount: Int?
  /// A logprob below which no token of either model lies, in nats; nil for no such assumption.
  public var floor: Double?

  /// A measurement with these settings.
  public init(vocabularySize: Int? = nil, vocabularyCount: Int? = nil, floor: Double? = nil) {
    self.vocabularySize = vocabularySize
    self.vocabularyCount = vocabularyCount
    self.floor = floor
  }

  /// What was measured.
  public struct Result: Sendable {
    /// The positions, and those left out.
    public var sequence: MeasuredSequence
    /// True where both traces are dense, so that every figure is exact.
    public var isDense: Bool
    /// What each token contributed; nil where a trace is truncated or nobody asked.
    public var shares: PredictedShares?
    /// How far storage in 16 bits can have moved the figures of each position; empty where nobody asked, nil for positions
    /// that were not looked at, for rows in single precision and for lists.
    public var storageErrors: [StorageError?]
    /// What truncated rows moved onto and off tokens; nil where both traces are dense.
    public var listed: MovedTokens?
  }

  /// Measures every position that both traces have.
  ///
  /// - Parameters:
  ///   - pair: Two traces of the same tokens.
  ///   - countsShares: Whether to sum each token's share of the divergence.
  ///   - storageLooks: Evenly spaced positions of which to bound what storage in 16 bits can have done. A bound takes far
  ///     longer than the figures themselves.
  ///   - room: Memory to work in, for measurements one after the other or at once.
  public func measure(
    _ pair: TracePair, countsShares: Bool, storageLooks: Int = 0, in room: MeasuringRoom = MeasuringRoom()
  ) -> Result {
    room.withKernelRoom { measure(pair, countsShares, storageLooks, room, $0) }
  }

  private func measure(
    _ pair: TracePair, _ countsShares: Bool, _ storageLooks: Int, _ room: MeasuringRoom,
    _ kernelRoom: KernelRoom
  ) -> Result {
    var shares: PredictedShares?
    var positions: [PositionMeasures] = []
    var faulty: [Exclusions.FaultyPosition] = []
    var storageErrors: [StorageError?] = []
    positions.reserveCapacity(pair.positions.count)
    var rows = RowComparison(pair, self, in: kernelRoom)
    let bounded = Set(pair.positions.evenlySpaced(storageLooks).prefix(storageLooks).map(\.position))
    if countsShares, let width = rows.denseWidth { shares = room.takeShares(vocabularySize: width) }
    for position in pair.positions {
      do throws(RowProblem) {
        positions.append(try rows.measure(position, shares: &shares))
        if storageLooks > 0 {
          storageErrors.append(bounded.contains(position.position) ? rows.storageError(position) : nil)
        }
      } catch {
        faulty.append(Exclusions.FaultyPosition(position: position.position, reason: error))
      }
    }
    shares?.settle()
    let omitted = pair.omitted
    let exclusions = Exclusions(
      masked: omitted.masked,
      missing: omitted.missingInReference + omitted.missingInTuned + omitted.missingInBoth, faulty: faulty)
    return Result(
      sequence: MeasuredSequence(positions: positions, exclusions: exclusions),
      isDense: rows.denseWidth != nil, shares: shares, storageErrors: storageErrors,
      listed: rows.listed.tokens)
  }
}
