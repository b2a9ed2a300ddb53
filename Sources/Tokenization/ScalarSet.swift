/// A set of code points, as a pattern's character class names it.
struct ScalarSet: Equatable, Sendable {
  /// Disjoint, in increasing order, and never touching.
  private(set) var ranges: [ClosedRange<UInt32>]
  private let ascii: [Bool]

  /// The set of the code points in any of the ranges.
  init(_ ranges: [ClosedRange<UInt32>]) {
    var merged: [ClosedRange<UInt32>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = merged.last,
        range.lowerBound <= last.upperBound || range.lowerBound == last.upperBound + 1
      {
        merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    self.ranges = merged
    ascii = (0..<128 as Range<UInt32>).map { point in merged.contains { $0.contains(point) } }
  }

  /// The set of one code point.
  init(_ point: UInt32) { self.init([point...point]) }

  /// Whether a code point is in the set.
  func contains(_ point: UInt32) -> Bool {
    if point < 128 { return ascii[Int(point)] }
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < point { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].contains(point)
  }

  /// The code points in either.
  func union(_ other: ScalarSet) -> ScalarSet { ScalarSet(ranges + other.ranges) }

  /// The code points in both.
  func intersection(_ other: ScalarSet) -> ScalarSet { inverted.union(other.inverted).inverted }

  /// The code points that are not in it.
  var inverted: ScalarSet {
    var result: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in ranges {
      if range.lowerBound > next { result.append(next...range.lowerBound - 1) }
      next = range.upperBound + 1
    }
    if next < UInt32(GeneralCategory.codePoints) {
      result.append(next...UInt32(GeneralCategory.codePoints - 1))
    }
    return ScalarSet(result)
  }

  /// The set with the other case of its ASCII letters, and of what folds to them: `ſ` and the Kelvin sign.
  var ignoringCase: ScalarSet {
    var added: [ClosedRange<UInt32>] = []
    for small in 0x61...0x7A as ClosedRange<UInt32> {
      var variants = [small, small - 0x20]
      if small == 0x73 { variants.append(0x17F) }
      if small == 0x6B { variants.append(0x212A) }
      if variants.contains(where: contains) { added += variants.map { $0...$0 } }
    }
    return ScalarSet(ranges + added)
  }
}

extension ScalarSet {
  /// The code points whose category satisfies a condition.
  static func categories(_ isWanted: (GeneralCategory) -> Bool) -> ScalarSet {
    let wanted = GeneralCategory.allCases.map(isWanted)
    var ranges: [ClosedRange<UInt32>] = []
    var start: UInt32?
    for (point, category) in GeneralCategory.table.enumerated() {
      if wanted[Int(category)] {
        if start == nil { start = UInt32(point) }
      } else if let first = start {
        ranges.append(first...UInt32(point - 1))
        start = nil
      }
    }
    if let start { ranges.append(start...UInt32(GeneralCategory.codePoints - 1)) }
    return ScalarSet(ranges)
  }

  /// `\s`.
  static let whiteSpace = ScalarSet(ScalarClass.whiteSpace.map { UInt32($0)...UInt32($0) })

  /// `\d`.
  static let digit = categories { $0 == .decimalNumber }

  /// `\w`: letters, marks, decimal digits, letter numbers, connectors, and the alphabetic symbols.
  static let word = categories { category in
    switch category {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .connectorPunctuation:
      true
    default: false
    }
  }.union(
    ScalarSet([0x24B6...0x24E9, 0x1F130...0x1F149, 0x1F150...0x1F169, 0x1F170...0x1F189, 0x200C...0x200D]))

  /// Everything.
  static let all = ScalarSet([0...UInt32(GeneralCategory.codePoints - 1)])

  /// The set of a property, by the name it has in a pattern; nothing for a name that is not known here.
  static func property(_ name: String) -> ScalarSet? {
    switch name {
    case "Han", "Script=Han", "script=Han", "sc=Han": return han
    case "Any": return all
    default:
      let short = longNames[name] ?? name
      let known = GeneralCategory.allCases.contains {
        $0.abbreviation == short || $0.abbreviation.prefix(1) == short
      }
      guard known else { return nil }
      return categories { $0.abbreviation == short || $0.abbreviation.prefix(1) == short }
    }
  }

  private static let longNames = [
    "Letter": "L", "Mark": "M", "Number": "N", "Punctuation": "P", "Symbol": "S", "Separator": "Z",
    "Other": "C",
    "Uppercase_Letter": "Lu", "Lowercase_Letter": "Ll", "Titlecase_Letter": "Lt", "Modifier_Letter": "Lm",
    "Other_Letter": "Lo", "Decimal_Number": "Nd",
  ]

  /// The script Han in Unicode 16.
  static let han = ScalarSet([
    0x2E80...0x2E99, 0x2E9B...0x2EF3, 0x2F00...0x2FD5, 0x3005...0x3005, 0x3007...0x3007, 0x3021...0x3029,
    0x3038...0x303B, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFA6D, 0xFA70...0xFAD9, 0x16FE2...0x16FE3,
    0x16FF0...0x16FF1, 0x20000...0x2A6DF, 0x2A700...0x2B739, 0x2B740...0x2B81D, 0x2B820...0x2CEA1,
    0x2CEB0...0x2EBE0, 0x2EBF0...0x2EE5D, 0x2F800...0x2FA1D, 0x30000...0x3134A, 0x31350...0x323AF,
  ])
}
