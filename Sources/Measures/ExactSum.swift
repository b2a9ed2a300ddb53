import CDivergence

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
    units += Self.units(of: term)
  }

  /// Adds each term to the sum at its place; sums that are not there yet begin with their terms.
  ///
  /// - Parameters:
  ///   - terms: The terms.
  ///   - sums: The sums.
  ///   - instructions: Instructions that this machine has; all give the same bits.
  /// - Precondition: Each term is finite and smaller than ``bound`` in magnitude.
  public static func add(
    _ terms: [Double], to sums: inout [ExactSum], instructions: InstructionSet = .best
  ) {
    extend(&sums, to: terms.count)
    let areSmall = sums.withUnsafeMutableBytes { sums in
      // A sum is nothing but its units: two words, the lower one first on all machines that Swift runs on.
      divergence_add_exactly(
        instructions.path, terms, sums.baseAddress?.assumingMemoryBound(to: UInt64.self), terms.count)
    }
    precondition(areSmall, "the terms of exact sums must be finite and below 2⁴⁶")
  }

  /// Adds each sum to the one at its place.
  public static func add(_ others: [ExactSum], to sums: inout [ExactSum]) {
    extend(&sums, to: others.count)
    for place in others.indices { sums[place] += others[place] }
  }

  private static func extend(_ sums: inout [ExactSum], to count: Int) {
    if count > sums.count { sums.append(contentsOf: repeatElement(ExactSum(), count: count - sums.count)) }
  }

  /// The nearest whole number of units; halves away from zero.
  @inline(__always)
  private static func units(of term: Double) -> Int128 {
    // The significand is put at the top of 127 bits and moved down to where it belongs, all but one place: that one is
    // what the result is rounded by. Conversions of floating-point numbers to 128 bits take several times as long.
    let field = Int(truncatingIfNeeded: (term.bitPattern >> 52) & 0x7FF)
    let down = 1068 - field
    guard down < 127 else { return 0 }
    let significand = term.significandBitPattern | 1 << 52
    let twice = (UInt128(truncatingIfNeeded: significand) &<< 74) &>> UInt128(truncatingIfNeeded: down)
    let magnitude = Int128(truncatingIfNeeded: (twice &+ 1) &>> 1)
    return term < 0 ? -magnitude : magnitude
  }

  /// Adds another sum.
  public static func += (sum: inout ExactSum, other: ExactSum) { sum.units += other.units }
}
