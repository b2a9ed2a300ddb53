/// Turns a decimal mantissa and exponent into the nearest double.
///
/// `mantissa · 10^exponent`, correctly rounded, by one 128-bit product or quotient with a power of five: exact
/// for |exponent| ≤ 27, where 5^27 still fits 64 bits. That covers every logprob that engines print; the rest
/// goes the slow way through the standard library.
enum DecimalNumber {
  /// 5^0 … 5^27. Written out: a table that is computed would be asked for its existence at each use.
  private static let powersOfFive: [UInt64] = [
    1, 5, 25, 125, 625, 3_125, 15_625, 78_125, 390_625, 1_953_125, 9_765_625, 48_828_125, 244_140_625,
    1_220_703_125, 6_103_515_625, 30_517_578_125, 152_587_890_625, 762_939_453_125, 3_814_697_265_625,
    19_073_486_328_125, 95_367_431_640_625, 476_837_158_203_125, 2_384_185_791_015_625,
    11_920_928_955_078_125, 59_604_644_775_390_625, 298_023_223_876_953_125, 1_490_116_119_384_765_625,
    7_450_580_596_923_828_125,
  ]

  /// 10^0 … 10^22, which doubles hold exactly.
  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
  ]

  /// The double nearest to `mantissa · 10^exponent`, nil where the exponent is out of reach.
  @inline(__always)
  static func nearest(mantissa: UInt64, exponent: Int) -> Double? {
    // Both numbers are exact doubles, so the one operation rounds correctly (Clinger 1990).
    if mantissa < 1 << 53, exponent >= -22, exponent <= 0 { return Double(mantissa) / powersOfTen[-exponent] }
    return nearestByFullWidth(mantissa: mantissa, exponent: exponent)
  }

  @inline(never)
  private static func nearestByFullWidth(mantissa: UInt64, exponent: Int) -> Double? {
    guard mantissa != 0 else { return 0 }
    guard exponent.magnitude < powersOfFive.count else { return nil }
    let five = powersOfFive[Int(exponent.magnitude)]
    if exponent >= 0 {
      let product = mantissa.multipliedFullWidth(by: five)
      return rounded(high: product.high, low: product.low, sticky: false, binaryExponent: exponent)
    }
    // mantissa / 5^e, both shifted so that the quotient has at least 63 bits; the remainder is the sticky bit.
    let shift = mantissa.leadingZeroBitCount
    let fiveShift = five.leadingZeroBitCount
    let dividend = mantissa << UInt64(shift)
    let divisor = five << UInt64(fiveShift)
    let (quotient, remainder) = divisor.dividingFullWidth((dividend >> 1, dividend << 63))
    return rounded(
      high: 0, low: quotient, sticky: remainder != 0, binaryExponent: exponent - 63 - shift + fiveShift)
  }

  /// `(high · 2^64 + low) · 2^binaryExponent` to the nearest double, ties to even.
  ///
  /// - Precondition: The value is a normal double: true for 64-bit mantissas and |exponent| ≤ 27.
  private static func rounded(high: UInt64, low: UInt64, sticky: Bool, binaryExponent: Int) -> Double {
    var top = high
    var rest = low
    var exponent = binaryExponent + 64
    if top == 0 {
      top = low
      rest = 0
      exponent = binaryExponent
    }
    let shift = top.leadingZeroBitCount
    if shift > 0 {
      top = top << UInt64(shift) | rest >> UInt64(64 - shift)
      rest <<= UInt64(shift)
      exponent -= shift
    }
    // A last bit of 1 below the 53 kept ones and the half keeps the direction of the rounding.
    if rest != 0 || sticky { top |= 1 }
    return Double(top) * Double(bitPattern: UInt64(exponent + 1023) << 52)
  }
}
