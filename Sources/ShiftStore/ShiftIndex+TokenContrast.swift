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
  private func emittedSums(
    _ comparisons: [Comparison], _ request: ContrastRequest, _ metric: TokenMetric,
    _ prompts: inout PromptNumbers
  ) throws -> [Int: TokenSums] {
    var sums: [Int: TokenSums] = [:]
    try reading { database in
      let filter = try sliceFilter(comparisons, task: request.task, of: "promptToken", database)
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT taskID, prompt, tokens FROM promptToken WHERE \(filter) ORDER BY comparisonID, taskID, prompt
          """)
      while let row = try rows.next() {
        let cluster = try prompts.number(of: TaskPrompt(taskID: row.value(0), name: row.value(1)))
        try row.withUnsafeData(atIndex: 2) { data in
          data?.withUnsafeBytes { bytes in
            for offset in stride(
              from: 0, through: bytes.count - PromptToken.byteCount, by: PromptToken.byteCount)
            {
              let token = PromptToken(bytes, at: offset)
              guard let id = request.groups.id(of: Int(token.tokenID)) else { continue }
              let total = metric.total(token)
              sums[id, default: TokenSums()].add(
                Int(token.count), ClusterTotal(cluster: cluster, sum: total.sum, count: total.count))
            }
          }
        }
      }
    }
    return sums
  }
}
