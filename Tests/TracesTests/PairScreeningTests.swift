import Foundation
import TestSupport
import Testing
import Tokenization

@testable import Traces

@Suite struct PairScreeningTests {
  private static func sample(_ name: String) throws -> TraceFile {
    try TraceFile(path: TestFiles.sample(name))
  }

  /// The verdict on all sequences that two files share by name, or on the one of each.
  private static func verdict(
    _ reference: TraceFile, _ tuned: TraceFile, assuming assumptions: Set<TraceAssumption> = [],
    changing change: (inout Trace) -> Void = { _ in }
  ) throws -> PairScreening.Verdict {
    var screening = PairScreening(
      reference: reference, tuned: tuned, referenceAssumptions: assumptions, tunedAssumptions: assumptions)
    for (index, entry) in tuned.entries.enumerated() {
      let place =
        tuned.entries.count == 1 ? 0 : try #require(reference.entries.firstIndex { $0.id == entry.id })
      var trace = try tuned.trace(at: index)
      change(&trace)
      screening.add(try TracePair(reference: reference.trace(at: place), tuned: trace))
    }
    return screening.verdict()
  }

  private static func refusal(_ verdict: PairScreening.Verdict) -> TraceRefusal? {
    guard case .refused(let refusal) = verdict.refusal?.problem else { return nil }
    return refusal
  }

  // MARK: Real traces

  @Test(arguments: [
    ("traces/base-on-base.jsonl", "traces/sft-on-base.jsonl"),
    ("traces/base-on-base.jsonl", "traces/rl-on-base.jsonl"),
    ("traces/base-on-sft.jsonl", "traces/sft-on-sft.jsonl"),
    ("traces/base-on-rl.jsonl", "traces/rl-on-rl.jsonl"),
    ("dense/arith-010.base.base.safetensors", "dense/arith-010.base.sft.safetensors"),
    ("dense/arith-010.base.base.safetensors", "dense/arith-010.base.rl.safetensors"),
    ("dense/arith-010.base.base.safetensors", "dense/arith-010.base.base.safetensors"),
    ("llama.cpp/tiny_base.kld", "llama.cpp/tiny_ft.kld"),
  ])
  func `what a model says raises no doubt`(reference: String, tuned: String) throws {
    let verdict = try Self.verdict(Self.sample(reference), Self.sample(tuned))
    #expect(verdict.refusal == nil)
    // What lies at the floor of llama.cpp's rows is said of both files, and is no doubt about their values.
    let expected = reference.hasSuffix(".kld") ? ["floored", "floored"] : []
    #expect(verdict.warnings.map(\.warning.name) == expected, "\(verdict.warnings)")
    let scale = try #require(verdict.scale)
    #expect(scale > 0.9 && scale < ScoreScale.doubtfulFrom, "\(scale)")
  }

