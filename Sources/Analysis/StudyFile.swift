import Foundation
import Traces
import Yams

/// Reads study files, JSON or YAML, with the line of whatever is wrong.
public struct StudyFile: Sendable {
  /// The path, as given.
  public let path: String
  /// The text, whole.
  public let text: String
  /// The study.
  public let study: Study

  /// Reads and checks a study file.
  ///
  /// - Throws: ``StudyError`` with the line and the remedy.
  public init(contentsOf path: String) throws(StudyError) {
    guard FileManager.default.fileExists(atPath: path) else { throw StudyError(file: path, .missing) }
    let data: Data
    var isFolder: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    guard !isFolder.boolValue else { throw StudyError(file: path, .unreadable(reason: "it is a folder")) }
    do {
      data = try Data(contentsOf: URL(filePath: path))
    } catch {
      throw StudyError(file: path, .unreadable(reason: String(cString: strerror(errno))))
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw StudyError(file: path, .syntax(reason: "it is not UTF-8"))
    }
    try self.init(path: path, text: text)
  }

  /// Reads and checks the text of a study file.
  public init(path: String, text: String) throws(StudyError) {
    self.path = path
    self.text = text
    study = try StudyReader(file: path).study(text)
  }

  /// The folder that paths are relative to; empty for the working folder.
  var folder: String { (path as NSString).deletingLastPathComponent }

  /// A path as the study would give it, so that an index does not depend on where the command was run.
  func relative(_ resolved: String) -> String {
    let prefix = folder.isEmpty ? "" : folder.hasSuffix("/") ? folder : folder + "/"
    return resolved.hasPrefix(prefix) ? String(resolved.dropFirst(prefix.count)) : resolved
  }

  /// A path of the study, resolved against the study file's folder.
  public func resolve(_ relative: String) -> String {
    guard !relative.hasPrefix("/") else { return relative }
    return folder.isEmpty ? relative : (folder as NSString).appendingPathComponent(relative)
  }
}

/// Turns nodes into a study.
private struct StudyReader {
  let file: String

  func study(_ text: String) throws(StudyError) -> Study {
    let root = try mapping(compose(text), of: "a study")
    try checkKeys(
      root, of: "a study",
      known: ["schemaVersion", "vocabulary", "vocabularySize", "floor", "models", "traces"])
    let version = try integer("schemaVersion", root, of: "a study")
    guard version >= 1 else {
      throw StudyError(
        file: file, line: line(root["schemaVersion"]),
        .wrongValue(key: "schemaVersion", expected: "1", found: "\(version)"))
    }
    guard version <= Study.schemaVersion else {
      throw StudyError(
        file: file, line: line(root["schemaVersion"]),
        .newerSchema(found: version, known: Study.schemaVersion))
    }
    let models = try elements("models", root, of: "a study", read: model)
    let traces = try elements("traces", root, of: "a study", read: traces)
    try check(models)
    for entry in traces where !models.contains(where: { $0.name == entry.model }) {
      throw StudyError(file: file, line: entry.line, .unknownModel(entry.model, known: models.map(\.name)))
    }
    return Study(
      vocabulary: try optionalText("vocabulary", root),
      vocabularySize: try optionalSize("vocabularySize", root),
      floor: try optionalFloor(root), models: models, traces: traces)
  }

  private func compose(_ text: String) throws(StudyError) -> Node {
    do {
      guard let node = try Yams.compose(yaml: text) else {
        throw StudyError(file: file, .missingKey("schemaVersion", of: "a study"))
      }
      return node
    } catch let error as StudyError {
      throw error
    } catch let error as YamlError {
      switch error {
      case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
        .composer(_, let problem, let mark, _):
        throw StudyError(file: file, line: mark.line, .syntax(reason: problem))
      case .duplicatedKeysInMapping(let duplicates, _):
        let key = duplicates.first ?? ""
        throw StudyError(file: file, .syntax(reason: "the key \"\(key)\" stands twice in one mapping"))
      default: throw StudyError(file: file, .syntax(reason: "\(error)"))
      }
    } catch {
      throw StudyError(file: file, .syntax(reason: "\(error)"))
    }
  }

  private func model(_ node: Node) throws(StudyError) -> Study.Model {
    let mapping = try mapping(node, of: "a model")
    try checkKeys(mapping, of: "a model", known: ["name", "role", "method"])
    let role = try text("role", mapping, of: "a model")
    guard ["reference", "tuned"].contains(role) else {
      throw StudyError(
        file: file, line: line(mapping["role"]),
        .wrongValue(key: "role", expected: "reference or tuned", found: role))
    }
    return Study.Model(
      name: try text("name", mapping, of: "a model"), isReference: role == "reference",
      method: try optionalText("method", mapping))
  }

