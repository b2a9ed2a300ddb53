import Foundation
import Tokenization

@testable import Traces

/// A file as text: its format; for each sequence id, model, task and prompt id, the prompt's tokens before a bar and the
/// others behind it, then its rows by the token they predict. `-` and `?` stand for what the file does not say.
enum ExampleText {
  static func of(_ name: String) -> String {
    let path = TestFiles.fixture("examples/\(name)")
    do throws(TraceError) {
      let file = try TraceFile(path: path, lookup: TextVocabulary.lookup)
      return ([file.format.rawValue] + file.entries.indices.map { sequence($0, of: file) }).joined(
        separator: "\n")
    } catch {
      return short(error)
    }
  }

  private static func short(_ error: TraceError) -> String {
    error.description.replacingOccurrences(of: TestFiles.fixture("examples/"), with: "")
  }

  private static func sequence(_ index: Int, of file: TraceFile) -> String {
    do throws(TraceError) {
      let trace = try file.trace(at: index)
      let ids = trace.tokens.map { String($0.rawValue) }
      let prompt = trace.promptLength.map { "\(ids.prefix($0).joined(separator: " ")) |" } ?? "? |"
      let response = ids.dropFirst(trace.promptLength ?? 0).joined(separator: " ")
      let name = [trace.id, trace.model, trace.task, trace.prompt].map { $0 ?? "-" }.joined(separator: " ")
      let rows = zip(trace.predicted, trace.truncatedRows).enumerated().map { row, pair in
        "  \(pair.0)\(trace.masked.contains(row) ? " masked" : ""): \(text(pair.1))"
      }
      return (["\(name): \(prompt) \(response)"] + rows).joined(separator: "\n")
    } catch {
      return short(error)
    }
  }

  private static func text(_ row: TruncatedRow?) -> String {
    guard let row else { return "nothing" }
    let list = zip(row.tokens, row.logprobs).map { "\($0.rawValue) \($1)" }.joined(separator: ", ")
    let emitted = row.emittedLogprob.map { "\($0)" } ?? "unknown"
    return
      "\(list); others ≤ \(row.unlistedCap); emitted \(emitted) rank \(row.emittedRank.map(String.init) ?? "?")"
  }
}