  @Test func `a temperature of 0 point 7 is refused, and its value found`() throws {
    let raw = try Self.sample("traces/base-on-sft.jsonl")
    let verdict = try Self.verdict(raw, Self.sample("doubtful/temperature.jsonl"))
    guard case .scaled(let ratio, let rows, let other) = try #require(Self.refusal(verdict)) else {
      Issue.record("\(verdict)")
      return
    }
    #expect((1.4...1.6).contains(ratio) && rows > 100 && other == raw.path)
  }

  @Test(arguments: ["top-p", "processed"])
  func `what a sampler left of a distribution is refused`(name: String) throws {
    let raw = try Self.sample("traces/base-on-sft.jsonl")
    let verdict = try Self.verdict(raw, Self.sample("doubtful/\(name).jsonl"))
    guard case .processed(.nothingUnlisted(let rows, let telling), _) = try #require(Self.refusal(verdict))
    else {
      Issue.record("\(verdict)")
      return
    }
    #expect(rows == telling && rows > 20)
    // The other way round it is the reference's file that is named.
    let turned = try Self.verdict(
      Self.sample("doubtful/\(name).jsonl"), Self.sample("doubtful/\(name).jsonl"))
    #expect(turned.refusal == nil)
    #expect(turned.warnings.map(\.warning.name) == ["processed", "processed"])
  }

  @Test(arguments: ["temperature", "top-p", "processed"])
  func `what a person vouches for is compared and said`(name: String) throws {
    let verdict = try Self.verdict(
      Self.sample("traces/base-on-sft.jsonl"), Self.sample("doubtful/\(name).jsonl"), assuming: [.raw])
    #expect(verdict.refusal == nil)
    #expect(verdict.warnings.map(\.warning.name).contains("assumed-raw"))
    // Vouching for something else does not help.
    let other = try Self.verdict(
      Self.sample("traces/base-on-sft.jsonl"), Self.sample("doubtful/\(name).jsonl"),
      assuming: [.logits, .logprobs])
    #expect(other.refusal != nil)
  }

  // MARK: Dense rows

  /// The same scores times a factor, as f32.
  private static func scale(_ trace: inout Trace, by factor: Float) {
    guard case .dense(let rows) = trace.rows else { return }
    trace.rows = .dense(
      rows.map { row in
        let bytes = row.scores().map { $0 * factor }.withUnsafeBytes { Array($0) }
        return DenseRow(
          storage: ByteStorage(copying: bytes), offset: 0, count: row.count, encoding: .float32)
      })
  }

  @Test(arguments: [
    (Float(0.5), true), (0.6, true), (0.7, true), (0.9, false), (1, false), (1.1, false), (1.6, true),
  ])
  func `dense scores at a temperature are refused, near 1 they cannot be told`(
    temperature: Float, isRefused: Bool
  ) throws {
    let base = try Self.sample("dense/arith-010.base.base.safetensors")
    let verdict = try Self.verdict(base, Self.sample("dense/arith-010.base.rl.safetensors")) {
      Self.scale(&$0, by: 1 / temperature)
    }
    #expect((verdict.refusal != nil) == isRefused, "\(verdict)")
  }

  @Test func `a spread a quarter larger is doubtful, not refused`() throws {
    let base = try Self.sample("dense/arith-010.base.base.safetensors")
    let verdict = try Self.verdict(base, Self.sample("dense/arith-010.base.rl.safetensors")) {
      Self.scale(&$0, by: 1.16)
    }
    #expect(verdict.refusal == nil)
    #expect(verdict.warnings.map(\.warning.name) == ["scaled"])
  }

  @Test(arguments: [Float(0.8), 0.9, 1.1])
  func `every row scaled alike is a temperature, however near 1`(temperature: Float) throws {
    let base = try Self.sample("dense/arith-010.base.base.safetensors")
    let verdict = try Self.verdict(base, base) { Self.scale(&$0, by: 1 / temperature) }
    #expect(verdict.refusal != nil, "\(verdict)")
  }

  private static func dense(
    _ scores: [Float], tensor: String = "logits", metadata: [(String, String)] = []
  ) throws -> TraceFile {
    var builder = SafetensorsBuilder(metadata: metadata)
    builder.add("tokens", "I32", [4], SafetensorsFileTests.tokens)
    builder.add(tensor, "F32", [3, 4], scores)
    return try opened(builder.bytes)
  }

  @Test func `a stated temperature is believed, unless both files state the same`() throws {
    let scores = SafetensorsFileTests.scores
    let raw = try Self.dense(scores)
    let sampled = try Self.dense(scores, metadata: [("temperature", "0.7")])
    let colder = try Self.dense(scores, metadata: [("temperature", "0.5")])
    #expect(
      try Self.refusal(Self.verdict(raw, sampled))
        == .processed(.stated(name: "temperature", value: "0.7"), otherFile: raw.path))
    #expect(try Self.verdict(sampled, sampled).refusal == nil)
    #expect(
      try Self.refusal(Self.verdict(sampled, colder))
        == .temperatures("0.7", other: "0.5", otherFile: colder.path))
    #expect(try Self.verdict(raw, sampled, assuming: [.raw]).refusal == nil)
  }

  @Test func `tokens excluded by one model only are refused`() throws {
    let scores = SafetensorsFileTests.scores
    var masked = scores
    for place in [0, 4, 8] { masked[place] = -.infinity }
    let verdict = try Self.verdict(Self.dense(scores), Self.dense(masked))
    guard case .processed(.excludedTokens(rows: 3), _) = try #require(Self.refusal(verdict)) else {
      Issue.record("\(verdict)")
      return
    }
  }

  @Test func `logits by the name of logprobs are doubtful until they are vouched for`() throws {
    let file = try Self.dense(SafetensorsFileTests.scores, tensor: "logprobs")
    #expect(try Self.verdict(file, file).warnings.map(\.warning.name) == ["notNormalised", "notNormalised"])
    #expect(try Self.verdict(file, file, assuming: [.logits]).warnings.isEmpty)
  }

  @Test func `probabilities by the name of logits are refused, unless they are vouched for`() throws {
    let probabilities: [Float] = [
      0.5, 0.25, 0.125, 0.125, 0.25, 0.25, 0.25, 0.25, 0.75, 0.125, 0.0625, 0.0625,
    ]
    let file = try Self.dense(probabilities)
    #expect(
      try Self.refusal(Self.verdict(file, file)) == .meaning(.probabilities, rows: 3, of: .logits))
    let verdict = try Self.verdict(file, file, assuming: [.logits])
    #expect(
      verdict.refusal == nil && verdict.warnings.map(\.warning.name) == ["assumed-logits", "assumed-logits"])
    let binary = try Self.dense(probabilities.map { log2($0) }, tensor: "logprobs")
    #expect(
      try Self.refusal(Self.verdict(binary, binary))
        == .meaning(.logarithms(base: 2), rows: 3, of: .logits))
  }

  /// Rows that put most mass on the token behind the one they are read beside.
  private static func late(_ count: Int) throws -> TraceFile {
    var generator = SplitMix64(seed: 3)
    let tokens = (0..<count).map { _ in Int32.random(in: 0..<8, using: &generator) }
    var scores: [Float] = []
    for index in 1..<count {
      scores += (0..<8).map { $0 == Int(tokens[min(index + 1, count - 1)]) ? 6 : Float(generator.normal()) }
    }
    var builder = SafetensorsBuilder()
    builder.add("tokens", "I32", [count], tokens)
    builder.add("logits", "F32", [count - 1, 8], scores)
    return try opened(builder.bytes)
  }

  @Test func `rows beside the wrong tokens are refused, unless they are vouched for`() throws {
    let file = try Self.late(40)
    guard case .misaligned(let gain, let rows) = try #require(Self.refusal(Self.verdict(file, file))) else {
      Issue.record("nothing is refused")
      return
    }
    #expect(gain > 2 && rows > 25)
    let verdict = try Self.verdict(file, file, assuming: [.aligned])
    #expect(
      verdict.refusal == nil
        && verdict.warnings.map(\.warning.name) == ["assumed-aligned", "assumed-aligned"])
    // Too few rows are doubtful, and nothing more.
    let few = try Self.verdict(Self.late(12), Self.late(12))
    #expect(few.refusal == nil && few.warnings.map(\.warning.name) == ["misaligned", "misaligned"])
  }

  // MARK: Lists

  private static func listed(_ probabilities: [Double]) throws -> TraceFile {
    let entries = probabilities.enumerated().map { "{\"token_id\":\($0 + 7),\"logprob\":\(log($1))}" }
    let entry =
      "{\"token_id\":7,\"logprob\":\(log(probabilities[0])),\"top_logprobs\":[\(entries.joined(separator: ","))]}"
    return try opened(
      Array("{\"choices\":[{\"logprobs\":{\"content\":[\(entry),\(entry),\(entry)]}}]}".utf8))
  }

  @Test func `probabilities above 1 are refused, unless they are vouched for`() throws {
    let good = try Self.listed([0.5, 0.25])
    let wrong = try Self.listed([0.75, 0.5])
    #expect(
      try Self.refusal(Self.verdict(good, wrong)) == .massAboveOne(rows: 3, largest: 1.25))
    let verdict = try Self.verdict(good, wrong, assuming: [.logprobs])
    #expect(verdict.refusal == nil && verdict.warnings.map(\.warning.name) == ["assumed-logprobs"])
  }

  @Test(arguments: [
    (
      TraceRefusal.scaled(ratio: 1.4286, rows: 120, otherFile: "base.jsonl"),
      "sft.jsonl: in 120 rows the scores lie 1.429 times as far apart as in base.jsonl, as after a temperature of 0.7. Score both with raw logprobs at temperature 1, or say --assume raw (in a study `assume: raw`) if they are."
    ),
    (
      .massAboveOne(rows: 1, largest: 1.25),
      "sft.jsonl: the probabilities listed in 1 row add up to 1.25, but none can to more than 1. Run the engine with logprobs_mode raw_logprobs, or say --assume logprobs (in a study `assume: logprobs`)."
    ),
    (
      .misaligned(gain: 4.8734, rows: 58),
      "sft.jsonl: over 58 rows the text fits better by 4.873 nats per token when rows and tokens are moved by one. Say which token each row predicts with \"positions\", or say --assume aligned (in a study `assume: aligned`)."
    ),
    (
      .meaning(.probabilities, rows: 3, of: .logits),
      "sft.jsonl: in 3 rows all values lie in 0...1 and add up to 1, as probabilities do and logits do not. Store their natural logarithms, or say --assume logits (in a study `assume: logits`)."
    ),
    (
      .meaning(.logarithms(base: 2), rows: 20, of: .logprobs),
      "sft.jsonl: in 20 rows the powers of 2 of the values add up to 1, as those of logarithms to base 2 do and not of natural ones. Multiply them by ln 2, or say --assume logprobs (in a study `assume: logprobs`)."
    ),
    (
      .processed(.stated(name: "temperature", value: "0.7"), otherFile: "base.jsonl"),
      "sft.jsonl: the file says temperature = \"0.7\", but nothing of the kind shows in base.jsonl. Score both with raw logprobs at temperature 1, or say --assume raw (in a study `assume: raw`) if they are."
    ),
  ])
  func `refusals read as sentences`(refusal: TraceRefusal, text: String) {
    #expect(TraceError(file: "sft.jsonl", .refused(refusal)).description == text)
  }

  @Test func `evenly spaced elements begin with the first and keep their order`() {
    #expect((0..<10).evenlySpaced(4) == [0, 2, 5, 7])
    #expect((0..<3).evenlySpaced(4) == [0, 1, 2])
    #expect(Array(0..<9).evenlySpaced(3) == [0, 3, 6])
  }
}
