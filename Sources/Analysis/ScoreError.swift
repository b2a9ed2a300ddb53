/// Why benchmark scores, or token losses, could not be read.
public struct ScoreError: Error, Equatable, Sendable {
  /// The file.
  public var file: String
  /// The line, counted from 1.
  public var line: Int?
  /// What is wrong.
  public var problem: Problem

  /// A problem with a file of scores.
  public init(file: String, line: Int? = nil, _ problem: Problem) {
    self.file = file
    self.line = line
    self.problem = problem
  }

  /// What can be wrong.
  public enum Problem: Equatable, Sendable {
    /// There is no such file.
    case missing
    /// The file cannot be read; the reason is the system's.
    case unreadable(reason: String)
    /// The text is neither JSON nor CSV of scores; the reason is the parser's.
    case syntax(reason: String)
    /// A key that must be there.
    case missingKey(String, of: String)
    /// A value of another kind.
    case wrongValue(key: String, expected: String, found: String)
    /// A model, a column or a group that stands twice, or a benchmark in one group.
    case repeated(String)
    /// A list of scores has another length than the list of its group's benchmarks.
    case scoreCount(model: String, group: String, found: Int, expected: Int)
    /// A line of CSV has another number of fields than its header.
    case fieldCount(found: Int, expected: Int)
    /// A model whose base has no scores.
    case unknownBase(model: String, base: String)
    /// A group names a benchmark that has no scores.
    case unknownBenchmark(String, group: String, known: [String])
    /// No group has this name.
    case unknownGroup(String, known: [String])
    /// A table needs groups of benchmarks, and nothing names them.
    case noGroups
    /// No model names the model that it was made from.
    case nothingTuned
    /// A file of token losses has another shape; what is wrong, as a clause.
    case tokenLosses(reason: String)
  }
}

extension ScoreError: CustomStringConvertible {
  /// One line: the place, the problem, the remedy.
  public var description: String { "\(line.map { "\(file):\($0)" } ?? file): \(sentence)" }

  private var sentence: String {
    switch problem {
    case .missing: "there is no such file. Pass a file of benchmark scores."
    case .unreadable(let reason): "the file cannot be read: \(reason). Pass a file of benchmark scores."
    case .syntax(let reason): "the text is neither JSON nor CSV: \(reason). Correct it."
    case .missingKey(let key, let owner): "\(owner) has no \"\(key)\". Add it."
    case .wrongValue(let key, let expected, let found):
      "\"\(key)\" must be \(expected), but is \"\(found)\". Correct it."
    case .repeated(let name): "\"\(name)\" stands twice. Keep one of them."
    case .scoreCount(let model, let group, let found, let expected):
      """
      \"\(model)\" has \(found) scores in \"\(group)\", which has \(expected) benchmarks. \
      Write null where there is no score.
      """
    case .fieldCount(let found, let expected):
      "the line has \(found) fields, the header \(expected). Leave a field empty where there is no score."
    case .unknownBase(let model, let base):
      "\"\(model)\" was made from \"\(base)\", which has no scores. Add them."
    case .unknownBenchmark(let name, let group, let known):
      "the group \"\(group)\" names \"\(name)\", which has no scores. Use \(known.joined(separator: ", "))."
    case .unknownGroup(let name, let known):
      "there is no group \"\(name)\". Use \(known.joined(separator: ", "))."
    case .noGroups:
      "nothing says which benchmarks belong together. Pass --group, for instance --group math=AIME24,MATH500."
    case .tokenLosses(let reason):
      "this is no file of token losses: \(reason). Pass what the released code of arXiv 2507.00432 writes."
    case .nothingTuned: "no model names its base. Say which model each was made from."
    }
  }
}
