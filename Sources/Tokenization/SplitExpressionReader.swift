/// Reads the text of a pattern and writes the program that matches it.
struct SplitExpressionReader {
  private var scalars: [Unicode.Scalar]
  private var place = 0
  /// How many groups and classes are open.
  private var depth = 0
  private let dialect: SplitExpression.Dialect

  typealias Failure = SplitExpression.Failure

  /// Deeper patterns are refused, so that none can exhaust the stack; published ones nest four deep.
  static let depthLimit = 64
  /// So often an expression may be repeated, and its repetition repeated again.
  private static let repetitionLimit = 4
  /// Longer programs are refused: repetitions of repetitions multiply.
  static let programLimit = 1 << 16

  init(_ source: String, dialect: SplitExpression.Dialect) {
    scalars = Array(source.unicodeScalars)
    self.dialect = dialect
  }

  private var current: Unicode.Scalar? { place < scalars.count ? scalars[place] : nil }

  private func failure(_ expected: String) -> Failure { Failure(offset: place, expected: expected) }

  private mutating func take(_ text: String) -> Bool {
    let wanted = Array(text.unicodeScalars)
    guard scalars[place...].starts(with: wanted) else { return false }
    place += wanted.count
    return true
  }

  /// The whole pattern.
  mutating func expression() throws(Failure) -> PatternNode {
    let node = try alternatives(ignoringCase: false)
    guard place == scalars.count else { throw failure("the end") }
    guard node.size <= Self.programLimit else {
      throw failure("a pattern of up to \(Self.programLimit) steps")
    }
    return node
  }

  private mutating func enter() throws(Failure) {
    depth += 1
    guard depth <= Self.depthLimit else {
      throw failure("groups and classes at most \(Self.depthLimit) deep")
    }
  }

  private mutating func alternatives(ignoringCase: Bool) throws(Failure) -> PatternNode {
    try enter()
    defer { depth -= 1 }
    var branches = [try sequence(ignoringCase)]
    while take("|") { branches.append(try sequence(ignoringCase)) }
    return branches.count == 1 ? branches[0] : .alternatives(branches)
  }

  private mutating func sequence(_ ignoringCase: Bool) throws(Failure) -> PatternNode {
    var nodes: [PatternNode] = []
    while let scalar = current, scalar != "|", scalar != ")" {
      nodes.append(try repetition(of: try atom(ignoringCase)))
    }
    return nodes.count == 1 ? nodes[0] : .sequence(nodes)
  }

  private mutating func atom(_ ignoringCase: Bool) throws(Failure) -> PatternNode {
    guard let scalar = current else { throw failure("an expression") }
    switch scalar {
    case "(": return try group(ignoringCase)
    case "[": return .scalar(try classSet(ignoringCase))
    case ".":
      place += 1
      return .scalar(ScalarSet(0x0A).inverted)
    case "^", "$":
      place += 1
      if dialect == .lines { return .anchor(scalar == "^" ? .lineStart : .lineEnd) }
      return .anchor(scalar == "^" ? .textStart : .textEnd)
    case "\\":
      if take("\\A") { return .anchor(.textStart) }
      if take("\\z") { return .anchor(.textEnd) }
      return .scalar(try escape(ignoringCase))
    case "*", "+", "?", "{": throw failure("an expression to repeat")
    default:
      place += 1
      return .scalar(try cased(ScalarSet(scalar.value), ignoringCase))
    }
  }

  private mutating func group(_ ignoringCase: Bool) throws(Failure) -> PatternNode {
    let kinds: [(String, (PatternNode) -> PatternNode?)] = [
      ("(?:", { $0 }), ("(?=", { .ahead($0, isNegated: false) }), ("(?!", { .ahead($0, isNegated: true) }),
      ("(?>", { .atomic($0) }),
      ("(?<=", { node in node.fixedLength.map { .behind(node, length: $0, isNegated: false) } }),
      ("(?<!", { node in node.fixedLength.map { .behind(node, length: $0, isNegated: true) } }),
      ("(?i:", { $0 }),
    ]
    for (opening, make) in kinds where take(opening) {
      let inner = try alternatives(ignoringCase: ignoringCase || opening == "(?i:")
      guard take(")") else { throw failure("a closing parenthesis") }
      guard let node = make(inner) else { throw failure("something of one length to look back at") }
      return node
    }
    if take("(?") { throw failure("a group of a known kind") }
    place += 1
    let inner = try alternatives(ignoringCase: ignoringCase)
    guard take(")") else { throw failure("a closing parenthesis") }
    return inner
  }

  private mutating func repetition(of node: PatternNode) throws(Failure) -> PatternNode {
    var node = node
    var repetitions = 0
    while let (least, most) = try bounds() {
      repetitions += 1
      guard repetitions <= Self.repetitionLimit else {
        throw failure("at most \(Self.repetitionLimit) repetitions of one another")
      }
      let greed: PatternNode.Greed = take("?") ? .lazy : take("+") ? .possessive : .greedy
      if most == .max, node.canBeEmpty { throw failure("something that is not empty to repeat without end") }
      node = .repeated(node, least: least, most: most, greed)
    }
    return node
  }

