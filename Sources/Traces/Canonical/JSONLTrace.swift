public import Foundation
import Tokenization

/// Writes one trace as a line of JSON that ``TraceFile`` reads: token-in/token-out where the rows are those of the
/// whole response, and otherwise a scored prompt with null where there is no row.
///
/// Logprobs are written with all their digits. A list keeps its tokens, and the emitted token its logprob and rank. Of
/// a dense row the `top` most probable tokens are listed, normalised in double precision; of tokens that the file stores
/// only as "at or below the floor of the row" no logprob is known, and none is written. Masked rows become null.
/// What the file says of itself, such as a temperature, goes with each line as `trace_metadata`. Left out is how far a
/// logprob can be from the true one, for which a record has no place.
public struct JSONLTrace {
  private let trace: Trace
  private let top: Int
  private let metadata: [String: String]

  /// - Parameters:
  ///   - trace: What is to be written.
  ///   - top: Tokens listed of a dense row, at least 1.
  ///   - metadata: What its file says of itself.
  public init(_ trace: Trace, top: Int, metadata: [String: String] = [:]) {
    precondition(top >= 1, "top must be at least 1, but is \(top)")
    self.trace = trace
    self.top = top
    self.metadata = metadata.filter { !Self.ownMembers.contains($0.key) }
  }

  /// The line, with its end.
  public var line: Data {
    let start = trace.promptLength ?? 0
    let isResponse =
      trace.promptLength != nil && trace.predicted.elementsEqual(start..<trace.tokens.count) && !hasGaps
    var text = "{" + names
    if isResponse {
      let content = trace.predicted.indices.compactMap(entry).joined(separator: ",")
      text += "\"prompt_token_ids\":\(ids(trace.tokens[..<start])),\"choices\":[{\"index\":0,"
      text += "\"token_ids\":\(ids(trace.tokens[start...])),\"logprobs\":{\"content\":[\(content)]}}]}"
    } else {
      if let length = trace.promptLength { text += "\"prompt_length\":\(length)," }
      var rows = [String](repeating: "null", count: trace.tokens.count)
      for (row, token) in trace.predicted.enumerated() { rows[token] = scored(row: row) ?? "null" }
      text += "\"prompt_token_ids\":\(ids(trace.tokens[...])),"
      text += "\"prompt_logprobs\":[\(rows.joined(separator: ","))]}"
    }
    return Data((text + "\n").utf8)
  }

  /// Some row has nothing to be written.
  private var hasGaps: Bool {
    guard trace.masked.isEmpty else { return true }
    guard case .truncated(let rows) = trace.rows else { return false }
    return rows.contains { $0 == nil }
  }

  /// What a record says in members of its own, or what is not true of its rows any more.
  private static let ownMembers: Set<String> = [
    "trace_format", "trace_id", "model", "task", "prompt_id", "prompt_len", "prompt_length", "values",
    "vocab_size",
  ]

  private var names: String {
    let names = [
      ("trace_id", trace.id), ("model", trace.model), ("task", trace.task), ("prompt_id", trace.prompt),
    ].compactMap { name, value in value.map { "\"\(name)\":\(jsonText($0))," } }.joined()
    guard !metadata.isEmpty else { return names }
    let words = metadata.sorted { $0.key < $1.key }.map { "\(jsonText($0.key)):\(jsonText($0.value))" }
    return names + "\"trace_metadata\":{\(words.joined(separator: ","))},"
  }

  private func ids(_ tokens: ArraySlice<TokenID>) -> String {
    "[" + tokens.map { String($0.rawValue) }.joined(separator: ",") + "]"
  }

  /// `{"token_id": …, "logprob": …, "rank": …, "top_logprobs": […]}`, nil where there is no row.
  private func entry(row: Int) -> String? {
    guard let listed = listed(row) else { return nil }
    let list = listed.list.map { "{\"token_id\":\($0.token.rawValue),\"logprob\":\(number($0.logprob))}" }
    let own = "\"token_id\":\(trace.tokens[trace.predicted[row]].rawValue)"
    let logprob = listed.emittedLogprob.map { ",\"logprob\":\(number($0))" } ?? ",\"logprob\":null"
    let rank = listed.emittedRank.map { ",\"rank\":\($0)" } ?? ""
    return "{\(own)\(logprob)\(rank),\"top_logprobs\":[\(list.joined(separator: ","))]}"
  }

  /// `{"9707": {"logprob": …, "rank": …}, …}`, nil where there is no row.
  private func scored(row: Int) -> String? {
    guard let listed = listed(row) else { return nil }
    let emitted = trace.tokens[trace.predicted[row]]
    var members: [String] = []
    if let logprob = listed.emittedLogprob {
      let rank = listed.emittedRank.map { ",\"rank\":\($0)" } ?? ""
      members.append("\"\(emitted.rawValue)\":{\"logprob\":\(number(logprob))\(rank)}")
    }
    for entry in listed.list where entry.token != emitted || listed.emittedLogprob == nil {
      members.append("\"\(entry.token.rawValue)\":{\"logprob\":\(number(entry.logprob))}")
    }
    return "{" + members.joined(separator: ",") + "}"
  }

  private func number(_ value: Double) -> String { value.isFinite ? "\(value)" : "-Infinity" }

  // MARK: Rows

  private struct Listed {
    var list: [(token: TokenID, logprob: Double)]
    var emittedLogprob: Double?
    var emittedRank: Int?
  }

  private func listed(_ row: Int) -> Listed? {
    guard !trace.masked.contains(row) else { return nil }
    switch trace.rows {
    case .truncated(let rows):
      return rows[row].map {
        Listed(
          list: CanonicalTrace.list($0), emittedLogprob: $0.emittedLogprob, emittedRank: $0.emittedRank)
      }
    case .dense(let rows): return listed(rows[row], emitted: trace.tokens[trace.predicted[row]])
    }
  }

  private func listed(_ row: DenseRow, emitted: TokenID) -> Listed {
    let scores = row.scores()
    let largest = Double(scores.max() ?? 0)
    let normaliser = largest + log(scores.reduce(0.0) { $0 + exp(Double($1) - largest) })
    // Ties go to the lower id.
    let order = scores.indices.sorted { scores[$0] > scores[$1] || (scores[$0] == scores[$1] && $0 < $1) }
    let floor = row.floorScore
    let list = order.prefix(top).filter { scores[$0] != floor }
    let own = scores[Int(emitted.rawValue)]
    let isKnown = own != floor
    return Listed(
      list: list.map { (TokenID(Int32(clamping: $0)), Double(scores[$0]) - normaliser) },
      emittedLogprob: isKnown ? Double(own) - normaliser : nil,
      emittedRank: isKnown ? 1 + scores.count { $0 > own } : nil)
  }
}
