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

  /// What a term, and the sum of all, must stay below in magnitude: 2⁴⁶ ≈ 7·10¹³.
  public static let bound = 0x1p46

  /// Adds a number.
  ///
  /// - Precondition: `term` is finite and smaller than ``bound`` in magnitude.
  @inline(__always)
  public mutating func add(_ term: Double) {
    precondition(
      term.magnitude < Self.bound, "a term of an exact sum must be finite and below 2⁴⁶, but is \(term)")
    // Scaling by powers of two is exact, and so is what is left when the whole multiples of 2⁶⁴ units are taken off: the
    // two conversions that a processor has hold both parts.
    let high = Int64(term * 0x1p16)
    let rest = term * 0x1p80 - Double(high) * 0x1p64
    units += Int128(high) << 64 + Self.rounded(rest)
  }

  /// The nearest integer; halves away from zero.
  ///
  /// - Parameter units: Less than 2⁶⁴ in magnitude.
  @inline(__always)
  private static func rounded(_ units: Double) -> Int128 {
    let high = Int64(units * 0x1p-32)
    let rest = units - Double(high) * 0x1p32
    let whole = Int64(rest)
    let fraction = rest - Double(whole)
    return Int128(high) << 32 + Int128(whole + (fraction >= 0.5 ? 1 : 0) - (fraction <= -0.5 ? 1 : 0))
  }

  /// Adds another sum.
  public static func += (sum: inout ExactSum, other: ExactSum) { sum.units += other.units }
}
