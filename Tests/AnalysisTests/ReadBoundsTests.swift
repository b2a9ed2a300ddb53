import Analysis
import Foundation
import Measures
import TestSupport
import Testing
import Tokenization
import Traces

/// From the text of a file to the bounds: random distributions with ties and excluded tokens, written as engines write
/// their most probable tokens, read back, and held against the whole distributions.
@Suite struct ReadBoundsTests {
  /// How a file lists the tokens of a position.
  enum Shape: CaseIterable {
    /// vLLM's prompt_logprobs: the emitted token first, then the k most probable; ranks count ties.
    case promptLogprobs
    /// vLLM's flat lists: the emitted token first, and again where it is among the k.
    case flat
    /// Token-in/token-out content: k entries, the emitted token the first and in the place of the last one.
    case content
    /// SGLang's triples: the k most probable, the emitted token apart from them, no ranks.
    case triples
  }

  /// One model's distributions of a few positions.
  private struct Model {
    var logprobs: [[Double]]

    /// Rows rounded as a model that computes in 16 bits rounds them, so that ties are common.
    init(size: Int, rows: Int, near other: Model?, using generator: inout SplitMix64) {
      let width: Double = [0.5, 2, 6].randomElement(using: &generator) ?? 1
      let step: Double = [0, 0x1p-3, 0x1p-1].randomElement(using: &generator) ?? 0
      let excludes = Int.random(in: 0..<4, using: &generator) == 0
      logprobs = (0..<rows).map { row in
        var scores = (0..<size).map { token in
          let center = other.map { max(-30, $0.logprobs[row][token]) } ?? 0
          let score = center + (other == nil ? width : 0.7) * generator.normal()
          return step > 0 ? (score / step).rounded() * step : score
        }
        if excludes, size > 2 { scores[Int.random(in: 1..<size, using: &generator)] = -.infinity }
        let largest = scores.max() ?? 0
        let sum = scores.reduce(0) { $0 + exp($1 - largest) }
        return scores.map { $0 - largest - log(sum) }
      }
    }
  }

  /// What an engine knows of a position when it writes it.
  private struct Position {
    var emitted: Int
    /// The k most probable tokens; ties stand in any order.
    var top: [Int]
    /// As vLLM counts it: tokens as probable as the emitted one count against it.
    var rank: Int
    var logprobs: [Double]

    init(_ logprobs: [Double], emitted: Int, k: Int, using generator: inout SplitMix64) {
      let order = logprobs.indices.shuffled(using: &generator).sorted { logprobs[$0] > logprobs[$1] }
      self.emitted = emitted
      self.logprobs = logprobs
      top = Array(order.prefix(k))
      rank = logprobs.count { $0 >= logprobs[emitted] }
    }

    var others: [Int] { top.filter { $0 != emitted } }
  }

  /// Writes positions as an engine does.
  private struct Writer {
    var shape: Shape
    var text: [Int]
    var positions: [Position]
    var k: Int
    var digits: Int?

    private func number(_ position: Position, _ token: Int) -> String {
      let value = position.logprobs[token]
      guard value > -.infinity else { return shape == .triples ? "-3.4028234663852886e+38" : "-9999.0" }
      return digits.map { String(format: "%.\($0)f", value) } ?? "\(value)"
    }

    private func joined(_ parts: [String]) -> String { "[" + parts.joined(separator: ",") + "]" }

    private var scored: String { "{\"trace_id\":\"t\",\"prompt_length\":1,\"prompt_token_ids\":\(text)," }

    var record: String {
      switch shape {
      case .promptLogprobs: scored + "\"prompt_logprobs\":\(joined(["null"] + positions.map(keyed)))}"
      case .flat: scored + "\"prompt_logprobs\":\(flat)}"
      case .content:
        "{\"trace_id\":\"t\",\"prompt_token_ids\":[\(text[0])],\"choices\":[{\"index\":0,\"token_ids\":\(Array(text.dropFirst())),\"logprobs\":{\"content\":\(joined(positions.map(entry)))}}]}"
      case .triples: triples
      }
    }

    private func keyed(_ position: Position) -> String {
      let entries = ([position.emitted] + position.others).enumerated().map { place, token in
        let rank = token == position.emitted ? position.rank : max(1, place)
        return "\"\(token)\":{\"logprob\":\(number(position, token)),\"rank\":\(rank)}"
      }
      return "{\(entries.joined(separator: ","))}"
    }

    private var flat: String {
      var (starts, ends, tokens, values, ranks) = ([0], [0], [Int](), [String](), [Int]())
      for position in positions {
        starts.append(tokens.count)
        for (place, token) in ([position.emitted] + position.top).enumerated() {
          tokens.append(token)
          values.append(number(position, token))
          ranks.append(place == 0 ? position.rank : place)
        }
        ends.append(tokens.count)
      }
      return
        "{\"start_indices\":\(starts),\"end_indices\":\(ends),\"token_ids\":\(tokens),\"logprobs\":\(joined(values)),\"ranks\":\(ranks)}"
    }

