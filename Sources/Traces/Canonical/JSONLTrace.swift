public import Foundation
import Tokenization

/// Writes one trace as a line of JSON that ``TraceFile`` reads: token-in/token-out where the rows are those of the
/// whole response, and otherwise a scored prompt with null where there is no row.
///
/// Logprobs are written with all their digits. A list keeps its tokens, and the emitted token its logprob and rank. Of
/// a dense row the `top` most probable tokens are listed, normalised in double precision; of tokens that the file stores
/// only as "at or below the floor of the row" no logprob is known, and none is written. Masked rows, and rows
/// that hold NaN or +∞, become null.
/// Where a list does not tell how probable the tokens outside it can be, `unlisted_caps` does, with null for other rows.
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
    let lists = trace.predicted.indices.map(listed)
    let isResponse =
      trace.promptLength != nil && trace.predicted.elementsEqual(start..<trace.tokens.count)
      && lists.allSatisfy { $0 != nil }
    var text = "{" + names
    if isResponse {
      let content = zip(trace.predicted, lists).compactMap(entry).joined(separator: ",")
      text += "\"prompt_token_ids\":\(ids(trace.tokens[..<start])),\"choices\":[{\"index\":0,"
      text += "\"token_ids\":\(ids(trace.tokens[start...])),\"logprobs\":{\"content\":[\(content)]}}]"
    } else {
      if let length = trace.promptLength { text += "\"prompt_length\":\(length)," }
      var rows = [String](repeating: "null", count: trace.tokens.count)
      for (token, list) in zip(trace.predicted, lists) { rows[token] = scored(at: token, list) ?? "null" }
      text += "\"prompt_token_ids\":\(ids(trace.tokens[...])),"
      text += "\"prompt_logprobs\":[\(rows.joined(separator: ","))]"
    }
    return Data((text + caps(inLists: isResponse) + "}\n").utf8)
  }

  /// `,"unlisted_caps":[null,-0.3,…]`, one for each list; empty where all lists tell.
  private func caps(inLists isResponse: Bool) -> String {
    guard case .truncated(let rows) = trace.rows else { return "" }
    var caps = [String](repeating: "null", count: isResponse ? rows.count : trace.tokens.count)
    var isTold = true
    for (place, row) in rows.enumerated() where !trace.masked.contains(place) {
      guard let row, row.unlistedCap != Self.toldCap(of: row, inList: !isResponse) else { continue }
      caps[isResponse ? place : trace.predicted[place]] = number(row.unlistedCap)
      isTold = false
    }
    return isTold ? "" : ",\"unlisted_caps\":[\(caps.joined(separator: ","))]"
  }

  /// What the list alone says of the tokens outside it, where the emitted token stands in it or beside it.
  private static func toldCap(of row: TruncatedRow, inList: Bool) -> Double {
    let list = CanonicalTrace.list(row)
    if inList, let own = row.emittedLogprob, list.count < row.tokens.count,
      row.emittedRank.map({ $0 <= list.count + 1 }) ?? false
    {
      return own
    }
    return list.last?.logprob ?? 0
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
  private func entry(at index: Int, _ listed: Listed?) -> String? {
    guard let listed else { return nil }
    let list = listed.list.map { "{\"token_id\":\($0.token.rawValue),\"logprob\":\(number($0.logprob))}" }
    let own = "\"token_id\":\(trace.tokens[index].rawValue)"
    let logprob = listed.emittedLogprob.map { ",\"logprob\":\(number($0))" } ?? ",\"logprob\":null"
    let rank = listed.emittedRank.map { ",\"rank\":\($0)" } ?? ""
    return "{\(own)\(logprob)\(rank),\"top_logprobs\":[\(list.joined(separator: ","))]}"
  }

  /// `{"9707": {"logprob": …, "rank": …}, …}`, nil where there is no row.
  private func scored(at index: Int, _ listed: Listed?) -> String? {
    guard let listed else { return nil }
    let emitted = trace.tokens[index]
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

  /// Nil for a row that gives no distribution: one with NaN or +∞, or nothing but −∞.
  private func listed(_ row: DenseRow, emitted: TokenID) -> Listed? {
    let scores = row.scores()
    let largest = Double(scores.max() ?? 0)
    let normaliser = largest + log(scores.reduce(0.0) { $0 + exp(Double($1) - largest) })
    guard normaliser.isFinite else { return nil }
    let floor = row.floorScore
    let list = largestPlaces(top, of: scores).filter { scores[$0] != floor }
    let own = scores[Int(emitted.rawValue)]
    let isKnown = own != floor
    return Listed(
      list: list.map { (TokenID(Int32(clamping: $0)), Double(scores[$0]) - normaliser) },
      emittedLogprob: isKnown ? Double(own) - normaliser : nil,
      emittedRank: isKnown ? 1 + scores.count { $0 > own } : nil)
  }
}

/// The places of the largest of these numbers, at most so many, by falling number; of equal ones the first come first.
func largestPlaces(_ count: Int, of numbers: [Float]) -> [Int] {
  func precedes(_ a: Int, _ b: Int) -> Bool {
    numbers[a] > numbers[b] || (numbers[a] == numbers[b] && a < b)
  }
  guard count < numbers.count / 4 else { return Array(numbers.indices.sorted(by: precedes).prefix(count)) }
  // Candidates are sorted when they are twice as many as are wanted: few numbers are above the last of the best.
  var best: [Int] = []
  best.reserveCapacity(2 * count)
  var least = -Float.infinity
  for (place, number) in numbers.enumerated() where number > least || best.count < count {
    best.append(place)
    guard best.count == 2 * count else { continue }
    best.sort(by: precedes)
    best.removeLast(count)
    least = numbers[best[count - 1]]
  }
  return Array(best.sorted(by: precedes).prefix(count))
}
