import GRDB
import Measures

/// Ranks as GLTR colours them.
///
/// Source: Gehrmann, Strobelt and Rush, arXiv 1906.04043; the first rank stands alone here.
public enum RankBin: Int, CaseIterable, Sendable {
  case first, toTen, toHundred, toThousand, beyond

  /// The bin of a rank, counted from 1.
  public init(rank: Int) {
    precondition(rank >= 1, "rank must be at least 1, but is \(rank)")
    self =
      switch rank {
      case 1: .first
      case ...10: .toTen
      case ...100: .toHundred
      case ...1000: .toThousand
      default: .beyond
      }
  }

  /// The ranks in words.
  public var words: String {
    switch self {
    case .first: "1"
    case .toTen: "2–10"
    case .toHundred: "11–100"
    case .toThousand: "101–1000"
    case .beyond: "> 1000"
    }
  }
}

/// How often the emitted token has a rank in the reference and another in the tuned model.
struct RankCountTally: PositionTally {
  static let table = "rankCount"

  private var counts = [Int](repeating: 0, count: RankBin.allCases.count * RankBin.allCases.count)

  init(beside path: String) {}

  mutating func add(_ sequence: TalliedSequence) {
    for position in sequence.positions {
      guard let reference = position.rankReference, let tuned = position.rankTuned else { continue }
      counts[RankBin(rank: reference).rawValue * RankBin.allCases.count + RankBin(rank: tuned).rawValue] += 1
    }
  }

  func write(_ slice: TallySlice, to database: Database) throws {
    var row = try RowInsert(database, into: Self.table, columns: 5)
    for (place, count) in counts.enumerated() where count > 0 {
      row.bind(slice)
      row.bind(place / RankBin.allCases.count)
      row.bind(place % RankBin.allCases.count)
      row.bind(count)
      try row.insert()
    }
  }
}