    private func entry(_ position: Position) -> String {
      func member(_ token: Int) -> String {
        let above = position.logprobs.count { $0 > position.logprobs[token] }
        let rank = token == position.emitted ? position.rank : above + 1
        return "\"token_id\":\(token),\"logprob\":\(number(position, token)),\"rank\":\(rank)"
      }
      let listed = ([position.emitted] + position.others).prefix(k).map { "{\(member($0))}" }
      return "{\(member(position.emitted)),\"top_logprobs\":\(joined(listed))}"
    }

    private var triples: String {
      func triple(_ position: Position, _ token: Int) -> String {
        "[\(number(position, token)),\(token),null]"
      }
      let own = ["[null,\(text[0]),null]"] + positions.map { triple($0, $0.emitted) }
      let lists = ["null"] + positions.map { position in joined(position.top.map { triple(position, $0) }) }
      return
        "{\"trace_id\":\"t\",\"prompt_length\":1,\"meta_info\":{\"input_token_logprobs\":\(joined(own)),\"input_top_logprobs\":\(joined(lists)),\"output_token_logprobs\":[]}}"
    }
  }

  /// The record of a model about a text.
  private static func record(
    _ model: Model, _ text: [Int], _ shape: Shape, k: Int, digits: Int?, using generator: inout SplitMix64
  ) -> String {
    let positions = model.logprobs.indices.map {
      Position(model.logprobs[$0], emitted: text[$0 + 1], k: k, using: &generator)
    }
    return Writer(shape: shape, text: text, positions: positions, k: k, digits: digits).record
  }

  private static func trace(_ record: String) throws -> Trace {
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(record.utf8).write(to: URL(filePath: path))
    return try TraceFile(path: path).trace(at: 0)
  }

  private static func kl(_ p: [Double], _ q: [Double]) -> Double {
    zip(p, q).reduce(0) { $1.0 > 0 ? $0 + $1.0 * log($1.0 / $1.1) : $0 }
  }

  /// KL both ways, JS, TV and both entropies, by definition.
  private static func truth(_ tuned: [Double], _ reference: [Double]) -> [Double] {
    let (p, q) = (tuned.map { exp($0) }, reference.map { exp($0) })
    let middle = zip(p, q).map { ($0 + $1) / 2 }
    func entropy(_ p: [Double]) -> Double { p.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 } }
    return [
      kl(p, q), kl(q, p), (kl(p, middle) + kl(q, middle)) / 2,
      zip(p, q).reduce(0) { $0 + abs($1.0 - $1.1) } / 2,
      entropy(q), entropy(p),
    ]
  }

  @Test(arguments: Shape.allCases, 0..<50 as Range<UInt64>)
  func `what is read from any list contains the whole`(shape: Shape, seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let size = Int.random(in: 2...120, using: &generator)
    let reference = Model(size: size, rows: 6, near: nil, using: &generator)
    let tuned = Model(size: size, rows: 6, near: reference, using: &generator)
    let text = (0...6).map { _ in Int.random(in: 0..<size, using: &generator) }
    let digits = [nil, 3, 5, 7].randomElement(using: &generator) ?? nil
    let k = [1, 2, 3, 4, 5, 8, 13, 20, 64].randomElement(using: &generator) ?? 1
    let pair = try TracePair(
      reference: Self.trace(Self.record(reference, text, shape, k: k, digits: digits, using: &generator)),
      tuned: Self.trace(Self.record(tuned, text, shape, k: k, digits: digits, using: &generator)))
    #expect(pair.positions.count == 6)
    let result = PairMeasurement(vocabularySize: nil, vocabularyCount: size).measure(
      pair, countsShares: false)
    for record in result.sequence.positions {
      let (p, q) = (tuned.logprobs[record.position], reference.logprobs[record.position])
      let d = record.divergences
      let figures = [
        d.klTunedReference, d.klReferenceTuned, d.jensenShannon, d.totalVariation, d.entropyReference,
        d.entropyTuned,
      ]
      for (figure, value) in zip(figures, Self.truth(p, q)) {
        #expect(figure.low <= value + 1e-12, "\(shape), k = \(k) of \(size): \(figure) is above \(value)")
        #expect(
          (figure.high ?? .infinity) >= value - 1e-12,
          "\(shape), k = \(k) of \(size): \(figure) is below \(value)")
      }
      // Covered mass is a part of the whole, and what is said of the emitted token is true of it.
      #expect(record.coverageTuned <= 1 && record.coverageReference <= 1)
      let own = q[Int(record.tokenID.rawValue)]
      let tolerance = (digits.map { 0.5 * pow(10, -Double($0)) } ?? 0) + 1e-12
      if let logprob = record.logprobReference, own > -.infinity { #expect(abs(logprob - own) <= tolerance) }
      let rank = 1 + q.count { $0 > own }
      if digits == nil, let found = record.rankReference {
        // Ties that are not listed count against the token.
        #expect((rank...q.count { $0 >= own }).contains(found), "\(shape): rank \(found) for \(rank)")
      }
      if digits == nil, let least = record.rankReferenceLow { #expect(least <= rank) }
    }
    #expect(result.sequence.positions.count + result.sequence.exclusions.count == 6)
  }
}
