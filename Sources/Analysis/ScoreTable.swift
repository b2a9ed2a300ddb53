import Foundation
public import Statistics

/// Benchmark scores of base and tuned models, as a file has them.
///
/// JSON: `benchmarks` maps each group to the names of its benchmarks; `scores` maps each group to models, and each
/// model to its scores in that order, null where there is none; `models` maps each tuned model to its `base`, and
/// where the file reports indices to `ti_GROUP`; `spreads`, which may be left out, maps groups to σ. `ti_reported` and
/// `sigma_shared_recovered` are other names of the last two.
///
/// CSV: the columns `model`, `base` (empty for base models), one for each benchmark, and `ti_GROUP` for reported
/// indices. Its groups are given beside it.
public struct ScoreTable: Sendable {
  /// Benchmarks that belong together.
  public struct Group: Equatable, Sendable {
    /// Its name.
    public var name: String
    /// The names of its benchmarks.
    public var benchmarks: [String]

    /// A group of benchmarks.
    public init(name: String, benchmarks: [String]) {
      self.name = name
      self.benchmarks = benchmarks
    }
  }

  /// A tuned model.
  public struct Model: Equatable, Sendable {
    /// Its name.
    public var name: String
    /// The name of the model that it was made from.
    public var base: String
    /// The indices that the file reports, in percent, by group.
    public var reported: [String: Double]
  }

  /// The file.
  public let file: String
  /// The groups, in the order of the file.
  public internal(set) var groups: [Group] = []
  /// The tuned models, in the order of the file.
  public internal(set) var models: [Model] = []
  /// σ by group, where the file states it.
  public internal(set) var spreads: [String: Double] = [:]
  /// Scores in percent, by model, then by benchmark.
  var scores: [String: [String: Double]] = [:]

  init(file: String) { self.file = file }

  /// Reads a file of scores, JSON or CSV by its first character.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - groups: Groups that replace those of the file; empty to take the file's.
  /// - Throws: ``ScoreError``.
  public init(contentsOf path: String, groups: [Group] = []) throws(ScoreError) {
    try self.init(path: path, text: Self.text(of: path), groups: groups)
  }

  /// Reads the text of a file of scores.
  public init(path: String, text: String, groups: [Group] = []) throws(ScoreError) {
    let start = text.first { !$0.isWhitespace && $0 != "\u{FEFF}" }
    self = try start == "{" ? ScoreObject(path).table(text) : Self(csv: text, path: path, groups: groups)
    if !groups.isEmpty { self.groups = groups }
    try check()
  }

  /// The scores of a tuned model and its base on the benchmarks of a group.
  ///
  /// - Returns: Nil where one of them is missing.
  public func scores(of model: Model, in group: Group) -> [BenchmarkScores]? {
    let pairs = group.benchmarks.compactMap { benchmark -> BenchmarkScores? in
      guard let base = scores[model.base]?[benchmark], let tuned = scores[model.name]?[benchmark] else {
        return nil
      }
      return BenchmarkScores(base: base, tuned: tuned)
    }
    return pairs.count == group.benchmarks.count ? pairs : nil
  }

  /// The group of this name.
  ///
  /// - Throws: ``ScoreError`` where there is none.
  public func group(named name: String) throws(ScoreError) -> Group {
    guard let group = groups.first(where: { $0.name == name }) else {
      throw ScoreError(file: file, .unknownGroup(name, known: groups.map(\.name)))
    }
    return group
  }

  private func check() throws(ScoreError) {
    guard !groups.isEmpty else { throw ScoreError(file: file, .noGroups) }
    guard !models.isEmpty else { throw ScoreError(file: file, .nothingTuned) }
    for model in models where scores[model.base] == nil {
      throw ScoreError(file: file, .unknownBase(model: model.name, base: model.base))
    }
    let known = Set(scores.values.flatMap(\.keys))
    try checkRepeats(groups.map(\.name))
    for group in groups {
      try checkRepeats(group.benchmarks)
      for benchmark in group.benchmarks where !known.contains(benchmark) {
        throw ScoreError(
          file: file, .unknownBenchmark(benchmark, group: group.name, known: known.sorted()))
      }
    }
  }

  /// A group that stands twice would be its own target, and a benchmark in one group count twice.
  private func checkRepeats(_ names: [String]) throws(ScoreError) {
    var met: Set<String> = []
    for name in names where !met.insert(name).inserted { throw ScoreError(file: file, .repeated(name)) }
  }

  private static func text(of path: String) throws(ScoreError) -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw ScoreError(file: path, .missing)
    }
    guard !isFolder.boolValue else { throw ScoreError(file: path, .unreadable(reason: "it is a folder")) }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ScoreError(file: path, .unreadable(reason: String(cString: strerror(errno))))
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw ScoreError(file: path, .syntax(reason: "it is not UTF-8"))
    }
    return text
  }
}
