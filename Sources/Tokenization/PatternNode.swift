/// A split pattern as it is built up, before it becomes a program.
indirect enum PatternNode {
  case scalar(ScalarSet)
  case sequence([PatternNode])
  case alternatives([PatternNode])
  case repeated(PatternNode, least: Int, most: Int, Greed)
  case ahead(PatternNode, isNegated: Bool)
  case behind(PatternNode, length: Int, isNegated: Bool)
  case atomic(PatternNode)
  case anchor(SplitExpression.Instruction)

  /// In what order repetition tries its counts.
  enum Greed { case greedy, lazy, possessive }

  /// Whether it can match without a character.
  var canBeEmpty: Bool {
    switch self {
    case .scalar: false
    case .sequence(let nodes): nodes.allSatisfy(\.canBeEmpty)
    case .alternatives(let nodes): nodes.contains(where: \.canBeEmpty)
    case .repeated(let node, let least, _, _): least == 0 || node.canBeEmpty
    case .atomic(let node): node.canBeEmpty
    case .ahead, .behind, .anchor: true
    }
  }

  /// How many scalars it matches, if that is always the same number; nothing for more than 64 bits can say.
  var fixedLength: Int? {
    switch self {
    case .scalar: return 1
    case .sequence(let nodes):
      return nodes.reduce(0) { sum, node in
        guard let sum, let length = node.fixedLength else { return nil }
        let (longer, overflow) = sum.addingReportingOverflow(length)
        return overflow ? nil : longer
      }
    case .alternatives(let nodes):
      let lengths = Set(nodes.map(\.fixedLength))
      return lengths.count == 1 ? lengths.first ?? nil : nil
    case .repeated(let node, let least, let most, _):
      guard least == most, let length = node.fixedLength else { return nil }
      let (product, overflow) = length.multipliedReportingOverflow(by: least)
      return overflow ? nil : product
    case .atomic(let node): return node.fixedLength
    case .ahead, .behind, .anchor: return 0
    }
  }

  /// How many instructions its program has, to a factor of two; `Int.max` for more than 64 bits can say.
  var size: Int {
    func sum(_ nodes: [PatternNode]) -> Int {
      nodes.reduce(1) { sum, node in
        let (size, overflow) = sum.addingReportingOverflow(node.size)
        return overflow ? .max : size
      }
    }
    switch self {
    case .scalar, .anchor, .repeated(.scalar, _, _, .greedy), .repeated(.scalar, _, _, .possessive): return 1
    case .sequence(let nodes): return sum(nodes)
    case .alternatives(let nodes): return sum(nodes)
    case .ahead(let node, _), .behind(let node, _, _), .atomic(let node): return node.size
    case .repeated(let node, let least, let most, _):
      let (size, overflow) = node.size.multipliedReportingOverflow(
        by: 2 * max(least, most == .max ? 1 : most, 1))
      return overflow ? .max : size
    }
  }

  /// The program that matches it.
  var program: [SplitExpression.Instruction] {
    var program: [SplitExpression.Instruction] = []
    write(to: &program)
    program.append(.match)
    return program
  }

  private func write(to program: inout [SplitExpression.Instruction]) {
    switch self {
    case .scalar(let set): program.append(.scalar(set))
    case .sequence(let nodes): for node in nodes { node.write(to: &program) }
    case .alternatives(let nodes): Self.write(nodes, to: &program)
    case .repeated(.scalar(let set), let least, let most, .greedy):
      program.append(.run(set, least: least, most: most))
    case .repeated(.scalar(let set), let least, let most, .possessive):
      program.append(.possessiveRun(set, least: least, most: most))
    case .repeated(let node, let least, let most, .possessive):
      program.append(.atomic(PatternNode.repeated(node, least: least, most: most, .greedy).program))
    case .repeated(let node, let least, let most, let greed):
      Self.write(node, least, most, greed, to: &program)
    case .ahead(let node, let isNegated): program.append(.ahead(node.program, isNegated: isNegated))
    case .behind(let node, let length, let isNegated):
      program.append(.behind(node.program, length: length, isNegated: isNegated))
    case .atomic(let node): program.append(.atomic(node.program))
    case .anchor(let instruction): program.append(instruction)
    }
  }

  private static func write(_ branches: [PatternNode], to program: inout [SplitExpression.Instruction]) {
    var exits: [Int] = []
    for (number, branch) in branches.enumerated() {
      let isLast = number == branches.count - 1
      let split = program.count
      if !isLast { program.append(.split(split + 1, split)) }
      branch.write(to: &program)
      if !isLast {
        exits.append(program.count)
        program.append(.jump(0))
        program[split] = .split(split + 1, program.count)
      }
    }
    for exit in exits { program[exit] = .jump(program.count) }
  }

  private static func write(
    _ node: PatternNode, _ least: Int, _ most: Int, _ greed: Greed,
    to program: inout [SplitExpression.Instruction]
  ) {
    for _ in 0..<least { node.write(to: &program) }
    func split(_ inside: Int, _ outside: Int) -> SplitExpression.Instruction {
      greed == .lazy ? .split(outside, inside) : .split(inside, outside)
    }
    if most == .max {
      let start = program.count
      program.append(.jump(0))
      node.write(to: &program)
      program.append(.jump(start))
      program[start] = split(start + 1, program.count)
      return
    }
    var openings: [Int] = []
    for _ in least..<max(most, least) {
      openings.append(program.count)
      program.append(.jump(0))
      node.write(to: &program)
    }
    for opening in openings { program[opening] = split(opening + 1, program.count) }
  }
}
