/// How text is cut into the pieces inside which bytes are merged.
///
/// A vocabulary belongs to one pattern. The patterns of the well-known families are recognised by their
/// exact text and scanned by hand-written code; their Unicode is version 16, that of the references.
public struct SplitPattern: Equatable, Sendable {
  let family: Family

  /// The families with a hand-written scanner.
  enum Family: Equatable, Sendable {
    case gpt2
    case cl100k(digits: Int, word: ScalarClass)
    case o200k(digits: Int, suffix: O200KScanner.Suffix)
    case deepseek
    case kimi
  }

  /// The names under which a pattern can be asked for.
  public enum Name: String, CaseIterable, Sendable {
    /// GPT-2, r50k and p50k.
    case gpt2
    /// GPT-3.5 and GPT-4.
    case cl100k
    /// GPT-4o and gpt-oss.
    case o200k
    /// Llama 3: the pattern of cl100k.
    case llama3
    /// Llama 4: the pattern of o200k.
    case llama4
    /// Qwen 1 to 3: cl100k with single digits.
    case qwen2
    /// Qwen 3.5 and 3.6: words also hold marks.
    case qwen35 = "qwen3.5"
    /// DeepSeek V3 and R1.
    case deepseekV3 = "deepseek-v3"
    /// Mistral's Tekken.
    case tekken
    /// Moonshot's Kimi K2.
    case kimi
  }

  /// The pattern with this name.
  public init(_ name: Name) {
    family =
      switch name {
      case .gpt2: .gpt2
      case .cl100k, .llama3: .cl100k(digits: 3, word: .letter)
      case .qwen2: .cl100k(digits: 1, word: .letter)
      case .qwen35: .cl100k(digits: 1, word: [.letter, .mark])
      case .o200k, .llama4: .o200k(digits: 3, suffix: .contraction)
      case .tekken: .o200k(digits: 1, suffix: .none)
      case .deepseekV3: .deepseek
      case .kimi: .kimi
      }
  }

  /// The pattern with this text, if it is that of a family.
  init?(expression: String) {
    let written = Self.escaped(expression)
    guard let name = Self.names.first(where: { $0.expression == written })?.name else { return nil }
    self.init(name)
  }
}

extension SplitPattern {
  /// The texts of the families' patterns: as published, and as tiktoken has rewritten them.
  static let names: [(name: Name, expression: String)] = [
    (.gpt2, #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#),
    (.gpt2, #"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"#),
    (.gpt2, #"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#),
    (.cl100k, contraction + "|" + lettersThen(#"\p{N}{1,3}"#) + tail),
    (
      .cl100k,
      #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"#
    ),
    (.qwen2, contraction + "|" + lettersThen(#"\p{N}"#) + tail),
    (
      .qwen35,
      contraction + #"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|"# + tail
    ),
    (.o200k, cased(suffix: contraction + "?") + #"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|"# + tail),
    (
      .kimi,
      #"[\p{Han}]+|"# + cased(suffix: contraction + "?", without: #"&&[^\p{Han}]"#)
        + #"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|"# + tail
    ),
    (.tekken, cased(suffix: "") + #"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|"# + tail),
  ]

  /// The text of a pattern with newlines written as escapes, which mean the same.
  static func escaped(_ expression: String) -> String {
    var written = ""
    for scalar in expression.unicodeScalars {
      switch scalar {
      case "\r": written += "\\r"
      case "\n": written += "\\n"
      default: written.unicodeScalars.append(scalar)
      }
    }
    return written
  }

  /// The three patterns of DeepSeek V3, each for what the one before leaves over.
  static let deepseekExpressions = [
    #"\p{N}{1,3}"#, #"[一-龥\#u{3040}-ゟ゠-ヿ]+"#,
    ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|"##
      + tail,
  ]

  private static let contraction = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
  private static let tail = #"\s*[\r\n]+|\s+(?!\S)|\s+"#

  private static func lettersThen(_ digits: String) -> String {
    #"[^\r\n\p{L}\p{N}]?\p{L}+|"# + digits + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|"#
  }

  private static func cased(suffix: String, without excluded: String = "") -> String {
    let upper = #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}"# + excluded + "]"
    let lower = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}"# + excluded + "]"
    let before = #"[^\r\n\p{L}\p{N}]?"#
    return before + upper + "*" + lower + "+" + suffix + "|" + before + upper + "+" + lower + "*" + suffix
  }
}

extension SplitPattern {
  /// The pieces of a text, in order and without gaps.
  func pieces(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    AlignedText(bytes, offset: 0).withScanText { ranges(in: $0) }.map { bytes[$0] }
  }

  /// Where the pieces of a text are.
  func ranges(in text: ScanText) -> [Range<Int>] {
    switch family {
    case .gpt2: Self.ranges(in: text, GPT2Scanner())
    case .cl100k(let digits, let word): Self.ranges(in: text, CL100KScanner(digits: digits, word: word))
    case .o200k(let digits, let suffix): Self.ranges(in: text, O200KScanner(digits: digits, suffix: suffix))
    case .deepseek: Self.ranges(in: text, DeepSeekScanner())
    case .kimi: Self.ranges(in: text, KimiScanner())
    }
  }

  private static func ranges(in text: ScanText, _ scanner: some PieceScanner) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start = 0
    while start < text.count {
      let end = scanner.end(from: start, in: text)
      ranges.append(start..<end)
      start = end
    }
    return ranges
  }
}
