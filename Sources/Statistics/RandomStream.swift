/// Random numbers that are a function of a seed, a stream and a place: the same for any order of work.
///
/// SplitMix64 started from a hashed seed. Every resample draws from its own stream, so that resamples can be made in
/// any order, on any number of threads, and in part.
///
/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
struct RandomStream: RandomNumberGenerator {
  private var state: UInt64
  private static let gamma: UInt64 = 0x9E37_79B9_7F4A_7C15

  /// The stream with this number, of all streams of a seed.
  init(seed: UInt64, stream: UInt64) {
    state = Self.mix(Self.mix(seed &+ Self.gamma) &+ (2 &* stream &+ 1) &* 0xD1B5_4A32_D192_ED03)
  }

  /// The next 64 bits.
  mutating func next() -> UInt64 {
    state &+= Self.gamma
    return Self.mix(state)
  }

  /// A number in `0 ..< bound`, each with a probability that is right to `bound · 2⁻⁶⁴`.
  mutating func index(below bound: Int) -> Int {
    Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z &>> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z &>> 31)
  }
}
