/// What each token of the vocabulary contributed, summed over positions: the raw material of the predicted table.
///
/// Over all tokens, the shares of KL sum to the sum of `KL(tuned ‖ reference)`, and the moved mass sums to 0.
///
/// Recent positions are summed in single precision, which halves the memory traffic of the kernel, and go into
/// `Double` totals after ``positionsBeforeSettling`` of them. Sums depend on the order of the additions: for the same
/// bits on every run, give each sequence its own shares and ``add(_:)`` them in a fixed order.
public struct PredictedShares: Sendable {
  /// The number of positions that single precision has to hold at most.
  public static let positionsBeforeSettling = 64

  /// The number of tokens, V.
  public let vocabularySize: Int
  /// The positions whose KL was added.
  public private(set) var positionCount = 0
  /// The positions whose `KL(tuned ‖ reference)` is infinite. Their KL is counted here and not added.
  public private(set) var infinitePositionCount = 0

  private var klTotals: [Double]
  private var massTotals: [Double]
  private var klRecent: [Float]
  private var massRecent: [Float]
  private var unsettled = 0

  /// No shares yet, of a vocabulary of V tokens.
  public init(vocabularySize: Int) {
    self.vocabularySize = vocabularySize
    klTotals = Array(repeating: 0, count: vocabularySize)
    massTotals = klTotals
    klRecent = Array(repeating: 0, count: vocabularySize)
    massRecent = klRecent
  }

  /// Begins anew, with no positions, in the memory that is there.
  public mutating func clear() {
    // What is settled leaves recent sums that are 0.
    settle()
    Self.clear(&klTotals)
    Self.clear(&massTotals)
    positionCount = 0
    infinitePositionCount = 0
  }

  private static func clear(_ totals: inout [Double]) {
    totals.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
  }

  /// Each token's additive share of `KL(tuned ‖ reference)`: `Σ tuned(v) · ln(tuned(v) / reference(v))`, in nats.
  /// Shape `[V]`.
  public var klShares: [Double] { Self.sums(klTotals, unsettled > 0 ? klRecent : []) }

  /// The probability that tuning moved onto each token, negative where it moved off: `Σ tuned(v) − reference(v)`.
  /// Shape `[V]`.
  public var movedMass: [Double] { Self.sums(massTotals, unsettled > 0 ? massRecent : []) }

  /// Adds the shares of other positions.
  ///
  /// - Precondition: Both have the same vocabulary size.
  public mutating func add(_ other: PredictedShares) {
    precondition(
      vocabularySize == other.vocabularySize,
      "shares of \(vocabularySize) and of \(other.vocabularySize) tokens do not add up")
    settle()
    for v in 0..<vocabularySize {
      klTotals[v] += other.klTotals[v] + Double(other.klRecent[v])
      massTotals[v] += other.massTotals[v] + Double(other.massRecent[v])
    }
    positionCount += other.positionCount
    infinitePositionCount += other.infinitePositionCount
  }

  /// Lets `body` add one position to the sums in single precision; it returns KL(tuned ‖ reference), or nil where it
  /// added nothing.
  mutating func addPosition(
    _ body: (_ kl: UnsafeMutablePointer<Float>?, _ moved: UnsafeMutablePointer<Float>?) -> Double?
  ) {
    if unsettled == Self.positionsBeforeSettling { settle() }
    let kl = klRecent.withUnsafeMutableBufferPointer { kl in
      massRecent.withUnsafeMutableBufferPointer { moved in body(kl.baseAddress, moved.baseAddress) }
    }
    guard let kl else { return }
    unsettled += 1
    if kl.isFinite { positionCount += 1 } else { infinitePositionCount += 1 }
  }

  /// Puts recent positions into the totals, so that ``klShares`` and ``movedMass`` are no copies. It is done by itself
  /// every ``positionsBeforeSettling`` positions, and changes neither of them.
  public mutating func settle() {
    guard unsettled > 0 else { return }
    Self.move(&klRecent, to: &klTotals)
    Self.move(&massRecent, to: &massTotals)
    unsettled = 0
  }

  private static func move(_ recent: inout [Float], to totals: inout [Double]) {
    recent.withUnsafeMutableBufferPointer { recent in
      totals.withUnsafeMutableBufferPointer { totals in
        for v in recent.indices {
          totals[v] += Double(recent[v])
          recent[v] = 0
        }
      }
    }
  }

  private static func sums(_ totals: [Double], _ recent: [Float]) -> [Double] {
    recent.isEmpty ? totals : zip(totals, recent).map { $0 + Double($1) }
  }
}
