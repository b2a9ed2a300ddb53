import Statistics

/// A limit for figures of the summary, as a person writes it: `klTunedReference[rl, math500] <= 0.05`.
public struct GateCondition: Equatable, Sendable {
  /// On which side of the limit a figure has to lie. The limit itself is allowed.
  public enum Side: String, Sendable {
    case atMost = "<="
    case atLeast = ">="
  }

  /// Whose figures are held to the limit.
  public enum Choice: Equatable, Sendable {
    /// Of tasks: all of them together. Of models: each one.
    case whole
    /// Each one by itself.
    case every
    /// The one with this name.
    case named(String)
  }

  /// The figure.
  public var figure: SummaryFigure
  /// The tuned model.
  public var model: Choice
  /// The task.
  public var task: Choice
  /// The side.
  public var side: Side
  /// The limit, in the figure's unit.
  public var limit: Double

  /// Reads `FIGURE[MODEL, TASK] <= LIMIT`.
  ///
  /// Brackets may be left out, for every tuned model over all of its tasks, and so may the task. `*` is every one.
  /// The sign may be left out; `>=` belongs to a lower limit. The limit may be in percent: `8 %`.
  ///
  /// - Parameter side: On which side the figure has to lie.
  /// - Throws: ``GateError`` that says what cannot be read.
  public init(_ text: String, side: Side) throws(GateError) {
    var rest = text[...].trimmed
    let name = rest.prefix { $0.isLetter || $0.isNumber }
    guard let figure = SummaryFigure(rawValue: String(name)) else {
      throw GateError(condition: text, .unknownFigure(String(name)))
    }
    self.figure = figure
    self.side = side
    rest = rest.dropFirst(name.count).trimmed
    (model, task) = (.whole, .whole)
    if rest.hasPrefix("[") {
      guard let end = rest.lastIndex(of: "]") else { throw GateError(condition: text, .openBracket) }
      let inside = rest[rest.index(after: rest.startIndex)..<end]
      let parts = inside.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false).map(\.trimmed)
      model = Self.choice(parts[0])
      if parts.count > 1 { task = Self.choice(parts[1]) }
      rest = rest[rest.index(after: end)...].trimmed
    }
    for sign in [Side.atMost, .atLeast] where rest.hasPrefix(sign.rawValue) {
      guard sign == side else { throw GateError(condition: text, .otherSide(found: sign, expected: side)) }
      rest = rest.dropFirst(sign.rawValue.count).trimmed
    }
    let isPercent = rest.hasSuffix("%")
    let digits = isPercent ? rest.dropLast().trimmed : rest
    guard let number = Double(digits), number.isFinite else {
      throw GateError(condition: text, .noLimit(found: String(rest)))
    }
    limit = isPercent ? number / 100 : number
  }

  private static func choice(_ text: Substring) -> Choice {
    text.isEmpty ? .whole : text == "*" ? .every : .named(String(text))
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    var text = self
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}

/// What cannot be read in a condition.
public struct GateError: Error, Equatable, CustomStringConvertible {
  /// What is wrong.
  public enum Problem: Equatable, Sendable {
    /// There is no such figure.
    case unknownFigure(String)
    /// A bracket has no end.
    case openBracket
    /// The sign contradicts the kind of limit.
    case otherSide(found: GateCondition.Side, expected: GateCondition.Side)
    /// The limit is not a number.
    case noLimit(found: String)
  }

  /// The condition as written.
  public var condition: String
  /// What is wrong.
  public var problem: Problem

  init(condition: String, _ problem: Problem) {
    self.condition = condition
    self.problem = problem
  }

  /// The condition as written, what is wrong with it, and what to write.
  public var description: String {
    let place = "\"\(condition)\": "
    switch problem {
    case .unknownFigure(let name):
      return place + "there is no figure \"\(name)\". Use one of "
        + SummaryFigure.allCases.map(\.rawValue).joined(separator: ", ") + "."
    case .openBracket:
      return place + "the bracket is not closed. Write for instance klTunedReference[rl, math500] <= 0.05."
    case .otherSide(let found, let expected):
      return place + "the sign is \(found.rawValue), and this option takes \(expected.rawValue). "
        + "Use \(found == .atMost ? "--max" : "--min") for it."
    case .noLimit(let found):
      return place + "the limit is \"\(found)\", which is not a number. "
        + "Write for instance klTunedReference[rl, math500] <= 0.05."
    }
  }
}
