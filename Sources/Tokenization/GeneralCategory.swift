/// The general category of a code point in Unicode 16, in the order of the table that is read.
enum GeneralCategory: UInt8, CaseIterable {
  case uppercaseLetter, lowercaseLetter, titlecaseLetter, modifierLetter, otherLetter
  case nonspacingMark, spacingMark, enclosingMark
  case decimalNumber, letterNumber, otherNumber
  case connectorPunctuation, dashPunctuation, openPunctuation, closePunctuation
  case initialPunctuation, finalPunctuation, otherPunctuation
  case mathSymbol, currencySymbol, modifierSymbol, otherSymbol
  case spaceSeparator, lineSeparator, paragraphSeparator
  case control, format, surrogate, privateUse, unassigned

  /// The two letters that name the category in a pattern, as in `\p{Lu}`.
  var abbreviation: String { Self.abbreviations[Int(rawValue)] }

  private static let abbreviations = [
    "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe",
    "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn",
  ]
}

extension GeneralCategory {
  /// One more than the largest code point.
  static let codePoints = 0x110000

  /// The category of every code point, as raw values: `codePoints` bytes.
  static let table: [UInt8] = {
    var table: [UInt8] = []
    table.reserveCapacity(codePoints)
    var category: UInt8?
    var length = 0
    func flush() {
      if let category { table.append(contentsOf: repeatElement(category, count: max(length, 1))) }
      length = 0
    }
    GeneralCategoryRuns.unicode16.withUTF8Buffer { text in
      for byte in text {
        if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
          length = length * 10 + Int(byte - UInt8(ascii: "0"))
        } else {
          flush()
          category = byte >= UInt8(ascii: "a") ? byte - UInt8(ascii: "a") + 26 : byte - UInt8(ascii: "A")
        }
      }
    }
    flush()
    precondition(table.count == codePoints, "the runs cover \(table.count) code points")
    return table
  }()

  /// The category of one scalar.
  init(of scalar: Unicode.Scalar) {
    self = Self(rawValue: Self.table[Int(scalar.value)]) ?? .unassigned
  }
}
