import Foundation
import Testing

@testable import Traces

/// Probabilities and logarithms to other bases, by the names of logits and logprobs.
@Suite struct ScoreMeaningTests {
  private static let distributions: [[Double]] = (0..<4).map { row in
    let weights = (0..<8).map { exp(2 * sin(Double(row * 8 + $0))) }
    return weights.map { $0 / weights.reduce(0, +) }
  }

  /// A dense file in which each probability p stands as `value(p)`.
  private func whole(_ rows: Int, tensor: String, _ value: (Double) -> Double) throws -> TraceFacts {
    let scores = Self.distributions.prefix(rows).joined().map { Float(value($0)) }
    var builder = SafetensorsBuilder()
    builder.add("tokens", "I32", [rows + 1], [Int32](repeating: 3, count: rows + 1))
    builder.add(tensor, "F32", [rows, 8], scores)
    return try opened(builder.bytes).facts()
  }

  @Test(arguments: ["logits", "logprobs"])
  func `whole rows tell probabilities and other bases`(tensor: String) throws {
    #expect(
      try whole(4, tensor: tensor) { $0 }.warnings.contains(.meaning(.probabilities, rows: 4)))
    #expect(
      try whole(4, tensor: tensor) { log2($0) }.warnings.contains(
        .meaning(.logarithms(base: 2), rows: 4)))
    #expect(
      try whole(4, tensor: tensor) { log10($0) }.warnings.contains(
        .meaning(.logarithms(base: 10), rows: 4)))
    for value in [{ log($0) }, { log($0) + 7 }, { 3 * log($0) }] as [(Double) -> Double] {
      let names = try whole(4, tensor: tensor, value).warnings.map(\.name)
      #expect(!names.contains("meaning"), "\(names)")
    }
    // Two rows may be chance.
    #expect(!(try whole(2, tensor: tensor) { log2($0) }.warnings.map(\.name).contains("meaning")))
  }

  @Test func `logits less their greatest are not logarithms to base 10`() throws {
    var builder = SafetensorsBuilder()
    builder.add("tokens", "I32", [5], [Int32](repeating: 3, count: 5))
    // The powers of 10 sum to 1.016, those of e to 1.41.
    builder.add(
      "logits", "F32", [4, 6],
      [[Float]](repeating: [0, -2.5, -2.5, -2.5, -2.5, -2.5], count: 4).flatMap { $0 })
    let names = try opened(builder.bytes).facts().warnings.map(\.name)
    #expect(!names.contains("meaning"), "\(names)")
  }

  /// So many lists of the six most probable of eight tokens, each probability p as `value(p)`.
  private func lists(_ rows: Int, _ value: (Double) -> Double) throws -> TraceFacts {
    let content = (0..<rows).map { row in
      let listed = Self.distributions[row % 4].enumerated().sorted { $0.element > $1.element }.prefix(6)
      let entries = listed.map { "{\"token_id\":\($0.offset),\"logprob\":\(value($0.element))}" }
      return
        "{\"token_id\":\(listed[0].offset),\"logprob\":\(value(listed[0].element)),\"top_logprobs\":[\(entries.joined(separator: ","))]}"
    }
    return try opened(
      Array("{\"choices\":[{\"logprobs\":{\"content\":[\(content.joined(separator: ","))]}}]}".utf8)
    ).facts()
  }

  @Test func `many lists tell logarithms to base 2`() throws {
    #expect(try lists(20) { log2($0) }.warnings.contains(.meaning(.logarithms(base: 2), rows: 20)))
    #expect(!(try lists(19) { log2($0) }.warnings.map(\.name).contains("meaning")))
    #expect(!(try lists(40) { log($0) }.warnings.map(\.name).contains("meaning")))
  }
}
