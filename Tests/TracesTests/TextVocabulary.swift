import Tokenization

@testable import Traces

/// A small vocabulary for files that give their tokens as texts.
enum TextVocabulary {
  /// Two ids share the bytes of `a`; the parts of ∠ (E2 88 A0) and é (C3 A9) are no texts.
  static let vocabulary = Vocabulary(
    tokens: ([
      "Hello", "Hi", " the", " a", "a", "a", "\u{FFFD}", "bytes", "7",
    ].map { Array($0.utf8) } + [
      [0xE2, 0x88], [0xA0], [0xC3], [0xE2, 0x88, 0xA0], [0xC3, 0xA9], [0x20, 0xC3],
    ])
    .enumerated().map { (TokenID(Int32($0)), $1) },
    addedTokens: [AddedToken(id: TokenID(20), content: Array("<|end|>".utf8), flags: .special)])

  static let lookup = TokenLookup(vocabulary)
}

/// The traces of a file of texts.
func readTexts(
  _ text: String, _ format: TraceFormat, lookup: TokenLookup? = TextVocabulary.lookup
) throws -> (file: TraceFile, traces: [Trace]) {
  let file = try TraceFile(
    ByteStorage(copying: Array(text.utf8)), path: "trace", tensor: nil, lookup: lookup)
  guard file.format == format else { throw UnexpectedFormat(format: file.format) }
  var traces: [Trace] = []
  for index in file.entries.indices { traces.append(try file.trace(at: index)) }
  return (file, traces)
}

struct UnexpectedFormat: Error { var format: TraceFormat }

extension Trace {
  /// The rows of a trace that lists some tokens.
  var truncatedRows: [TruncatedRow?] {
    guard case .truncated(let rows) = rows else { return [] }
    return rows
  }

  /// The ids of its tokens as numbers.
  var ids: [Int32] { tokens.map(\.rawValue) }
}
