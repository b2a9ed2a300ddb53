import Yams

/// Reads a table of scores out of JSON, in the order of the file.
struct ScoreObject {
  private let file: String

  init(_ file: String) { self.file = file }

  func table(_ text: String) throws(ScoreError) -> ScoreTable {
    let root = try mapping(compose(text), "the file")
    var table = ScoreTable(file: file)
    for (key, node) in try members("benchmarks", of: root) {
      let names = node.sequence?.compactMap(\.string) ?? []
      guard !names.isEmpty else { throw wrong(node, key, "a list of benchmarks") }
      table.groups.append(ScoreTable.Group(name: key, benchmarks: names))
    }
    for (name, node) in try members("scores", of: root) {
      guard let group = table.groups.first(where: { $0.name == name }) else {
        throw ScoreError(
          file: file, line: node.mark?.line, .unknownGroup(name, known: table.groups.map(\.name)))
      }
      for (key, list) in try mapping(node, name) {
        let model = key.string ?? ""
        let scores = try scores(list, of: model, in: group)
        table.scores[model, default: [:]].merge(scores) { $1 }
      }
    }
    table.models = try models(root)
    table.spreads = try spreads(root)
    return table
  }

  private func scores(
    _ node: Node, of model: String, in group: ScoreTable.Group
  ) throws(ScoreError) -> [String: Double] {
    guard let list = node.sequence else { throw wrong(node, model, "a list of scores") }
    guard list.count == group.benchmarks.count else {
      throw ScoreError(
        file: file, line: node.mark?.line,
        .scoreCount(
          model: model, group: group.name, found: list.count, expected: group.benchmarks.count))
    }
    var scores: [String: Double] = [:]
    for (benchmark, score) in zip(group.benchmarks, list) where score.null == nil {
      scores[benchmark] = try number(score, benchmark)
    }
    return scores
  }

  private func models(_ root: Node.Mapping) throws(ScoreError) -> [ScoreTable.Model] {
    let key = root["models"] == nil ? "ti_reported" : "models"
    guard root[key] != nil else { throw ScoreError(file: file, .missingKey("models", of: "the file")) }
    var models: [ScoreTable.Model] = []
    for (name, node) in try members(key, of: root) {
      let entry = try mapping(node, name)
      guard let base = entry["base"]?.string else {
        throw ScoreError(file: file, line: node.mark?.line, .missingKey("base", of: "\"\(name)\""))
      }
      var model = ScoreTable.Model(name: name, base: base, reported: [:])
      for (key, value) in entry {
        guard let key = key.string, key.hasPrefix(ScoreTable.reportedPrefix), value.null == nil else {
          continue
        }
        model.reported[String(key.dropFirst(ScoreTable.reportedPrefix.count))] = try number(value, key)
      }
      models.append(model)
    }
    return models
  }

  private func spreads(_ root: Node.Mapping) throws(ScoreError) -> [String: Double] {
    let key = root["spreads"] == nil ? "sigma_shared_recovered" : "spreads"
    guard root[key] != nil else { return [:] }
    var spreads: [String: Double] = [:]
    for (group, node) in try members(key, of: root) where group != "note" {
      let spread = try number(node, group)
      guard spread > 0 else { throw wrong(node, group, "above 0") }
      spreads[group] = spread
    }
    return spreads
  }

  // MARK: - Values

  private func compose(_ text: String) throws(ScoreError) -> Node {
    do {
      guard let node = try Yams.compose(yaml: text) else {
        throw ScoreError(file: file, .syntax(reason: "it is empty"))
      }
      return node
    } catch let error as ScoreError {
      throw error
    } catch YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _) {
      throw ScoreError(file: file, line: mark.line, .syntax(reason: problem))
    } catch YamlError.duplicatedKeysInMapping(let duplicates, _) {
      throw ScoreError(file: file, .repeated(duplicates.first.map { "\($0)" } ?? ""))
    } catch {
      throw ScoreError(file: file, .syntax(reason: "\(error)"))
    }
  }

  private func members(_ key: String, of root: Node.Mapping) throws(ScoreError) -> [(String, Node)] {
    guard let node = root[key] else { throw ScoreError(file: file, .missingKey(key, of: "the file")) }
    return try mapping(node, key).map { ($0.key.string ?? "", $0.value) }
  }

  private func mapping(_ node: Node, _ key: String) throws(ScoreError) -> Node.Mapping {
    guard let mapping = node.mapping else { throw wrong(node, key, "an object") }
    return mapping
  }

  private func number(_ node: Node, _ key: String) throws(ScoreError) -> Double {
    guard let number = node.float, number.isFinite else { throw wrong(node, key, "a number") }
    return number
  }

  private func wrong(_ node: Node, _ key: String, _ expected: String) -> ScoreError {
    let found = node.scalar?.string ?? (node.mapping == nil ? "a list" : "an object")
    return ScoreError(
      file: file, line: node.mark?.line, .wrongValue(key: key, expected: expected, found: found))
  }
}
