/// What dense rows moved onto the tokens of a whole vocabulary, as bytes.
///
/// Of every 512 tokens 64 bytes whose bits say which are kept, the lowest bit of the first byte the first token; then 8
/// bytes for each that is: moved mass and share of KL as 32-bit floats. All little-endian. Ids in place of bits would take
/// half as much again where most tokens are kept.
enum DenseTokenBytes {
  private static let tokensAtOnce = 512
  private static let maskSize = tokensAtOnce / 8
  private static let figureSize = 8

  /// The tokens that are not negligible, and how many they are.
  ///
  /// - Parameters:
  ///   - movedMass: Of each token. Shape `[V]`.
  ///   - klShare: Of each token. Shape `[V]`.
  ///   - memory: Where they go; what is in it goes.
  static func encoded(
    movedMass: [Double], klShare: [Double], in memory: consuming [UInt8]
  ) -> (bytes: [UInt8], count: Int) {
    let tokens = min(movedMass.count, klShare.count)
    var bytes = memory
    bytes.removeAll(keepingCapacity: true)
    bytes.reserveCapacity(tokens * figureSize + (tokens + tokensAtOnce - 1) / tokensAtOnce * maskSize)
    var count = 0
    let mostBytes = maskSize + tokensAtOnce * figureSize
    withUnsafeTemporaryAllocation(byteCount: mostBytes, alignment: 16) { block in
      for first in stride(from: 0, to: tokens, by: tokensAtOnce) {
        let kept = encode(first..<min(first + tokensAtOnce, tokens), movedMass, klShare, into: block)
        bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: block[..<(maskSize + kept * figureSize)]))
        count += kept
      }
    }
    return (bytes, count)
  }

  /// Encodes the tokens of one block.
  ///
  /// - Returns: How many are kept.
  @inline(__always)
  private static func encode(
    _ tokens: Range<Int>, _ movedMass: [Double], _ klShare: [Double],
    into block: UnsafeMutableRawBufferPointer
  ) -> Int {
    var kept = 0
    for word in 0..<maskSize / 8 {
      var mask: UInt64 = 0
      let first = min(tokens.lowerBound + word * 64, tokens.upperBound)
      for token in first..<min(first + 64, tokens.upperBound) {
        let moved = movedMass[token]
        let share = klShare[token]
        let figures = UInt64(Float(moved).bitPattern) | UInt64(Float(share).bitPattern) &<< 32
        // The next one is written over one that is left out.
        block.storeBytes(
          of: figures.littleEndian, toByteOffset: maskSize &+ kept &* figureSize, as: UInt64.self)
        let isKept = MovedTokens.keeps(movedMass: moved, klShare: share) ? 1 : 0
        mask |= UInt64(isKept) &<< UInt64(token &- first)
        kept &+= isKept
      }
      block.storeBytes(of: mask.littleEndian, toByteOffset: word * 8, as: UInt64.self)
    }
    return kept
  }

  /// Reads tokens one after the other.
  static func forEach(
    in bytes: UnsafeRawBufferPointer, _ body: (MovedTokens.Entry) -> Void
  ) throws {
    var offset = 0
    var first: Int32 = 0
    while offset < bytes.count {
      guard bytes.count - offset >= maskSize, first <= .max - Int32(tokensAtOnce) else { throw DamagedRow() }
      var figures = offset + maskSize
      for word in 0..<maskSize / 8 {
        var mask = UInt64(
          littleEndian: bytes.loadUnaligned(fromByteOffset: offset + word * 8, as: UInt64.self))
        guard bytes.count - figures >= mask.nonzeroBitCount * figureSize else { throw DamagedRow() }
        while mask != 0 {
          body(
            MovedTokens.Entry(
              tokenID: first + Int32(word * 64 + mask.trailingZeroBitCount),
              movedMass: bytes.figure(at: figures), klShare: bytes.figure(at: figures + 4)))
          figures += figureSize
          mask &= mask - 1
        }
      }
      offset = figures
      first += Int32(tokensAtOnce)
    }
  }
}
