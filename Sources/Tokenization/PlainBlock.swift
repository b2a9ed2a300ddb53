internal import CTokenScan

/// Sixty-four bytes of a text, in which pieces are found by their bits: no branch depends on how long they are.
///
/// That goes for ASCII, and for all characters where the family's rules do and the machine can. Where something
/// else begins, a control, a contraction, or white space of which the end is not seen, the bits say nothing, and
/// the scanner of the family takes over.
struct PlainBlock {
  /// What a family does with text.
  enum Rules {
    /// White space in front of a word leaves its last character to it, and newlines are like spaces.
    case gpt2
    /// Newlines end a piece, and a sign in front of a word belongs to it.
    case later(digits: Int, Traits)
  }

  /// In what the later families differ.
  struct Traits: OptionSet {
    let rawValue: UInt8
    /// A capital behind a small letter begins a piece.
    static let capitals = Traits(rawValue: 1)
    /// Slashes go with the newlines behind signs.
    static let slashes = Traits(rawValue: 2)
    /// White space in front of a number stays together.
    static let numbersApart = Traits(rawValue: 4)
    /// The rules are for ASCII only.
    static let onlyASCII = Traits(rawValue: 8)
    /// Marks are letters.
    static let marks = Traits(rawValue: 16)
  }

  /// How many bytes a block has.
  static let size = 64
  /// How many bytes the text must have from the first of a block on: the last character is read four at a time.
  static let reach = size + 4
  /// Whether this machine reads characters beyond ASCII.
  static let readsCharacters = tokenscan_classifies_characters()

  private var bits = tokenscan_block()
  /// How many characters the bits are of, from the lowest.
  private let count: Int

  /// Reads the bytes from an index on, all of which the text must have.
  @inline(__always) init(at index: Int, in text: ScanText) {
    tokenscan_classify(text.base + index, &bits)
    count = Self.size
  }

  /// Reads the characters from an index on, where one begins, of which the text must have `reach` bytes.
  ///
  /// - Precondition: The machine reads characters, and the rules are for them.
  @inline(__always) init(charactersAt index: Int, in text: ScanText, _ rules: Rules) {
    count = tokenscan_classify_characters(text.base + index, text.classes, rules.areCased, &bits)
    if rules.takeMarks { bits.letters |= bits.marks } else { bits.signs |= bits.marks }
  }

  /// Whether the block has nothing but ASCII.
  @inline(__always) var isASCII: Bool { bits.starts == ~0 }

  /// The bytes that begin a character of two or three behind another that is not ASCII: where seams may be.
  @inline(__always) var joints: UInt64 { bits.joints }

  /// Where pieces end, one behind the other, of which the first begins with the block: a bit for every byte
  /// behind an end. And whether all characters were plain, so that only the size of the block ended the search.
  @inline(__always) func ends(_ rules: Rules) -> (ends: UInt64, isPlain: Bool) {
    let (starts, unclear) =
      switch rules {
      case .gpt2: startsOfGPT2()
      case .later(let digits, let traits): starts(digits, traits)
      }
    // All bits below the character in front of the first that is unclear, as all behind the last are.
    let below = unclear == 0 ? ~0 : ((unclear & (0 &- unclear)) &- 1) &>> 1
    let ends = starts & below & decided
    return (isASCII ? ends : tokenscan_first_byte_bits(ends, bits.starts), unclear & present == 0)
  }

  /// Of the last two characters it is not known whether a piece begins there: it depends on the next.
  @inline(__always) private var decided: UInt64 { present &>> 2 & ~1 }

  @inline(__always) private var present: UInt64 {
    count == 0 ? 0 : ~0 &>> UInt64(truncatingIfNeeded: Self.size &- count)
  }

  /// Spaces, tabs, and white space beyond ASCII.
  @inline(__always) private var blanks: UInt64 { bits.spaces | bits.tabs }

  /// What is in no set, and apostrophes that may begin a contraction: in front of a letter, where
  /// they are not behind another sign or a space, which would take them along.
  @inline(__always) private var unclear: UInt64 {
    let plain = bits.letters | bits.digits | bits.signs | bits.newlines | blanks
    return ~plain | bits.apostrophes & bits.letters &>> 1 & ~((bits.signs | bits.spaces) &<< 1)
  }

