import Traces
import Yams

/// The values of keys.
extension StudyReader {
  func line(_ node: Node?) -> Int? { node?.mark?.line }

  func shown(_ node: Node) -> String {
    switch node {
    case .scalar(let scalar): scalar.string
    case .mapping: "a mapping"
    case .sequence: "a list"
    case .alias: "an alias"
    }
  }

  func mapping(_ node: Node, of owner: String) throws(StudyError) -> Node.Mapping {
    guard let mapping = node.mapping else {
      throw StudyError(
        file: file, line: line(node), .wrongValue(key: owner, expected: "a mapping", found: shown(node)))
    }
    return mapping
  }

  func checkKeys(_ mapping: Node.Mapping, of owner: String, known: [String]) throws(StudyError) {
    guard let key = mapping.firstKey(notIn: known) else { return }
    throw StudyError(file: file, line: line(key), .unknownKey(shown(key), of: owner, known: known))
  }

  func elements<Element>(
    _ key: String, _ mapping: Node.Mapping, of owner: String,
    read: (Node) throws(StudyError) -> Element
  ) throws(StudyError) -> [Element] {
    guard let node = mapping[key] else { throw StudyError(file: file, .missingKey(key, of: owner)) }
    guard let nodes = node.sequence, !nodes.isEmpty else {
      throw StudyError(
        file: file, line: line(node),
        .wrongValue(
          key: key, expected: "a list that is not empty",
          found: node.sequence == nil ? shown(node) : "an empty list"))
    }
    var elements: [Element] = []
    for node in nodes { elements.append(try read(node)) }
    return elements
  }

  func text(_ key: String, _ mapping: Node.Mapping, of owner: String) throws(StudyError) -> String {
    guard let text = try optionalText(key, mapping) else {
      let start = mapping.first.flatMap { line($0.key) }
      throw StudyError(file: file, line: start, .missingKey(key, of: owner))
    }
    return text
  }

  func optionalText(_ key: String, _ mapping: Node.Mapping) throws(StudyError) -> String? {
    guard let node = mapping[key], node.null == nil else { return nil }
    guard let text = node.scalar?.string, !text.isEmpty else {
      throw StudyError(
        file: file, line: line(node), .wrongValue(key: key, expected: "a word", found: shown(node)))
    }
    return text
  }

  func integer(_ key: String, _ mapping: Node.Mapping, of owner: String) throws(StudyError) -> Int {
    guard let node = mapping[key] else { throw StudyError(file: file, .missingKey(key, of: owner)) }
    guard let value = node.int else {
      throw StudyError(
        file: file, line: line(node), .wrongValue(key: key, expected: "a whole number", found: shown(node)))
    }
    return value
  }

  func optionalSize(_ key: String, _ mapping: Node.Mapping) throws(StudyError) -> Int? {
    guard let node = mapping[key], node.null == nil else { return nil }
    guard let value = node.int, value > 0, value <= Int32.max else {
      throw StudyError(
        file: file, line: line(node),
        .wrongValue(key: key, expected: "a whole number above 0", found: shown(node)))
    }
    return value
  }

  func assumptions(_ mapping: Node.Mapping) throws(StudyError) -> Set<TraceAssumption> {
    guard let node = mapping["assume"], node.null == nil else { return [] }
    let words = node.sequence.map { $0.map(shown) } ?? [shown(node)]
    var assumptions: Set<TraceAssumption> = []
    for word in words {
      guard let assumption = TraceAssumption(rawValue: word) else {
        let known = TraceAssumption.allCases.map(\.rawValue).joined(separator: ", ")
        throw StudyError(
          file: file, line: line(node),
          .wrongValue(key: "assume", expected: "one of \(known) or a list of them", found: word))
      }
      assumptions.insert(assumption)
    }
    return assumptions
  }

  func optionalFloor(_ mapping: Node.Mapping) throws(StudyError) -> Double? {
    guard let node = mapping["floor"], node.null == nil else { return nil }
    guard let value = node.float, value < 0, value.isFinite else {
      throw StudyError(
        file: file, line: line(node),
        .wrongValue(key: "floor", expected: "a logprob below 0, in nats", found: shown(node)))
    }
    return value
  }
}

extension Node.Mapping {
  /// The first key that nothing reads; nil where all are known.
  func firstKey(notIn known: [String]) -> Node? {
    first { !known.contains($0.key.string ?? "") }?.key
  }
}
