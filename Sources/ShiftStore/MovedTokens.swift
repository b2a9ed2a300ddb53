/// What the positions of one sequence moved onto and off vocabulary tokens.
///
/// Kept for each sequence, so that the contrast of two tuned models can resample prompts. Encoded as 12 bytes for a
/// token, little-endian: its id as a 32-bit integer, moved mass and share of KL as 32-bit floats.
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
    encoded = Self.encoded(upTo: entries.count) { entries[$0] }
  }

  /// What dense rows moved, exactly.
  ///
  /// - Parameters:
  ///   - positions: The positions.
  ///   - sharePositions: Those whose shares of KL are in the sums.
  ///   - movedMass: Of each token `Σ tuned(v) − reference(v)`. Shape `[V]`.
  ///   - klShare: Of each token its share of `KL(tuned ‖ reference)`. Shape `[V]`, nats.
  public init(positions: Int, sharePositions: Int, movedMass: [Double], klShare: [Double]) {
    self.positions = positions
    self.sharePositions = sharePositions
    unlistedReference = 0
    unlistedTuned = 0
    encoded = Self.encoded(upTo: min(movedMass.count, klShare.count)) {
      Entry(tokenID: Int32(clamping: $0), movedMass: movedMass[$0], klShare: klShare[$0])
    }
  }

  private static let byteCount = 12

  /// The number of tokens.
  public var count: Int { encoded.count / Self.byteCount }

  /// The tokens, by rising id, with the precision that is kept.
  public var entries: [Entry] {
    var entries: [Entry] = []
    encoded.withUnsafeBytes { Self.forEach(in: $0) { entries.append($0) } }
    return entries
  }

  /// The entries that are not negligible, as bytes.
  private static func encoded(upTo most: Int, _ entry: (Int) -> Entry) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: most * byteCount) { bytes, count in
      let raw = UnsafeMutableRawBufferPointer(bytes)
      for place in 0..<most {
        let entry = entry(place)
        guard max(entry.movedMass.magnitude, entry.klShare.magnitude) >= smallestKept else { continue }
        raw.storeBytes(of: entry.tokenID.littleEndian, toByteOffset: count, as: Int32.self)
        raw.storeBytes(
          of: Float(entry.movedMass).bitPattern.littleEndian, toByteOffset: count + 4, as: UInt32.self)
        raw.storeBytes(
          of: Float(entry.klShare).bitPattern.littleEndian, toByteOffset: count + 8, as: UInt32.self)
        count += byteCount
      }
    }
  }

  /// Reads encoded entries one after the other.
  static func forEach(in bytes: UnsafeRawBufferPointer, _ body: (Entry) -> Void) {
    for offset in stride(from: 0, through: bytes.count - byteCount, by: byteCount) {
      func word(_ place: Int) -> UInt32 {
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 4 * place, as: UInt32.self))
      }
      body(
        Entry(
          tokenID: Int32(bitPattern: word(0)), movedMass: Double(Float(bitPattern: word(1))),
          klShare: Double(Float(bitPattern: word(2)))))
    }
  }
}
