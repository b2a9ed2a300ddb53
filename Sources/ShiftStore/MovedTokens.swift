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
  ///   - memory: The ``memory`` of tokens that are done with, to be used again.
  public init(
    positions: Int, sharePositions: Int, movedMass: [Double], klShare: [Double],
    in memory: consuming [UInt8] = []
  ) {
    self.positions = positions
    self.sharePositions = sharePositions
    unlistedReference = 0
    unlistedTuned = 0
    encoded = Self.encoded(upTo: min(movedMass.count, klShare.count), in: memory) {
      Entry(tokenID: Int32(clamping: $0), movedMass: movedMass[$0], klShare: klShare[$0])
    }
  }

  /// Of dense rows as much memory as the vocabulary has tokens, times twelve, which the next sequence can use again.
  public var memory: [UInt8] { encoded }

  private static let byteCount = 12

  /// The number of tokens.
  public var count: Int { encoded.count / Self.byteCount }

  /// The tokens, by rising id, with the precision that is kept.
  public var entries: [Entry] {
    var entries: [Entry] = []
    encoded.withUnsafeBytes { Self.forEach(in: $0) { entries.append($0) } }
    return entries
  }

  /// Entries that are encoded before they are added to the bytes.
  private static let entriesAtOnce = 512

  /// The entries that are not negligible, as bytes.
  ///
  /// - Parameter memory: Where they go; what is in it goes.
  private static func encoded(
    upTo most: Int, in memory: consuming [UInt8] = [], _ entry: (Int) -> Entry
  ) -> [UInt8] {
    var bytes = memory
    bytes.removeAll(keepingCapacity: true)
    bytes.reserveCapacity(most * byteCount)
    withUnsafeTemporaryAllocation(byteCount: entriesAtOnce * byteCount, alignment: 16) { few in
      for first in stride(from: 0, to: most, by: entriesAtOnce) {
        let count = encode(first..<min(first + entriesAtOnce, most), into: few, entry)
        bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: few[..<count]))
      }
    }
    return bytes
  }

  /// Encodes the entries that are not negligible.
  ///
  /// - Returns: How many bytes they take.
  @inline(__always)
  private static func encode(
    _ places: Range<Int>, into bytes: UnsafeMutableRawBufferPointer, _ entry: (Int) -> Entry
  ) -> Int {
    var count = 0
    for place in places {
      let entry = entry(place)
      bytes.storeBytes(of: entry.tokenID.littleEndian, toByteOffset: count, as: Int32.self)
      bytes.storeBytes(
        of: Float(entry.movedMass).bitPattern.littleEndian, toByteOffset: count + 4, as: UInt32.self)
      bytes.storeBytes(
        of: Float(entry.klShare).bitPattern.littleEndian, toByteOffset: count + 8, as: UInt32.self)
      // The next one is written over one that is left out. Which are cannot be foreseen, and a branch would cost more than
      // all the rest: magnitudes compare as their bits do, and a difference below 0 has the highest bit.
      let larger = max(entry.movedMass.magnitude.bitPattern, entry.klShare.magnitude.bitPattern)
      let isLeftOut = Int(truncatingIfNeeded: (larger &- smallestKept.bitPattern) &>> 63)
      count &+= byteCount &* (1 &- isLeftOut)
    }
    return count
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
