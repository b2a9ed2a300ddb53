import Traces
import Yams

/// Turns nodes into a study.
struct StudyReader {
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
    let source = try text("source", mapping, of: "an entry of traces")
    let task = try optionalText("task", mapping)
    for (key, name, reserved) in [
      ("source", source, Study.reservedSources), ("task", task ?? "", Study.reservedTasks),
    ] where reserved.contains(name) {
      throw StudyError(file: file, line: line(mapping[key]), .reservedName(key: key, name: name))
    }
    return Study.Traces(
      model: try text("model", mapping, of: "an entry of traces"), source: source, task: task,
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
