/// What the positions of one sequence moved onto and off vocabulary tokens.
///
/// Kept for each sequence, so that the contrast of two tuned models can resample prompts, as ``ListedTokenBytes`` or
/// ``DenseTokenBytes``.
public struct MovedTokens: Sendable, Equatable {
  /// What one token gained and contributed, summed over the positions.
  public struct Entry: Sendable, Equatable {
    /// The token.
    public var tokenID: Int32
    /// `Σ tuned(v) − reference(v)`, where a model that does not list the token counts as 0.
    public var movedMass: Double
    /// `Σ tuned(v) · ln(tuned(v) / reference(v))`, in nats; 0 where the traces are truncated.
    public var klShare: Double

    /// An entry.
    public init(tokenID: Int32, movedMass: Double, klShare: Double) {
      self.tokenID = tokenID
      self.movedMass = movedMass
      self.klShare = klShare
    }
  }

  /// The positions.
  public var positions: Int
  /// The positions whose shares of KL are in the sums, which infinite ones are not; nil where traces are truncated.
  public var sharePositions: Int?
  /// The most that one token which the reference does not list can have had, summed over positions. 0 if dense.
  public var unlistedReference: Double
  /// The same of the tuned model. The true moved mass of a token lies in `[−unlistedReference, +unlistedTuned]`
  /// around its entry.
  public var unlistedTuned: Double
  /// The number of tokens.
  public let count: Int
  /// The tokens as bytes, by rising id. Left out are those below ``smallestKept`` in both figures.
  let encoded: [UInt8]

  /// What is left out: a probability, and a divergence in nats, summed over one sequence.
  ///
  /// 2⁻²⁰ ≈ 10⁻⁶ keeps a fifth of a vocabulary of 49,152 tokens in a sequence of 8 positions and half of it in one of
  /// 100; what is left out moves no digit of a mean that is shown, but a prompt in which a token has less does not count
  /// as one that has it.
  public static let smallestKept = 0x1p-20

  /// What truncated rows moved.
  ///
  /// - Parameter entries: The tokens that a row lists, by rising id; negligible ones are left out.
  public init(
    positions: Int, unlistedReference: Double, unlistedTuned: Double, entries: [Entry]
  ) {
    self.positions = positions
    self.unlistedReference = unlistedReference
    self.unlistedTuned = unlistedTuned
    let kept = entries.filter { Self.keeps(movedMass: $0.movedMass, klShare: $0.klShare) }
    count = kept.count
    encoded = ListedTokenBytes.encoded(kept)
  }

  /// What dense rows moved, exactly.
  ///
  /// - Parameters:
  ///   - positions: The positions.
  ///   - sharePositions: Those whose shares of KL are in the sums.
  ///   - movedMass: Of each token `Σ tuned(v) − reference(v)`. Shape `[V]`.
  ///   - klShare: Of each token its share of `KL(tuned ‖ reference)`. Shape `[V]`, nats.
  ///   - memory: The ``memory`` of tokens that are done with, to be used again.
  public init(
    positions: Int, sharePositions: Int, movedMass: [Double], klShare: [Double],
    in memory: consuming [UInt8] = []
  ) {
    self.positions = positions
    self.sharePositions = sharePositions
    unlistedReference = 0
    unlistedTuned = 0
    (encoded, count) = DenseTokenBytes.encoded(movedMass: movedMass, klShare: klShare, in: memory)
  }

  /// Of dense rows up to eight bytes and a bit for each token of the vocabulary, which the next sequence can use again.
  public var memory: [UInt8] { encoded }

  /// The tokens, by rising id, with the precision that is kept.
  public var entries: [Entry] {
    var entries: [Entry] = []
    do {
      try encoded.withUnsafeBytes { bytes in
        try Self.forEach(in: bytes, count: count, isDense: sharePositions != nil) { entries.append($0) }
      }
    } catch {
      preconditionFailure("bytes that were just made are read as they were made")
    }
    return entries
  }

  /// Whether a token is kept. Magnitudes compare as their bits do, and a difference below 0 has the highest bit: which
  /// tokens are kept cannot be foreseen, and a branch would cost more than all the rest.
  @inline(__always)
  static func keeps(movedMass: Double, klShare: Double) -> Bool {
    let larger = max(movedMass.magnitude.bitPattern, klShare.magnitude.bitPattern)
    return (larger &- smallestKept.bitPattern) &>> 63 == 0
  }

  /// Reads encoded tokens one after the other.
  ///
  /// - Parameters:
  ///   - count: How many they are: bytes that end where a block does look whole.
  ///   - isDense: Whether they are those of dense rows.
  /// - Throws: ``DamagedRow`` where the bytes are not as many as the encoding makes, or the tokens not `count`.
  static func forEach(
    in bytes: UnsafeRawBufferPointer, count: Int, isDense: Bool, _ body: (Entry) -> Void
  ) throws {
    var read = 0
    func counted(_ entry: Entry) {
      read += 1
      body(entry)
    }
    if isDense {
      try DenseTokenBytes.forEach(in: bytes, counted)
    } else {
      try ListedTokenBytes.forEach(in: bytes, counted)
    }
    guard read == count else { throw DamagedRow() }
  }
}
