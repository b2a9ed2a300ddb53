public import ArgumentParser
import Foundation
public import Reports
import ShiftStore
import Traces

extension OutputFormat: ExpressibleByArgument {}

/// How data is printed.
struct OutputOptions: ParsableArguments {
  @Option(
    name: [.short, .long],
    help: "How data is printed.")
  var format: OutputFormat = .table

  /// Prints a table on standard output.
  func print(_ table: Table) { Standard.write(format.text(of: table)) }

  /// Prints a table of an index, which stands for all of its study or does not.
  func print(_ table: Table, of index: ShiftIndex) throws {
    var table = table
    table.isComplete = try index.isComplete()
    print(table)
  }
}

/// Standard output.
enum Standard {
  /// Writes text; ends the program when nobody can take it.
  static func write(_ text: String) { write(Data(text.utf8)) }

  /// Writes bytes; ends the program when nobody can take them.
  static func write(_ data: Data) {
    data.withUnsafeBytes { bytes in
      guard !writeWhole(bytes, to: STDOUT_FILENO) else { return }
      StandardError.write(
        "tokenshift: standard output cannot be written: \(String(cString: strerror(errno))).")
      Foundation.exit(Status.cannotWrite.rawValue)
    }
  }
}
