/// A number as the text gives it.
struct JSONNumber: Equatable {
  /// The nearest double; `NaN` and the infinities where the text says so.
  var value: Double
  /// Digits behind the decimal point that the text keeps, after an exponent is worked in. 0 for whole numbers.
  var decimals: Int
}

extension JSONCursor {
  /// A number, `NaN`, `Infinity` or `-Infinity`.
  ///
  /// Correctly rounded for every length; a number with more than 19 digits or a large exponent takes the slow way.
  @inline(__always)
  mutating func takeNumber() throws(JSONFault) -> JSONNumber {
    guard let first = nextByte() else { throw fault(.endsInside("a number")) }
    var cursor = position
    let negative = first == UInt8(ascii: "-")
    if negative { cursor += 1 }
    let digitsStart = cursor
    var mantissa: UInt64 = 0
    takeDigits(&cursor, into: &mantissa)
    var digits = cursor - digitsStart
    guard digits > 0 else { return try takeNonFinite(negative: negative) }
    var decimals = 0
    if cursor < end, base[cursor] == UInt8(ascii: ".") {
      cursor += 1
      let fractionStart = cursor
      takeDigits(&cursor, into: &mantissa)
      decimals = cursor - fractionStart
      guard decimals > 0 else { throw JSONFault(offset: cursor, reason: .expected("a digit")) }
      digits += decimals
    }
    var exponent = 0
    if cursor < end, base[cursor] | 0x20 == UInt8(ascii: "e") {
      exponent = try takeExponent(&cursor)
    }
    let magnitude = try magnitude(mantissa, digits, exponent - decimals, digitsStart..<cursor)
    finishValue(at: cursor)
    return JSONNumber(value: negative ? -magnitude : magnitude, decimals: max(0, decimals - exponent))
  }

  @inline(__always)
  private func takeDigits(_ cursor: inout Int, into mantissa: inout UInt64) {
    while cursor < end {
      let digit = base[cursor] &- UInt8(ascii: "0")
      guard digit <= 9 else { return }
      mantissa = mantissa &* 10 &+ UInt64(digit)
      cursor += 1
    }
  }

  @inline(__always)
  private func magnitude(
    _ mantissa: UInt64, _ digits: Int, _ exponent: Int, _ text: Range<Int>
  ) throws(JSONFault) -> Double {
    // 19 digits fit 64 bits.
    if digits <= 19, let value = DecimalNumber.nearest(mantissa: mantissa, exponent: exponent) {
      return value
    }
    return try magnitudeByLibrary(text)
  }

  @inline(never)
  private func magnitudeByLibrary(_ text: Range<Int>) throws(JSONFault) -> Double {
    let bytes = UnsafeBufferPointer(start: base + text.lowerBound, count: text.count)
    guard let value = Double(String(decoding: bytes, as: UTF8.self)) else {
      throw JSONFault(offset: text.lowerBound, reason: .expected("a number"))
    }
    return value
  }

  private func takeExponent(_ cursor: inout Int) throws(JSONFault) -> Int {
    cursor += 1
    var negative = false
    if cursor < end, base[cursor] == UInt8(ascii: "-") || base[cursor] == UInt8(ascii: "+") {
      negative = base[cursor] == UInt8(ascii: "-")
      cursor += 1
    }
    let start = cursor
    var exponent = 0
    while cursor < end, case let digit = base[cursor] &- UInt8(ascii: "0"), digit <= 9 {
      // Beyond any double already; the library gets the whole text anyway.
      exponent = min(exponent * 10 + Int(digit), 1_000_000)
      cursor += 1
    }
    guard cursor > start else { throw JSONFault(offset: cursor, reason: .expected("a digit")) }
    return negative ? -exponent : exponent
  }

  @inline(never)
  private mutating func takeNonFinite(negative: Bool) throws(JSONFault) -> JSONNumber {
    let start = position
    if negative { finishValue(at: position + 1) }
    guard position < end else { throw fault(.endsInside("a number")) }
    switch base[position] {
    case UInt8(ascii: "I"):
      try takeWord("Infinity")
      return JSONNumber(value: negative ? -.infinity : .infinity, decimals: 0)
    case UInt8(ascii: "N") where !negative:
      try takeWord("NaN")
      return JSONNumber(value: .nan, decimals: 0)
    default: throw JSONFault(offset: start, reason: .expected("a number"))
    }
  }

  /// Takes a few digits behind which the number is over, as the ids of tokens are; nil, and nothing is taken, for others.
  @inline(__always)
  private mutating func takePlainInteger() -> Int? {
    // So many are below 2^53, and one byte more is read.
    let limit = min(position + 15, end - 1)
    var cursor = position
    var value = 0
    while cursor < limit, case let digit = base[cursor] &- UInt8(ascii: "0"), digit <= 9 {
      value = value &* 10 &+ Int(digit)
      cursor += 1
    }
    guard cursor > position, base[cursor] == UInt8(ascii: ",") || base[cursor] == UInt8(ascii: "]") else {
      return nil
    }
    finishValue(at: cursor)
    return value
  }

  /// A whole number, also written as `1.0`.
  @inline(__always)
  mutating func takeInteger() throws(JSONFault) -> Int {
    guard nextByte() != nil else { throw fault(.endsInside("a whole number")) }
    if let integer = takePlainInteger() { return integer }
    let start = position
    let number = try takeNumber()
    // Every whole number below 2^53 is an exact double.
    guard let integer = Int(exactly: number.value), integer.magnitude < 1 << 53 else {
      throw JSONFault(offset: start, reason: .notAnInteger)
    }
    return integer
  }
}
