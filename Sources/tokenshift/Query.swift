import ArgumentParser
import Reports
import ShiftStore

struct Query: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs one SQL statement that reads.",
    discussion: """
      The view positionRecord has every position with its names; summary figures stand in measurement, tokens in \
      emittedToken and predictedToken. Any SQLite client can open the file as well.

      Examples:
        tokenshift query study.sqlite "SELECT name FROM sqlite_master WHERE type = 'table'"
        tokenshift query study.sqlite "SELECT token, count(*) AS n FROM positionRecord
          WHERE model = 'sft' AND shiftClass = 'shifted' GROUP BY token ORDER BY n DESC LIMIT 10"
      """)

  @OptionGroup var index: IndexArgument
  @Argument(help: "The statement.")
  var sql: String
  @OptionGroup var output: OutputOptions

  func run() throws {
    let index = try index.open()
    try output.print(Table(index.query(sql)), of: index)
  }
}
