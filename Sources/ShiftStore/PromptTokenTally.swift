import GRDB
import Measures
import Tokenization

/// How each vocabulary token fared in the responses to each prompt: what a contrast is made of.
struct PromptTokenTally: PositionTally {
  static let table = "promptToken"

  /// Sequences of one prompt need not stand together.
  private var prompts: [String: [Int32: ShiftTotals]] = [:]

  mutating func add(_ sequence: TalliedSequence) {
    // Taken out and put back, so that the totals are changed in place.
    var totals = prompts.removeValue(forKey: sequence.prompt) ?? [:]
    for position in sequence.positions {
      totals[position.tokenID.rawValue, default: ShiftTotals()].add(position)
    }
    prompts[sequence.prompt] = totals
  }

  func write(_ slice: TallySlice, to database: Database) throws {
    var row = try RowInsert(database, into: Self.table, columns: 4)
    for (prompt, totals) in prompts.sorted(by: { $0.key < $1.key }) {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(totals.count * PromptToken.byteCount)
      for (token, totals) in totals.sorted(by: { $0.key < $1.key }) {
        PromptToken(tokenID: token, totals).encode(to: &bytes)
      }
      row.bind(slice.comparisonID)
      row.bind(slice.taskID)
      row.bind(prompt)
      row.bind(bytes)
      try row.insert()
    }
  }
}
