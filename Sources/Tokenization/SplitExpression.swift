/// A split pattern of no known family, matched by backtracking as the references' engines do.
///
/// It knows what split patterns are made of: alternatives, groups, `(?i:…)`, look-around, classes with
/// properties, sets and intersections, and greedy, lazy and possessive repetition. What it does not know
/// is refused when the pattern is read, so that what it does match is exact.
struct SplitExpression: Equatable, Sendable {
  /// The text of the pattern.
  let source: String
  /// What is run; each part of look-around and each atomic group is a program of its own.
  let program: [Instruction]

  /// A step of a program. Places in the program are indices into it.
  indirect enum Instruction: Equatable, Sendable {
    /// One scalar of the set.
    case scalar(ScalarSet)
    /// As many scalars of the set as there are, between the bounds, giving them back one by one.
    case run(ScalarSet, least: Int, most: Int)
    /// The same, giving none back.
    case possessiveRun(ScalarSet, least: Int, most: Int)
    /// Try the first place, and later the second.
    case split(Int, Int)
    case jump(Int)
    /// What follows matches or does not.
    case ahead([Instruction], isNegated: Bool)
    /// The `length` scalars before match or do not.
    case behind([Instruction], length: Int, isNegated: Bool)
    /// Matches and is not tried again.
    case atomic([Instruction])
    case textStart, textEnd, lineStart, lineEnd
    case match
  }

  /// What `^` and `$` mean, which is where the references' engines differ.
  enum Dialect: Sendable {
    /// Oniguruma, in `tokenizers`: the ends of a line.
    case lines
    /// Rust's regex, in tiktoken: the ends of the text.
    case text
  }

  /// Reads a pattern.
  init(_ source: String, dialect: Dialect) throws(Failure) {
    self.source = source
    var reader = SplitExpressionReader(source, dialect: dialect)
    program = try reader.expression().program
  }

  /// What could not be read: a place, counted in characters, and what was expected there.
  struct Failure: Error, Equatable {
    var offset: Int
    var expected: String
  }
}

extension SplitExpression {
  /// The first match at or after an index: the range, which is not empty.
  func firstMatch(from start: Int, in text: ScanText) -> Range<Int>? {
    var index = start
    while index < text.count {
      if let end = Self.run(program, from: index, in: text), end > index { return index..<end }
      index += text.codePoint(at: index).length
    }
    return nil
  }

  /// A choice to come back to.
  private enum Choice {
    case other(place: Int, index: Int)
    /// A run that may shrink, not below `least`.
    case shorter(place: Int, index: Int, least: Int)
  }

  /// The end of the match of a program that begins at an index.
  static func run(_ program: [Instruction], from start: Int, in text: ScanText) -> Int? {
    var place = 0
    var index = start
    var choices: [Choice] = []
    while true {
      if let next = step(program, &place, index, in: text, &choices) {
        if program[place] == .match { return next }
        index = next
        continue
      }
      guard let choice = choices.popLast() else { return nil }
      switch choice {
      case .other(let other, let at): (place, index) = (other, at)
      case .shorter(let other, let at, let least):
        let shorter = text.scalarStart(before: at)
        if shorter > least { choices.append(.shorter(place: other, index: shorter, least: least)) }
        (place, index) = (other, shorter)
      }
      if program[place] == .match { return index }
    }
  }

  /// Does one instruction and moves the place; nothing where it does not match.
  private static func step(
    _ program: [Instruction], _ place: inout Int, _ index: Int, in text: ScanText, _ choices: inout [Choice]
  ) -> Int? {
    switch program[place] {
    case .match: return index
    case .jump(let target):
      place = target
      return index
    case .split(let first, let second):
      choices.append(.other(place: second, index: index))
      place = first
      return index
    case .run(let set, let least, let most):
      guard let (end, floor) = scan(set, least, most, from: index, in: text) else { return nil }
      place += 1
      if end > floor { choices.append(.shorter(place: place, index: end, least: floor)) }
      return end
    default:
      guard let next = simple(program[place], index, in: text) else { return nil }
      place += 1
      return next
    }
  }

  /// The instructions that leave no choice.
  private static func simple(_ instruction: Instruction, _ index: Int, in text: ScanText) -> Int? {
    switch instruction {
    case .scalar(let set):
      guard index < text.count else { return nil }
      let (point, length) = text.codePoint(at: index)
      return set.contains(point ?? 0xFFFD) ? index + length : nil
    case .possessiveRun(let set, let least, let most):
      return scan(set, least, most, from: index, in: text)?.end
    case .ahead(let inner, let isNegated):
      return (run(inner, from: index, in: text) == nil) == isNegated ? index : nil
    case .behind(let inner, let length, let isNegated):
      var start: Int? = index
      for _ in 0..<length { start = start.flatMap { $0 > 0 ? text.scalarStart(before: $0) : nil } }
      let found = start.flatMap { run(inner, from: $0, in: text) } == index
      return found == isNegated ? nil : index
    case .atomic(let inner): return run(inner, from: index, in: text)
    case .textStart: return index == 0 ? index : nil
    case .textEnd: return index == text.count ? index : nil
    case .lineStart: return index == 0 || text[index - 1] == 0x0A ? index : nil
    case .lineEnd: return index == text.count || text[index] == 0x0A ? index : nil
    case .run, .split, .jump, .match: return nil
    }
  }

  /// The end of a run of scalars of a set, and the end of the `least` first of them.
  private static func scan(
    _ set: ScalarSet, _ least: Int, _ most: Int, from start: Int, in text: ScanText
  ) -> (end: Int, floor: Int)? {
    var index = start
    var count = 0
    var floor = start
    while index < text.count, count < most {
      let (point, length) = text.codePoint(at: index)
      if !set.contains(point ?? 0xFFFD) { break }
      index += length
      count += 1
      if count == least { floor = index }
    }
    return count >= least ? (index, floor) : nil
  }
}
