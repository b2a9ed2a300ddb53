public import Measures
public import Statistics

/// Rows and columns, before it is decided how they are written.
///
/// Every output of the command line is one of these; terminal, Markdown, CSV, TSV, JSON and JSONL are functions of
/// it. People read titles and rounded numbers, programs read field names and all digits.
public struct Table: Sendable {
  /// What a column holds.
  public struct Column: Sendable {
    /// The name in JSON, CSV and SQL, in lowerCamelCase.
    public var field: String
    /// The heading that people read; nil for a column that only programs get.
    public var title: String?

    /// A column.
    public init(_ field: String, title: String?) {
      self.field = field
      self.title = title
    }
  }

  /// One value.
  public enum Cell: Equatable, Sendable {
    /// Words.
    case text(String)
    /// A count, a rank, an id.
    case integer(Int)
    /// A difference of ranks, shown with its sign.
    case signedInteger(Int)
    /// A quantity.
    case real(Double)
    /// A difference, shown with its sign.
    case signedReal(Double)
    /// A part of a whole, 0 … 1, shown in percent.
    case share(Double)
    /// An exact figure or its bounds.
    case figure(Figure)
    /// A mean with its interval, or the means of bounds with theirs.
    case estimate(Estimate, shown: EstimateStyle)
    /// True or false.
    case flag(Bool)
    /// Bytes, of which people see how many there are.
    case bytes([UInt8])
    /// There is no such value.
    case missing
  }

  /// How the mean of an estimate is shown to people.
  public enum EstimateStyle: Sendable {
    /// As a quantity.
    case quantity
    /// As a quantity with its sign.
    case signed
    /// In percent.
    case share
    /// A difference of shares with its sign, in percentage points.
    case signedShare
  }

  /// What the rows are, in one lowerCamelCase word: `summary`, `positions`.
  public var name: String
  /// The columns.
  public var columns: [Column]
  /// The rows; each has one cell a column.
  public var rows: [[Cell]]
  /// Sentences that belong to the figures: weighting, bounds, what was left out. Shown below the table.
  public var notes: [String]
  /// Figures of the whole table, one cell a column, beside its rows. Empty where there are none.
  public var summary: [(column: Column, cell: Cell)] = []
  /// True when the rows stand for all that was asked; false when the index is unfinished, or when sequences or positions
  /// of the input were refused.
  public var isComplete: Bool

  /// A table.
  ///
  /// - Precondition: Every row has one cell a column.
  public init(name: String, columns: [Column], rows: [[Cell]], notes: [String] = [], isComplete: Bool = true)
  {
    for row in rows {
      precondition(row.count == columns.count, "a row has \(row.count) cells for \(columns.count) columns")
    }
    self.name = name
    self.columns = columns
    self.rows = rows
    self.notes = notes
    self.isComplete = isComplete
  }
}

extension Table {
  /// The titles, and the text of the cells below them, that people read.
  var forPeople: (titles: [String], cells: [[Cell]]) {
    let shown = columns.indices.filter { columns[$0].title != nil }
    return (shown.compactMap { columns[$0].title }, rows.map { row in shown.map { row[$0] } })
  }
}
