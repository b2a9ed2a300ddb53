extension ScoreTable {
  /// The column that names a reported index begins so.
  static let reportedPrefix = "ti_"

  /// A table of one line a model.
  init(csv text: String, path: String, groups: [Group]) throws(ScoreError) {
    self.init(file: path)
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
    var header: [String]?
    for (number, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
      let fields = Self.fields(line)
      guard let header else {
        header = try Self.checked(fields, path: path, line: number + 1)
        continue
      }
      try add(fields, header: header, line: number + 1)
    }
    guard header != nil else { throw ScoreError(file: path, .syntax(reason: "it is empty")) }
    self.groups = groups
  }

  private static func checked(
    _ header: [String], path: String, line: Int
  ) throws(ScoreError) -> [String] {
    for name in ["model", "base"] where !header.contains(name) {
      throw ScoreError(file: path, line: line, .missingKey(name, of: "the header"))
    }
    for (place, name) in header.enumerated() where header[..<place].contains(name) {
      throw ScoreError(file: path, line: line, .repeated(name))
    }
    return header
  }

  private mutating func add(_ fields: [String], header: [String], line: Int) throws(ScoreError) {
    guard fields.count == header.count else {
      throw ScoreError(file: file, line: line, .fieldCount(found: fields.count, expected: header.count))
    }
    var model = Model(name: "", base: "", reported: [:])
    var own: [String: Double] = [:]
    for (name, field) in zip(header, fields) where !field.isEmpty {
      switch name {
      case "model": model.name = field
      case "base": model.base = field
      default:
        guard let number = Double(field), number.isFinite else {
          throw ScoreError(file: file, line: line, .wrongValue(key: name, expected: "a number", found: field))
        }
        if name.hasPrefix(Self.reportedPrefix) {
          model.reported[String(name.dropFirst(Self.reportedPrefix.count))] = number
        } else {
          own[name] = number
        }
      }
    }
    guard !model.name.isEmpty else {
      throw ScoreError(file: file, line: line, .missingKey("model", of: "the line"))
    }
    guard scores.updateValue(own, forKey: model.name) == nil else {
      throw ScoreError(file: file, line: line, .repeated(model.name))
    }
    if !model.base.isEmpty { models.append(model) }
  }

  /// The fields of one line, quotes resolved, white space around them dropped.
  private static func fields(_ line: Substring) -> [String] {
    var fields = [""]
    var isQuoted = false
    for character in line where character != "\u{FEFF}" {
      switch character {
      case "\"": isQuoted.toggle()
      case "," where !isQuoted: fields.append("")
      default: fields[fields.count - 1].append(character)
      }
    }
    return fields.map { field in
      String(field.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
  }
}
