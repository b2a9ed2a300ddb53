import Foundation
import Reports
import ShiftStore
import Statistics

extension Tokens {
  /// The table of two tuned models against each other.
  func contrastTable(_ index: ShiftIndex, _ subjects: TokenSubjects) throws -> Table {
    let sides = try index.contrastSides(contrast[0], contrast[1], source: slice.source)
    var request = ContrastRequest(
      first: sides.first, second: sides.second, task: slice.task, minimumCount: fewest,
      groups: subjects.groups, threads: jobs)
    request.flips = flips
    try refuseBounds(index, request)
    let all: [TokenContrast]
    var notes: [String]
    if let metric = measure.emitted {
      all = try index.emittedContrast(request, metric: metric)
      notes = emittedNotes(request.first + request.second, rows: all.count) + ["Means by token."]
    } else {
      let found = try predictedContrast(index, request)
      all = found.rows
      notes = [
        "\(sliceWords(request.first + request.second)) Means by prompt, over \(found.prompts) prompts of both."
      ]
      if found.unlisted.lowerBound < 0 || found.unlisted.upperBound > 0 {
        notes.append(boundNote(found.unlisted))
      }
    }
    notes.append(testNote(all))
    let rows = sorted(all)
    return .contrast(
      Array(zip(try subjects.subjects(of: rows.map(\.id)), rows)), names: (contrast[0], contrast[1]),
      measure: measure.title, view: view.rawValue, task: slice.task, notes: notes)
  }

  /// Differences of lower bounds bound nothing.
  private func refuseBounds(_ index: ShiftIndex, _ request: ContrastRequest) throws {
    guard measure.emitted == .klTunedReference,
      try index.holdsTruncated(request.first + request.second)
    else { return }
    throw CommandFailure(
      status: .badData,
      message: """
        \(index.path): some of these traces are truncated, and a difference of \(measure.title) between two models needs \
        dense ones. Use another --metric, or compare dense traces.
        """)
  }

  private func predictedContrast(
    _ index: ShiftIndex, _ request: ContrastRequest
  ) throws -> PredictedContrast {
    guard let metric = measure.predicted,
      let found = try index.predictedContrast(request, metric: metric)
    else {
      throw CommandFailure(
        status: .badData,
        message: """
          \(index.path): \(contrast[0]) and \(contrast[1]) have no prompt in common here whose traces tell \
          \(measure.rawValue). Use '--metric movedMass', or another --source.
          """)
    }
    return found
  }

  private func sorted(_ rows: [TokenContrast]) -> [TokenContrast] {
    func key(_ row: TokenContrast) -> (Double, Double, Int) {
      let effect = row.result.effect.magnitude
      return switch sort {
      case .count: (-Double(row.firstCount + row.secondCount), -effect, row.id)
      case .effect: (-effect, 0, row.id)
      default: (row.result.qValue ?? .infinity, -effect, row.id)
      }
    }
    let shown = rows.filter { row in fdr.map { (row.result.qValue ?? .infinity) <= $0 } ?? true }
    // What is called at a rate is called as a whole.
    let most = fdr == nil ? limit.count : limit.limit ?? shown.count
    return Array(shown.sorted { key($0) < key($1) }.prefix(most))
  }

  private func testNote(_ rows: [TokenContrast]) -> String {
    let tested = rows.compactMap(\.result.qValue)
    let rate = fdr ?? 0.05
    let called = tested.count { $0 <= rate }
    let skew = measure.predicted == nil ? "" : " The end away from 0 allows for skewed means."
    return """
      \(tested.count) of \(rows.count) rows are tested, \(called) have q ≤ \(rate). from … to: 95 % interval \
      of the same test as p, which flips the signs of prompts; q: Benjamini–Hochberg.\(skew)
      """
  }

  /// How far off means of truncated traces can be.
  func boundNote(_ unlisted: ClosedRange<Double>) -> String {
    let (low, high) = (
      String(format: "%.2g", -unlisted.lowerBound), String(format: "%.2g", unlisted.upperBound)
    )
    let unlisted =
      grouping.by == .token
      ? "a token that a row does not list counts" : "tokens that a row does not list count"
    return """
      Truncated traces: \(unlisted) as 0 there; true means are at most \(low) lower or \(high) higher, and an effect no \
      larger than both together is not shown to be more than that.
      """
  }
}
