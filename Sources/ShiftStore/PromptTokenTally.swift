import GRDB
import Measures
import Tokenization

/// How each vocabulary token fared in the responses to each prompt: what a contrast is made of.
struct PromptTokenTally: PositionTally {
  static let table = "promptToken"

  /// What is summed of a position; the sum goes over the positions of one key in their order.
  private struct Position: KeyedRecord {
    /// The prompt's number and the token.
    var key: UInt64
    var klLow: Double
    /// NaN where it is not known.
    var logprobShift: Double
    var mark: ShiftMark

    init(_ position: PositionMeasures, prompt: Int) {
      key = UInt64(prompt) << 32 | position.tokenID.rawValue.risingKey
      klLow = position.divergences.klTunedReference.low
      logprobShift = position.logprobShift ?? .nan
      mark = ShiftMark(position)
    }

    var prompt: Int { Int(key >> 32) }
    var token: Int32 { Int32(risingKey: key) }
  }

  private var numbers = PromptNumbers()
  private var names: [String] = []
  private var positions: SortedRuns<Position>

  init(beside path: String) { positions = SortedRuns(beside: path) }

  mutating func add(_ sequence: TalliedSequence) throws {
    // Sequences of one prompt need not stand together.
    let prompt = numbers.number(of: sequence.prompt)
    if prompt == names.count { names.append(sequence.prompt.name) }
    for position in sequence.positions { try positions.append(Position(position, prompt: prompt)) }
  }

  mutating func write(_ slice: TallySlice, to database: Database) throws {
    var row = try RowInsert(database, into: Self.table, columns: 4)
    var merge = try positions.merge()
    var next = try merge.next()
    while let prompt = next?.prompt {
      var bytes: [UInt8] = []
      while let token = next?.token, next?.prompt == prompt {
        let key = next?.key
        var totals = ShiftTotals()
        while let position = next, position.key == key {
          totals.add(
            klTunedReference: .exact(position.klLow), shiftClass: position.mark.shiftClass,
            rankShift: position.mark.rankShift, logprobShift: position.logprobShift)
          next = try merge.next()
        }
        PromptToken(tokenID: token, totals).encode(to: &bytes)
      }
      row.bind(slice)
      row.bind(names[prompt])
      row.bind(bytes)
      try row.insert()
    }
  }
}
