import Foundation
import Tokenization

/// Text with its tokens set apart: on a terminal by two colours in turn and a third for special tokens, and
/// elsewhere by a bar between them. A token is shown as `TokenText` shows it, and a line ends where its does.
struct TokenBoundaries {
  /// How tokens are set apart.
  enum Style {
    case colour, bars

    /// Colours on a terminal that has them, unless `NO_COLOR` is set.
    static var forStandardOutput: Style {
      let environment = ProcessInfo.processInfo.environment
      let isRefused = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
      return isatty(STDOUT_FILENO) == 1 && environment["TERM"] != "dumb" && !isRefused ? .colour : .bars
    }
  }

  private let vocabulary: Vocabulary
  private let style: Style
  private var place = 0
  private var isLineStart = true

  /// The tokens of a text from its beginning.
  init(_ vocabulary: Vocabulary, style: Style) {
    self.vocabulary = vocabulary
    self.style = style
  }

  /// The next tokens of the text.
  mutating func show(_ ids: [TokenID]) -> String {
    var shown = ""
    for id in ids {
      let bytes = vocabulary.bytes(of: id) ?? []
      let token = TokenText(bytes).shown
      switch style {
      case .colour: shown += "\u{1B}[\(colour(of: id))m\(token)\u{1B}[0m"
      case .bars: shown += (isLineStart ? "" : "│") + token
      }
      place += 1
      isLineStart = bytes.last == 0x0A
      if isLineStart { shown += "\n" }
    }
    return shown
  }

  private func colour(of id: TokenID) -> String {
    if vocabulary.isSpecial(id) { return "30;45" }
    return place % 2 == 0 ? "30;46" : "30;43"
  }
}