  private mutating func bounds() throws(Failure) -> (Int, Int)? {
    if take("*") { return (0, .max) }
    if take("+") { return (1, .max) }
    if take("?") { return (0, 1) }
    guard take("{") else { return nil }
    let least = number()
    var most = least
    if take(",") { most = number() ?? .max }
    guard take("}"), let most, let low = least ?? (most == .max ? nil : 0), low <= most, low <= 1000,
      most == .max || most <= 1000
    else { throw failure("bounds of repetition up to 1000") }
    return (low, most)
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let digit = current.flatMap({ Character($0).wholeNumberValue }), place < scalars.count,
      value ?? 0 < 10_000
    {
      value = (value ?? 0) * 10 + digit
      place += 1
    }
    return value
  }
}

extension SplitExpressionReader {
  /// A set where case does not matter. Only ASCII letters have another case here.
  private func cased(_ set: ScalarSet, _ ignoringCase: Bool) throws(Failure) -> ScalarSet {
    guard ignoringCase else { return set }
    guard set.ranges.allSatisfy({ $0.upperBound < 128 }) else {
      throw failure("ASCII where case does not matter")
    }
    return set.ignoringCase
  }

  /// A class in brackets, with ranges, classes inside, and `&&`.
  private mutating func classSet(_ ignoringCase: Bool) throws(Failure) -> ScalarSet {
    try enter()
    defer { depth -= 1 }
    place += 1
    let isNegated = take("^")
    var result: ScalarSet?
    var set = ScalarSet([])
    var isFirst = true
    while isFirst || current != "]" {
      isFirst = false
      guard current != nil else { throw failure("a closing bracket") }
      if take("&&") {
        result = result?.intersection(set) ?? set
        set = ScalarSet([])
      } else if current == "[" {
        if scalars[place...].starts(with: "[:".unicodeScalars) {
          throw failure("a class without a POSIX name")
        }
        set = set.union(try classSet(ignoringCase))
      } else {
        set = set.union(try classItem(ignoringCase))
      }
    }
    place += 1
    let all = result?.intersection(set) ?? set
    return isNegated ? all.inverted : all
  }

  private mutating func classItem(_ ignoringCase: Bool) throws(Failure) -> ScalarSet {
    let first = try single(ignoringCase)
    guard first.ranges.count == 1, let low = first.ranges.first, low.count == 1, current == "-",
      place + 1 < scalars.count, scalars[place + 1] != "]"
    else { return try cased(first, ignoringCase) }
    place += 1
    let last = try single(ignoringCase)
    guard last.ranges.count == 1, let high = last.ranges.first, high.count == 1,
      low.lowerBound <= high.lowerBound
    else { throw failure("the end of a range") }
    return try cased(ScalarSet([low.lowerBound...high.lowerBound]), ignoringCase)
  }

  private mutating func single(_ ignoringCase: Bool) throws(Failure) -> ScalarSet {
    guard let scalar = current else { throw failure("a character") }
    if scalar == "\\" { return try escape(ignoringCase) }
    place += 1
    return ScalarSet(scalar.value)
  }

  /// What follows a backslash.
  private mutating func escape(_ ignoringCase: Bool) throws(Failure) -> ScalarSet {
    place += 1
    guard let letter = current else { throw failure("a character behind the backslash") }
    place += 1
    switch letter {
    case "s": return .whiteSpace
    case "S": return ScalarSet.whiteSpace.inverted
    case "d": return .digit
    case "D": return ScalarSet.digit.inverted
    case "w": return .word
    case "W": return ScalarSet.word.inverted
    case "n": return ScalarSet(0x0A)
    case "r": return ScalarSet(0x0D)
    case "t": return ScalarSet(0x09)
    case "f": return ScalarSet(0x0C)
    case "v": return ScalarSet(0x0B)
    case "p", "P": return try property(isNegated: letter == "P", ignoringCase)
    case "x", "u", "U": return ScalarSet(try codePoint(digits: letter == "x" ? 2 : letter == "u" ? 4 : 8))
    default:
      let isLetterOrDigit = letter.isASCII && Character(letter).isLetter || Character(letter).isNumber
      if isLetterOrDigit {
        place -= 1
        throw failure("an escape that is known")
      }
      return ScalarSet(letter.value)
    }
  }

  private mutating func property(isNegated: Bool, _ ignoringCase: Bool) throws(Failure) -> ScalarSet {
    var name = ""
    if take("{") {
      while let scalar = current, scalar != "}" {
        name.unicodeScalars.append(scalar)
        place += 1
      }
      guard take("}") else { throw failure("a closing brace") }
    } else if let scalar = current {
      name.unicodeScalars.append(scalar)
      place += 1
    }
    let isInverse = name.hasPrefix("^")
    if isInverse { name.removeFirst() }
    guard let set = ScalarSet.property(name) else { throw failure("a property that is known") }
    return isInverse == isNegated ? set : set.inverted
  }

  private mutating func codePoint(digits: Int) throws(Failure) -> UInt32 {
    var text = ""
    let isBraced = take("{")
    while let scalar = current, scalar.properties.isASCIIHexDigit, text.count < (isBraced ? 8 : digits) {
      text.unicodeScalars.append(scalar)
      place += 1
    }
    guard !isBraced || take("}"), let point = UInt32(text, radix: 16),
      point < UInt32(GeneralCategory.codePoints)
    else { throw failure("a code point in hexadecimal") }
    return point
  }
}