  private func traces(_ node: Node) throws(StudyError) -> Study.Traces {
    let mapping = try mapping(node, of: "an entry of traces")
    try checkKeys(
      mapping, of: "an entry of traces",
      known: [
        "model", "source", "task", "prompt", "sequence", "promptLength", "tensor", "tokens", "lmHead",
        "assume", "files",
      ])
    guard let files = mapping["files"] else {
      throw StudyError(file: file, line: line(node), .missingKey("files", of: "an entry of traces"))
    }
    let patterns = files.sequence.map { $0.compactMap(\.string) } ?? files.string.map { [$0] } ?? []
    guard !patterns.isEmpty, files.sequence.map({ $0.count == patterns.count }) ?? true else {
      throw StudyError(
        file: file, line: line(files),
        .wrongValue(key: "files", expected: "a path, a glob or a list of them", found: shown(files)))
    }
    return Study.Traces(
      model: try text("model", mapping, of: "an entry of traces"),
      source: try text("source", mapping, of: "an entry of traces"), task: try optionalText("task", mapping),
      prompt: try optionalText("prompt", mapping), sequence: try optionalText("sequence", mapping),
      promptLength: try optionalSize("promptLength", mapping), tensor: try optionalText("tensor", mapping),
      companions: TraceCompanions(
        tokens: try optionalText("tokens", mapping), head: try optionalText("lmHead", mapping)),
      assumptions: try assumptions(mapping), files: patterns, line: line(node) ?? 1)
  }

  private func check(_ models: [Study.Model]) throws(StudyError) {
    var names: Set<String> = []
    for model in models where !names.insert(model.name).inserted {
      throw StudyError(file: file, .repeatedModel(model.name))
    }
    let references = models.filter(\.isReference).map(\.name)
    guard references.count == 1 else { throw StudyError(file: file, .references(references)) }
    guard models.count > 1 else { throw StudyError(file: file, .nothingTuned) }
  }
}

// MARK: - Values of keys

extension StudyReader {
  private func line(_ node: Node?) -> Int? { node?.mark?.line }

  private func shown(_ node: Node) -> String {
    switch node {
    case .scalar(let scalar): scalar.string
    case .mapping: "a mapping"
    case .sequence: "a list"
    case .alias: "an alias"
    }
  }

  private func mapping(_ node: Node, of owner: String) throws(StudyError) -> Node.Mapping {
    guard let mapping = node.mapping else {
      throw StudyError(
        file: file, line: line(node), .wrongValue(key: owner, expected: "a mapping", found: shown(node)))
    }
    return mapping
  }

  private func checkKeys(_ mapping: Node.Mapping, of owner: String, known: [String]) throws(StudyError) {
    for (key, _) in mapping where !known.contains(key.string ?? "") {
      throw StudyError(file: file, line: line(key), .unknownKey(shown(key), of: owner, known: known))
    }
  }

  private func elements<Element>(
    _ key: String, _ mapping: Node.Mapping, of owner: String,
    read: (Node) throws(StudyError) -> Element
  ) throws(StudyError) -> [Element] {
    guard let node = mapping[key] else { throw StudyError(file: file, .missingKey(key, of: owner)) }
    guard let nodes = node.sequence, !nodes.isEmpty else {
      throw StudyError(
        file: file, line: line(node),
        .wrongValue(key: key, expected: "a list that is not empty", found: shown(node)))
    }
    var elements: [Element] = []
    for node in nodes { elements.append(try read(node)) }
    return elements
  }

  private func text(_ key: String, _ mapping: Node.Mapping, of owner: String) throws(StudyError) -> String {
    guard let text = try optionalText(key, mapping) else {
      let start = mapping.first.flatMap { line($0.key) }
      throw StudyError(file: file, line: start, .missingKey(key, of: owner))
    }
    return text
  }

  private func optionalText(_ key: String, _ mapping: Node.Mapping) throws(StudyError) -> String? {
    guard let node = mapping[key], node.null == nil else { return nil }
    guard let text = node.scalar?.string, !text.isEmpty else {
      throw StudyError(
        file: file, line: line(node), .wrongValue(key: key, expected: "a word", found: shown(node)))
    }
    return text
  }

  private func integer(_ key: String, _ mapping: Node.Mapping, of owner: String) throws(StudyError) -> Int {
    guard let node = mapping[key] else { throw StudyError(file: file, .missingKey(key, of: owner)) }
    guard let value = node.int else {
      throw StudyError(
        file: file, line: line(node), .wrongValue(key: key, expected: "a whole number", found: shown(node)))
    }
    return value
  }

  private func optionalSize(_ key: String, _ mapping: Node.Mapping) throws(StudyError) -> Int? {
    guard let node = mapping[key], node.null == nil else { return nil }
    guard let value = node.int, value > 0, value <= Int32.max else {
      throw StudyError(
        file: file, line: line(node),
        .wrongValue(key: key, expected: "a whole number above 0", found: shown(node)))
    }
    return value
  }

  private func assumptions(_ mapping: Node.Mapping) throws(StudyError) -> Set<TraceAssumption> {
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

  private func optionalFloor(_ mapping: Node.Mapping) throws(StudyError) -> Double? {
    guard let node = mapping["floor"], node.null == nil else { return nil }
    guard let value = node.float, value < 0, value.isFinite else {
      throw StudyError(
        file: file, line: line(node),
        .wrongValue(key: "floor", expected: "a logprob below 0, in nats", found: shown(node)))
    }
    return value
  }
}
