/// How much a compressed stream may unpack to before it is taken for one made to fill the disk.
///
/// Up to ``unconditional`` bytes anything passes; beyond it, no more than ``ratio`` bytes for each packed byte.
/// JSON of logprobs packs to a tenth, tensors hardly at all; DEFLATE can reach 1,032 and Zstandard 32,768.
struct UnpackingLimit: Sendable {
  static let standard = UnpackingLimit(unconditional: 1 << 30, ratio: 256)

  /// Bytes that any stream may unpack to.
  var unconditional: Int
  /// Unpacked bytes for each packed one.
  var ratio: Int

  /// The most bytes that this many may unpack to.
  func bytes(unpackedFrom packed: Int) -> Int {
    let (product, overflow) = packed.multipliedReportingOverflow(by: ratio)
    return max(unconditional, overflow ? Int.max : product)
  }
}
