import Foundation
import Traces

/// `tokenshift-bench --reading ROUNDS FILE…`: the processor time that reading every trace of these files takes, in
/// seconds, one line for each round. `Rivals/reading.sh` sets it beside others.
struct ReadingBench {
  private let rounds: Int
  private let files: [String]

  /// Nil where the arguments ask for something else.
  init?(_ arguments: [String]) {
    guard arguments.count > 3, arguments[1] == "--reading", let rounds = Int(arguments[2]) else { return nil }
    self.rounds = rounds
    files = Array(arguments[3...])
  }

  func run() throws {
    var rowCount = 0
    for _ in 0..<rounds {
      var failure: (any Error)?
      let time = processorTime {
        do { rowCount += try read() } catch { failure = error }
      }
      if let failure { throw failure }
      print(time / 1e6)
    }
    FileHandle.standardError.write(Data("\(rowCount / max(rounds, 1)) rows\n".utf8))
  }

  private func read() throws -> Int {
    var rowCount = 0
    for path in files {
      let file = try TraceFile(path: path)
      for index in file.entries.indices { rowCount += try file.trace(at: index).rows.count }
    }
    return rowCount
  }
}
