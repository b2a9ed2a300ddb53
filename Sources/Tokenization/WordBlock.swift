internal import CTokenScan

/// Sixty-four bytes of a text at a time, in which words with a space between are found by their bits: no
/// branch depends on how long a word is.
///
/// Every family cuts in front of a space that stands between two letters, whatever stands around. What is
/// not so simple is left to its scanner.
struct WordBlock {
  /// Which letters a word may hold.
  enum Letters {
    /// All of them.
    case ascii
    /// Small ones: where the case of letters counts, a word of small ones is still a word.
    case small
  }

  private let kind: Letters
  private var start = 0
  private var end = 0
  private var letters: UInt64 = 0
  private var spaces: UInt64 = 0

  /// How many bytes a block has.
  static let size = 64
  /// A block is read again from where it is needed when so many of its bytes are done with.
  private static let used = 40

  /// Nothing has been read yet.
  init(_ kind: Letters) { self.kind = kind }

  /// Where pieces end that are words, one behind the other, of which the first begins at an index: a bit for
  /// every byte behind it.
  ///
  /// - Precondition: A piece begins there.
  @inline(__always) mutating func ends(from index: Int, in text: ScanText) -> UInt64 {
    if index &- start >= Self.used || index >= end { read(from: index, in: text) }
    let skipped = UInt64(truncatingIfNeeded: index &- start)
    let letters = letters &>> skipped
    let spaces = spaces &>> skipped
    let before = spaces & letters &>> 1
    let between = before & letters &<< 1
    let other = ~(letters | between | before & 1)
    // All bits below the first byte that is no part of such words.
    return between & (other & (0 &- other) &- 1)
  }

  private mutating func read(from index: Int, in text: ScanText) {
    start = index
    end = index + Self.size
    letters = 0
    spaces = 0
    guard end <= text.count else { return }
    tokenscan_words(text.base + index, kind == .small ? 0 : 0x20, &letters, &spaces)
  }
}
