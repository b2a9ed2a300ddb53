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
  /// The tokens, by rising id. Left out are those below ``smallestKept`` in both figures.
  public var entries: [Entry]

  /// What is left out: a probability, and a divergence in nats, summed over one sequence.
  ///
  /// 2⁻²⁰ ≈ 10⁻⁶ keeps a few thousand of 50,000 or 150,000 tokens; what is left out moves no digit of a mean
  /// that is shown, but a prompt in which a token has less does not count as one that has it.
  public static let smallestKept = 0x1p-20

  /// The entries that are not negligible.
  public init(
    positions: Int, sharePositions: Int?, unlistedReference: Double, unlistedTuned: Double, entries: [Entry]
  ) {
    self.positions = positions
    self.sharePositions = sharePositions
    self.unlistedReference = unlistedReference
    self.unlistedTuned = unlistedTuned
    self.entries = entries.filter {
      $0.movedMass.magnitude >= Self.smallestKept || $0.klShare.magnitude >= Self.smallestKept
    }
  }

  static let byteCount = 12

  /// The entries as bytes.
  var encoded: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: entries.count * Self.byteCount) { bytes, count in
      count = entries.count * Self.byteCount
      let raw = UnsafeMutableRawBufferPointer(bytes)
      for (place, entry) in entries.enumerated() {
        let offset = place * Self.byteCount
        raw.storeBytes(of: entry.tokenID.littleEndian, toByteOffset: offset, as: Int32.self)
        raw.storeBytes(
          of: Float(entry.movedMass).bitPattern.littleEndian, toByteOffset: offset + 4, as: UInt32.self)
        raw.storeBytes(
          of: Float(entry.klShare).bitPattern.littleEndian, toByteOffset: offset + 8, as: UInt32.self)
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
