import Measures
import TestSupport
import Testing

@Suite struct ExactSumTests {
  @Test(arguments: 0..<50 as Range<UInt64>) func `the order of the terms does not matter`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    var terms = (0..<200).map { _ in
      Double.random(in: -1...1, using: &generator)
        * Double.exp2(Double.random(in: -70...40, using: &generator))
    }
    let first = terms.reduce(into: ExactSum()) { $0.add($1) }
    terms.shuffle(using: &generator)
    let second = terms.reduce(into: ExactSum()) { $0.add($1) }
    var halves = terms.prefix(77).reduce(into: ExactSum()) { $0.add($1) }
    halves += terms.dropFirst(77).reduce(into: ExactSum()) { $0.add($1) }
    #expect(first == second)
    #expect(first == halves)
  }

  @Test func `what doubles lose is kept`() {
    var sum = ExactSum(1e13)
    for _ in 0..<1000 { sum.add(1e-9) }
    sum.add(-1e13)
    // 1e-9 is a multiple of 2⁻⁸⁰ but for its last bits: 52 bits below 2⁻³⁰ end at 2⁻⁸².
    #expect(abs(sum.value - 1e-6) < 1000 * 0x1p-81)
  }

  @Test func `units are exact for powers of two and rounded to the nearest below them`() {
    #expect(ExactSum(1).units == 1 << 80)
    #expect(ExactSum(-0x1p-80).units == -1)
    #expect(ExactSum(0x1p-81).units == 1)
    #expect(ExactSum(0x1p-82).units == 0)
    #expect(ExactSum(Double.leastNonzeroMagnitude).units == 0)
    #expect(ExactSum(0).units == 0)
    #expect(ExactSum(3 * 0x1p-81).value == 2 * 0x1p-80)
  }

  @Test(arguments: -90..<46)
  func `a term is rounded to the nearest unit, halves away from zero`(exponent: Int) {
    var generator = SplitMix64(seed: UInt64(exponent + 90))
    let random = (0..<200).map { _ in Double.random(in: 1..<2, using: &generator) }
    for significand in [1, 1.5, 1.25, 1.75, 1.0.nextUp, 2.0.nextDown, 1.5.nextDown] + random {
      let term = significand * Double.exp2(Double(exponent))
      let expected = Int128((term * 0x1p80).rounded(.toNearestOrAwayFromZero))
      #expect(ExactSum(term).units == expected)
      #expect(ExactSum(-term).units == -expected)
    }
  }

  @Test(arguments: InstructionSet.available)
  func `many sums at once are those one by one`(instructions: InstructionSet) {
    var generator = SplitMix64(seed: 7)
    for count in Array(0..<40) + [1000, 4099] {
      var sums: [ExactSum] = []
      var expected = Array(repeating: ExactSum(), count: count)
      for round in 0..<8 {
        // Later terms are fewer: sums past them stay as they are.
        let terms = (0..<max(0, count - round)).map { place in
          let exponent = Int.random(in: -90..<46, using: &generator)
          // Ties, whole units and everything between; zeros of both signs.
          let significand =
            place % 3 == 0
            ? Double(Int.random(in: 0..<16, using: &generator)) / 8
            : Double.random(in: 1..<2, using: &generator)
          return (place % 2 == 0 ? 1 : -1)
            * min(significand * Double.exp2(Double(exponent)), (0x1p46).nextDown)
        }
        ExactSum.add(terms, to: &sums, instructions: instructions)
        for place in terms.indices { expected[place].add(terms[place]) }
        #expect(sums == expected)
      }
    }
  }

  @Test(arguments: InstructionSet.available)
  func `the largest and the smallest terms of either sign come in whole`(instructions: InstructionSet) {
    let magnitudes = [(0x1p46).nextDown, 0x1p45, 0x1p-81, (0x1p-81).nextDown, .leastNonzeroMagnitude, 0]
    let terms = magnitudes + magnitudes.map { -$0 }
    var sums: [ExactSum] = []
    ExactSum.add(terms, to: &sums, instructions: instructions)
    #expect(sums == terms.map { ExactSum($0) })
  }

  @Test(arguments: 0..<127) func `the value is the nearest double, ties to even`(bits: Int) {
    var generator = SplitMix64(seed: UInt64(bits))
    let one = Int128(1) << Int128(bits)
    // Around a tie: a unit of the last of 53 digits, its half, and one to either side of it.
    let digit = Int128(1) << Int128(max(bits - 52, 0)), half = digit / 2
    let near = [0, 1, half - 1, half, half + 1, digit, digit + half - 1, digit + half, digit + half + 1]
    for units in near.map({ one + $0 }) + [one - 1, one | Int128.random(in: 0..<one, using: &generator)] {
      #expect(ExactSum(units: units).value == Double(units) * 0x1p-80)
      #expect(ExactSum(units: -units).value == -Double(units) * 0x1p-80)
    }
    #expect(ExactSum(units: .min).value == -0x1p47)
  }

  @Test func `it survives storage`() {
    let sum = ExactSum(-0.1)
    #expect(ExactSum(units: sum.units) == sum)
    #expect(sum.value == -0.1)
  }
}

extension Double {
  fileprivate static func exp2(_ exponent: Double) -> Double {
    Double(sign: .plus, exponent: Int(exponent), significand: 1)
  }
}
