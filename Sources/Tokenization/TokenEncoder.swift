/// Encodes one text after another and remembers the pieces it has met. One per thread.
///
/// What it returns does not depend on what it has met before.
public final class TokenEncoder {
  let tokenizer: Tokenizer
  let cache: PieceCache
  let known: KnownPieces
  private let fastPath: FastPath?
  /// The tokens of the piece that was met for the first time just now.
  var missed: [TokenID] = []

  /// The tokens so far. A pointer for the reason given at `PieceCache`; nobody else holds it.
  private(set) var output: UnsafeMutablePointer<TokenID>
  private var capacity: Int
  /// How many tokens there are so far.
  var count = 0

  /// A tokenizer whose pieces can be cut straight from the text.
  private struct FastPath {
    var family: SplitPattern.Family
    var form: NormalizationForm?
  }

  /// The most places for pieces a cache grows to, as a power of two: 2^20, of which five of eight are taken.
  private static let cacheBits = 20

  /// An encoder that has met nothing yet.
  public init(_ tokenizer: Tokenizer) {
    self.tokenizer = tokenizer
    cache = PieceCache(bits: Self.cacheBits)
    known = tokenizer.model.knownPieces ?? KnownPieces()
    fastPath = Self.fastPath(of: tokenizer)
    capacity = 1024
    output = .allocate(capacity: capacity)
  }

  deinit { output.deallocate() }

  private static func fastPath(of tokenizer: Tokenizer) -> FastPath? {
    guard tokenizer.cuts.count == 1, case .family(let pattern) = tokenizer.cuts[0] else { return nil }
    switch tokenizer.normalizers.count {
    case 0: return FastPath(family: pattern.family)
    case 1:
      guard case .form(let form) = tokenizer.normalizers[0] else { return nil }
      return FastPath(family: pattern.family, form: form)
    default: return nil
    }
  }

  /// The ids of bytes, which should be UTF-8; what is not is kept, and cut as if it were U+FFFD.
  ///
  /// - Parameter special: Whether the text of a special token is that token.
  public func encode(_ bytes: some Collection<UInt8>, special: SpecialTokens = .parse) -> [TokenID] {
    bytes.withContiguousStorageIfAvailable { encode($0, special: special) }
      ?? Array(bytes).withUnsafeBufferPointer { encode($0, special: special) }
  }

  /// The ids of a text.
  public func encode(_ text: String, special: SpecialTokens = .parse) -> [TokenID] {
    var text = text
    return text.withUTF8 { encode($0, special: special) }
  }

  private func encode(_ bytes: UnsafeBufferPointer<UInt8>, special: SpecialTokens) -> [TokenID] {
    count = 0
    guard let base = bytes.baseAddress, !bytes.isEmpty else { return [] }
    ScalarClass.table.withUnsafeBufferPointer { classes in
      guard let classes = classes.baseAddress else { return }
      encode(ScanText(base: base, count: bytes.count, classes: classes), special: special)
    }
    return Array(UnsafeBufferPointer(start: output, count: count))
  }

  private func encode(_ text: ScanText, special: SpecialTokens) {
    guard let fastPath else {
      return encodeStepwise(AlignedText(Array(text.bytes(0..<text.count)), offset: 0), special)
    }
    for outer in tokenizer.rawFinder.segments(of: 0..<text.count, in: text, special: special) {
      if let token = outer.token {
        append(token)
      } else if let form = fastPath.form, !form.changes(of: text.part(outer.range)).isEmpty {
        encodeStepwise(AlignedText(Array(text.bytes(outer.range)), offset: 0), special)
      } else {
        for inner in tokenizer.normalizedFinder.segments(of: outer.range, in: text, special: special) {
          if let token = inner.token {
            append(token)
          } else {
            encode(text.part(inner.range), fastPath.family)
          }
        }
      }
    }
  }

  private func encodeStepwise(_ text: AlignedText, _ special: SpecialTokens) {
    tokenizer.visit(text, special: special) { part in
      switch part {
      case .token(let id, _): append(id)
      case .piece(let piece): piece.withScanText { encode(pieces: [0..<$0.count], of: $0) }
      }
    }
  }

  private func encode(_ text: ScanText, _ family: SplitPattern.Family) {
    switch family {
    case .gpt2: encode(text, GPT2Scanner())
    case .cl100k(let digits, let word): encode(text, CL100KScanner(digits: digits, word: word))
    case .o200k(let digits, let suffix): encode(text, O200KScanner(digits: digits, suffix: suffix))
    case .deepseek: encode(text, DeepSeekScanner())
    case .kimi: encode(text, KimiScanner())
    }
  }
}

extension TokenEncoder {
  private func append(_ token: TokenID) {
    reserve(1)
    output[count] = token
    count += 1
  }

  /// Makes room for more tokens.
  func reserve(_ more: Int) {
    guard count + more > capacity else { return }
    capacity = max(capacity * 2, count + more)
    let larger = UnsafeMutablePointer<TokenID>.allocate(capacity: capacity)
    larger.update(from: output, count: count)
    output.deallocate()
    output = larger
  }
}