  @inline(__always) private func startsOfGPT2() -> (starts: UInt64, unclear: UInt64) {
    let white = blanks | bits.newlines
    let last = white & ~(white &>> 1)
    let taken = last & bits.spaces
    let starts =
      bits.letters & ~((bits.letters | taken) &<< 1) | bits.digits & ~((bits.digits | taken) &<< 1)
      | bits.signs & ~((bits.signs | taken) &<< 1) | white & ~(white &<< 1) | last
    return (starts, unclear)
  }

  @inline(__always)
  private func starts(_ digits: Int, _ traits: Traits) -> (starts: UInt64, unclear: UInt64) {
    let beforeLetter = bits.letters &>> 1
    // In front of a word: a sign that is alone, or the last of white space, which signs take too if it is a
    // space.
    let sign = bits.signs & beforeLetter & ~((bits.signs | bits.spaces) &<< 1)
    let last = blanks & ~((blanks | bits.newlines) &>> 1)
    let taken = last & (beforeLetter | bits.spaces & bits.signs &>> 1)
    let signs = bits.signs & ~sign
    // Newlines right behind signs go with them: the sum carries through each run of them.
    let endings = bits.newlines & ~(bits.newlines &+ (bits.newlines & signs &<< 1))
    let white = (blanks | bits.newlines) & ~endings
    let indents = blanks & bits.newlines &<< 1
    var starts = bits.letters & ~((bits.letters | taken | sign) &<< 1) | sign | taken
    starts |= signs & ~((signs | taken) &<< 1) | numbers(digits)
    starts |= white & ~taken & (~(white &<< 1) | last) | indents
    var unclear = unclear
    if traits.contains(.capitals) {
      starts |= bits.capitals & (bits.letters & ~bits.capitals) &<< 1
      // Behind a letter without case or a mark, a capital begins a piece only if no small letter follows.
      unclear |= bits.capitals & (bits.caseless | bits.marks) &<< 1
      // A mark behind a sign goes with a word or with the signs.
      unclear |= bits.marks & bits.signs &<< 1
    }
    if traits.contains(.slashes) { unclear |= bits.slashes & endings &<< 1 }
    if traits.contains(.numbersApart) { unclear |= blanks & blanks &<< 1 & bits.digits &>> 1 }
    // An indent in front of another newline is none. The sum has a bit behind each, or carries out of the block.
    let behind = blanks &+ indents
    let wrong = behind & ~blanks & (bits.newlines | unclear)
    if behind < blanks || wrong != 0 {
      let before = indents & ((wrong & (0 &- wrong)) &- 1)
      unclear |= 1 &<< UInt64(truncatingIfNeeded: 63 &- before.leadingZeroBitCount)
    }
    return (starts, unclear)
  }

  /// The starts of groups of at most so many digits: 1 or 3.
  @inline(__always) private func numbers(_ digits: Int) -> UInt64 {
    if digits == 1 { return bits.digits }
    var starts = bits.digits & ~(bits.digits &<< 1)
    let fourth = bits.digits & bits.digits &<< 1 & bits.digits &<< 2 & bits.digits &<< 3
    var next = starts &<< 3 & fourth
    while next != 0 {
      starts |= next
      next = next &<< 3 & fourth
    }
    return starts
  }
}

extension PlainBlock.Rules {
  /// Whether they are for characters beyond ASCII, too.
  @inline(__always) var areForCharacters: Bool {
    if case .later(_, let traits) = self { !traits.contains(.onlyASCII) } else { true }
  }

  /// Whether it matters which letters are capitals.
  @inline(__always) fileprivate var areCased: Bool {
    if case .later(_, let traits) = self { traits.contains(.capitals) } else { false }
  }

  /// Whether marks are letters, and not signs.
  @inline(__always) fileprivate var takeMarks: Bool {
    if case .later(_, let traits) = self { traits.contains(.marks) } else { false }
  }
}
