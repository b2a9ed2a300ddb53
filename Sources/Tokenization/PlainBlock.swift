internal import CTokenScan

/// Sixty-four bytes of a text, in which pieces are found by their bits: no branch depends on how long they are.
///
/// That goes for plain ASCII. Where something else begins, a contraction, or white space of which the end is
/// not seen, the bits say nothing, and the scanner of the family takes over.
struct PlainBlock {
  /// What a family does with plain text.
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
  }

  /// How many bytes a block has.
  static let size = 64
  /// Of the last two bytes it is not known whether a piece begins there: it depends on the next.
  private static let decided: UInt64 = ~0 << 1 & ~0 >> 2

  private var bits = tokenscan_block()

  /// Reads the bytes from an index on, all of which the text must have.
  @inline(__always) init(at index: Int, in text: ScanText) {
    tokenscan_classify(text.base + index, &bits)
  }

  /// Where pieces end, one behind the other, of which the first begins with the block: a bit for every byte
  /// behind an end. And whether all bytes were plain, so that only the size of the block ended the search.
  @inline(__always) func ends(_ rules: Rules) -> (ends: UInt64, isPlain: Bool) {
    let (starts, unclear) =
      switch rules {
      case .gpt2: startsOfGPT2()
      case .later(let digits, let traits): starts(digits, traits)
      }
    // All bits below the byte in front of the first that is unclear.
    let below = unclear == 0 ? ~0 : ((unclear & (0 &- unclear)) &- 1) &>> 1
    return (starts & below & Self.decided, unclear == 0)
  }

  /// Spaces and tabs.
  @inline(__always) private var blanks: UInt64 { bits.spaces | bits.tabs }

  /// What is beyond plain ASCII, and apostrophes that may begin a contraction: in front of a letter, where
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
    if traits.contains(.capitals) { starts |= bits.capitals & (bits.letters & ~bits.capitals) &<< 1 }
    var unclear = unclear
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
