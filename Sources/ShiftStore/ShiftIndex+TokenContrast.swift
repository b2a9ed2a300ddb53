import Foundation
import GRDB
import Statistics

extension ShiftIndex {
  /// How vocabulary tokens fare where they stand in the text of two tuned models, by rising id.
  ///
  /// Means are by token. A prompt is one cluster: its score changes its sign as a whole (``SignFlipTest``). The false
  /// discovery rate is over all tokens that are returned.
  public func emittedContrast(_ request: ContrastRequest, metric: TokenMetric) throws -> [TokenContrast] {
    var prompts = PromptNumbers()
    let first = try emittedSums(request.first, request, metric, &prompts)
    let second = try emittedSums(request.second, request, metric, &prompts)
    let ids = first.keys.filter { id in
      guard let a = first[id], let b = second[id] else { return false }
      return min(a.count, b.count) >= request.minimumCount
    }.sorted()
    let contrasts = ids.map {
      ClusteredContrast(first: first[$0]?.totals ?? [], second: second[$0]?.totals ?? [])
    }
    let tests = ContrastTests(
      clusterCount: prompts.count, flips: request.flips, minimumClusters: request.minimumPrompts)
    let results = tests.results(of: contrasts, weighting: .byCount, threads: request.threads)
    return zip(ids, results).compactMap { id, result in
      guard let result, let a = first[id], let b = second[id] else { return nil }
      return TokenContrast(id: id, firstCount: a.count, secondCount: b.count, result: result)
    }
  }

  /// Each token's, or group's, positions and sums by prompt.
  ///
  /// One thread reads the records of the next prompts while others add up those that were read; each adds up tokens of its
  /// own, in the order of the prompts, so that the sums do not depend on the number of threads.
  private func emittedSums(
    _ comparisons: [Comparison], _ request: ContrastRequest, _ metric: TokenMetric,
    _ prompts: inout PromptNumbers
  ) throws -> [Int: TokenSums] {
    var parts = TokenSumsPart.all(request.threads)
    try reading { database in
      let filter = try sliceFilter(comparisons, task: request.task, of: "promptToken", database)
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT taskID, prompt, tokens FROM promptToken WHERE \(filter) ORDER BY comparisonID, taskID, prompt
          """)
      var batch = try PromptTokenBatch(next: rows, &prompts)
      while !batch.isEmpty {
        batch = try forEachInParallel(&parts, threads: request.threads) { [batch] part in
          part.add(batch, metric, request.groups)
        } meanwhile: {
          try PromptTokenBatch(next: rows, &prompts)
        }
      }
    }
    return parts.reduce(into: [:]) { $0.merge($1.sums) { own, _ in own } }
  }
}

/// Records of several prompts, as they lie in the index.
private struct PromptTokenBatch: Sendable {
  private struct Prompt {
    var cluster: Int
    var records: Data
  }

  /// So many bytes are enough to be worth sharing out, and few enough to stay in the cache until they are added up.
  private static let byteCount = 1 << 20

  private var prompts: [Prompt] = []
  var isEmpty: Bool { prompts.isEmpty }

  /// The next rows of the task, the prompt and its records; empty after the last.
  init(next rows: RowCursor, _ numbers: inout PromptNumbers) throws {
    var bytes = 0
    while bytes < Self.byteCount, let row = try rows.next() {
      let records: Data = try row.value(2)
      bytes += records.count
      prompts.append(
        Prompt(
          cluster: numbers.number(of: TaskPrompt(taskID: try row.value(0), name: try row.value(1))),
          records: records))
    }
  }

  /// Hands over every record with its prompt's number.
  func forEach(_ body: (_ cluster: Int, PromptToken) -> Void) {
    for prompt in prompts {
      prompt.records.withUnsafeBytes { bytes in
        for offset in stride(
          from: 0, through: bytes.count - PromptToken.byteCount, by: PromptToken.byteCount)
        {
          body(prompt.cluster, PromptToken(bytes, at: offset))
        }
      }
    }
  }
}

/// The sums of a part of the tokens or groups: those whose id leaves the part's number when divided by that of parts.
private struct TokenSumsPart {
  private let number: Int
  private let count: Int
  private(set) var sums: [Int: TokenSums] = [:]

  static func all(_ count: Int) -> [TokenSumsPart] {
    (0..<max(1, count)).map { TokenSumsPart(number: $0, count: max(1, count)) }
  }

  private init(number: Int, count: Int) {
    self.number = number
    self.count = count
  }

  mutating func add(_ batch: PromptTokenBatch, _ metric: TokenMetric, _ groups: [Int: Int]?) {
    batch.forEach { cluster, token in
      guard let id = groups.id(of: Int(token.tokenID)), id.magnitude % UInt(count) == UInt(number) else {
        return
      }
      let total = metric.total(token)
      sums[id, default: TokenSums()].add(
        Int(token.count), ClusterTotal(cluster: cluster, sum: total.sum, count: total.count))
    }
  }
}
