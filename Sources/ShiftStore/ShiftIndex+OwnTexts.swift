import Foundation
import GRDB

extension ShiftIndex {
  /// Where each response of a tuned model parts from the reference's own response to the same prompt: the first position
  /// with another token, or the end of the shorter one; nil where both are the same.
  ///
  /// Responses to one prompt of one task pair in the order of the study. Empty where one of the two has no text of its own.
  func textDivergences(of comparison: Comparison, task: String?, _ database: Database) throws -> [Int?] {
    guard comparison.isOwnText else { return [] }
    let taskID = try task.map { try self.taskID(of: $0, database) }
    let reference = try responses(of: comparison.reference, taskID: taskID, database)
    return try responses(of: comparison.tuned, taskID: taskID, database)
      .sorted { $0.key < $1.key }
      .flatMap { asked, own in zip(own, reference[asked] ?? []).map(Self.firstDifference) }
  }

  /// The responses of a source by prompt, each as the bytes of its token ids.
  private func responses(
    of source: String, taskID: Int?, _ database: Database
  ) throws -> [TaskPrompt: [Data]] {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT taskID, prompt, substr(tokens, 1 + 4 * promptLength) FROM sequence
        WHERE source = ? AND (taskID = ? OR ? IS NULL) ORDER BY id
        """, arguments: [source, taskID, taskID])
    var responses: [TaskPrompt: [Data]] = [:]
    while let row = try rows.next() {
      let prompt = try TaskPrompt(taskID: row.value(0), name: row.value(1))
      responses[prompt, default: []].append(try row.value(2))
    }
    return responses
  }

  private static func firstDifference(_ first: Data, _ second: Data) -> Int? {
    let byte = zip(first, second).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    if let byte { return byte / 4 }
    return first.count == second.count ? nil : min(first.count, second.count) / 4
  }
}
