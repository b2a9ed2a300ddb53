/// A sum of doubles that is the same in whatever order they are added.
///
/// Each term is rounded once to a multiple of 2⁻⁸⁰; from there on the sum is integer arithmetic, which is
/// associative. So threads, shards and resumed runs agree to the last bit. Rounding moves a term by at most
/// 2⁻⁸¹ ≈ 4·10⁻²⁵; the range is ±2⁴⁷ ≈ 1.4·10¹⁴.
public struct ExactSum: Hashable, Sendable {
  /// The sum in units of 2⁻⁸⁰.
  public private(set) var units: Int128

  /// An empty sum.
  public init() { units = 0 }

  /// The sum with this many units of 2⁻⁸⁰, as read back from storage.
  public init(units: Int128) { self.units = units }

  /// The sum of one number.
  public init(_ term: Double) {
    units = 0
    add(term)
  }

  /// The sum as the nearest double.
  public var value: Double {
    // The standard library converts 128 bits through a generic path, at a microsecond or more. Here the 64 highest bits
    // are converted, which rounds once; that there were more behind them stands in the lowest bit, which only breaks ties.
    let magnitude = units.magnitude
    let high = UInt64(truncatingIfNeeded: magnitude >> 64), low = UInt64(truncatingIfNeeded: magnitude)
    let behind = UInt64.bitWidth - high.leadingZeroBitCount
    let highest = high << (UInt64.bitWidth - behind) | low >> behind
    let isCut = low << (UInt64.bitWidth - behind) != 0
    let scale = Double(bitPattern: UInt64(1023 - 80 + behind) << 52)
    let found = Double(isCut ? highest | 1 : highest) * scale
    return units < 0 ? -found : found
  }

  /// Adds a number.
  ///
  /// - Precondition: `term` is finite and smaller than 2⁴⁶ in magnitude.
  @inline(__always)
  public mutating func add(_ term: Double) {
    guard term != 0 else { return }
    let magnitude = term.magnitude
    precondition(magnitude < 0x1p46, "a term of an exact sum must be finite and below 2⁴⁶, but is \(term)")
    // The significand as an integer, then moved to where its exponent puts it: quicker than a general conversion.
    let significand = Int128(magnitude.significandBitPattern | (magnitude.isNormal ? 1 << 52 : 0))
    let shift = (magnitude.isNormal ? Int(magnitude.exponent) : -1022) - 52 + 80
    let scaled: Int128
    if shift >= 0 {
      scaled = significand << Int128(shift)
    } else if shift > -64 {
      scaled = (significand + (1 << Int128(-shift - 1))) >> Int128(-shift)
    } else {
      scaled = 0
    }
    units += term < 0 ? -scaled : scaled
  }

  /// Adds another sum.
  public static func += (sum: inout ExactSum, other: ExactSum) { sum.units += other.units }
}
