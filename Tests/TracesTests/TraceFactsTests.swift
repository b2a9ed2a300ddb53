import Foundation
import TestSupport
import Testing
import Tokenization

@testable import Traces

@Suite struct TraceFactsTests {
  @Test func `a llama file tells its vocabulary, its floor and that it holds logprobs`() throws {
    let facts = try TraceFile(path: TestFiles.fixture("tiny_base.kld")).facts()
    #expect(facts.format == .llamaLogits)
    #expect(facts.sequenceCount == 4 && facts.sequencesRead == 4)
    #expect(facts.rowsRead == 124 && facts.tokensRead == 256)
    #expect(facts.rows == .dense(vocabularySize: 301, encoding: .affine16))
    #expect(facts.values == .logprobs)
    #expect(facts.stage == .unknown)
    #expect(facts.coverage == nil)
    guard case .floored(rows: 124, let share) = try #require(facts.warnings.first) else {
      Issue.record("\(facts.warnings)")
      return
    }
    // q = 0 in so many of the 124 · 301 steps, by NumPy.
    #expect((share * 124 * 301).rounded() == 14327)
  }

  @Test func `a limit reads no more rows than it says`() throws {
    let facts = try TraceFile(path: TestFiles.fixture("tiny_base.kld")).facts(rowLimit: 40)
    #expect(facts.rowsRead == 40)
    #expect(facts.sequencesRead == 2)
  }

  @Test func `listed rows tell k, precision and coverage`() throws {
    let facts = try opened(Array((RecordFileTests.scored + "\n").utf8)).facts()
    #expect(facts.rows == .truncated(listed: 2...3, precision: 0.0005 + 0x1p-22))
    #expect(facts.values == .logprobs)
    let first = exp(-0.25) + exp(-2.125)
    let second = exp(-0.5) + exp(-1.5) + exp(-5.5)
    let coverage = try #require(facts.coverage)
    #expect(abs(coverage.mean - (first + second) / 2) < 1e-15)
    #expect(abs(coverage.least - second) < 1e-15)
    #expect(facts.models == ["sft"] && facts.tasks == ["math"])
    #expect(facts.warnings.isEmpty)
  }

  // MARK: Alignment and stage

  /// Dense rows that put most mass on the token at `predicted + shift`.
  private func peaked(
    shift: Int, extra: [Float] = [], metadata: [(String, String)] = [], count: Int = 60
  ) -> [UInt8] {
    var generator = SplitMix64(seed: 7)
    let size = 8
    let tokens = (0..<count).map { _ in Int32.random(in: 0..<8, using: &generator) }
    var scores: [Float] = []
    for index in 1..<tokens.count {
      let favoured = Int(tokens[min(max(index + shift, 0), tokens.count - 1)])
      var row = (0..<size).map { $0 == favoured ? 5 : Float(generator.normal()) }
      for (place, value) in extra.enumerated() { row[place == favoured ? 7 : place] = value }
      scores += row
    }
    var builder = SafetensorsBuilder(metadata: metadata)
    builder.add("tokens", "I32", [tokens.count], tokens)
    builder.add("logits", "F32", [tokens.count - 1, size], scores)
    return builder.bytes
  }

  @Test func `rows that fit their tokens raise no doubt`() throws {
    let facts = try opened(peaked(shift: 0, metadata: [("stage", "raw")])).facts()
    #expect(facts.values == .logits)
    #expect(facts.stage == .raw)
    let alignment = try #require(facts.alignment)
    #expect(alignment.rows == 58)
    #expect(alignment.asRead < 0.2 && alignment.oneEarlier > 2 && alignment.oneLater > 2)
    #expect(facts.warnings == [.noPromptLength(sequences: 1)])
  }

  @Test(arguments: [-1, 1])
  func `rows that are off by one are found out`(shift: Int) throws {
    let facts = try opened(peaked(shift: shift)).facts()
    let alignment = try #require(facts.alignment)
    let moved = shift < 0 ? alignment.oneEarlier : alignment.oneLater
    guard case .misaligned(let gain, rows: 58, isCertain: true) = try #require(facts.warnings.first) else {
      Issue.record("\(facts.warnings)")
      return
    }
    #expect(abs(gain - (alignment.asRead - moved)) < 1e-12)
  }

  @Test(arguments: [-1, 1])
  func `few rows that are off by one are doubtful`(shift: Int) throws {
    // The first row has no token before and the last none behind; of four rows nothing is said.
    let few = try opened(peaked(shift: shift, count: 12)).facts()
    #expect(few.warnings.map(\.name) == ["misaligned", "noPromptLength"])
    guard case .misaligned(let gain, _, isCertain: false) = try #require(few.warnings.first) else {
      Issue.record("\(few.warnings)")
      return
    }
    #expect(gain > 2)
    #expect(try opened(peaked(shift: shift, count: 6)).facts().warnings.map(\.name) == ["noPromptLength"])
    #expect(try opened(peaked(shift: 0, count: 12)).facts().warnings.map(\.name) == ["noPromptLength"])
  }

  /// The emitted token has its own logprob where its neighbours are only known to be below the list.
  @Test(arguments: [false, true])
  func `text that its lists do not hold is not out of place`(listsBest: Bool) throws {
    let tokens = (0..<40).map { $0 * 7 % 50 }
    let rows = tokens.dropFirst().map { token in
      let best = listsBest ? "\"99\":{\"logprob\":-0.1,\"rank\":1}," : ""
      return "{\(best)\"\(token)\":{\"logprob\":\(-4 - Double(token % 3)),\"rank\":9}}"
    }
    let record = "{\"prompt_token_ids\":\(tokens),\"prompt_logprobs\":[null,\(rows.joined(separator: ","))]}"
    let names = try opened(Array(record.utf8)).facts().warnings.map(\.name)
    #expect(!names.contains("misaligned"), "\(names)")
  }

  @Test func `what a sampler leaves behind is seen`() throws {
    let excluded = try opened(peaked(shift: 0, extra: [-.infinity])).facts()
    #expect(excluded.stage == .processed)
    #expect(excluded.warnings.contains(.processed(.excludedTokens(rows: 59))))
    let stated = try opened(peaked(shift: 0, metadata: [("temperature", "0.7"), ("stage", "raw")])).facts()
    #expect(stated.stage == .processed)
    #expect(stated.warnings.contains(.processed(.stated(name: "temperature", value: "0.7"))))
    #expect(try opened(peaked(shift: 0, metadata: [("temperature", "1.0")])).facts().stage == .unknown)
  }

  private func listed(rows: Int, top: Double, next: Double) -> [UInt8] {
    let entry =
      "{\"token_id\":7,\"logprob\":\(log(top)),\"rank\":1,\"top_logprobs\":[{\"token_id\":7,\"logprob\":\(log(top))},{\"token_id\":9,\"logprob\":\(log(next))}]}"
    let content = [String](repeating: entry, count: rows).joined(separator: ",")
    return Array("{\"choices\":[{\"logprobs\":{\"content\":[\(content)]}}]}".utf8)
  }

  @Test func `lists that end far from 0 and leave nothing over come from a sampler`() throws {
    let facts = try opened(listed(rows: 3, top: 0.75, next: 0.25)).facts()
    #expect(facts.stage == .processed)
    #expect(facts.warnings.contains(.processed(.nothingUnlisted(rows: 3, of: 3))))
    // Two rows may be chance; 1 % is left over; a last token of 0.0005 may well be the last one.
    #expect(try opened(listed(rows: 2, top: 0.75, next: 0.25)).facts().stage == .unknown)
    #expect(try opened(listed(rows: 3, top: 0.75, next: 0.24)).facts().stage == .unknown)
    #expect(try opened(listed(rows: 3, top: 0.9995, next: 0.0005)).facts().stage == .unknown)
  }

  @Test func `engines that score after their temperature, and texts of several tokens, are told`() throws {
    let answer = try readTexts(ServerRecordsTests.sglang, .sglang).file.facts()
    #expect(answer.warnings.contains(.afterTemperature(.sglang)), "\(answer.warnings)")
    let export = try opened(Array(EmittedOnlyRecordsTests.export.utf8)).facts()
    #expect(export.warnings.contains(.afterTemperature(.tokenExport)))
    let chat = try readTexts(ChatRecordsTests.chat, .chatCompletions).file.facts()
    #expect(!chat.warnings.map(\.name).contains("afterTemperature"))
    let shared =
      #"{"choices":[{"logprobs":{"content":[{"token":"a","logprob":-0.25,"bytes":[97],"top_logprobs":[{"token":"\ufffd","logprob":-2,"bytes":[239,191,189]}]}]}}]}"#
    var matching = TextMatching()
    (matching.shared, matching.leftOut) = (1, 1)
    let facts = try readTexts(shared, .chatCompletions).file.facts()
    #expect(facts.warnings.contains(.textMatched(matching)), "\(facts.warnings)")
    #expect(
      TraceWarning.textMatched(matching).description
        == "1 emitted token has bytes that several ids share, of which the first is taken. 1 listed token is left out, because the text is that of several tokens or of none."
    )
  }

  @Test func `probabilities above 1 are told`() throws {
    let facts = try opened(listed(rows: 3, top: 0.75, next: 0.5)).facts()
    #expect(facts.warnings.first == .massAboveOne(rows: 3, largest: 1.25))
    #expect(facts.coverage == TraceFacts.Coverage(mean: 1, least: 1))
  }

  @Test func `scores of +∞ are no sampler's work`() throws {
    let facts = try opened(peaked(shift: 0, extra: [.infinity])).facts()
    #expect(facts.stage == .unknown)
    #expect(facts.warnings == [.infinite(rows: 59), .noPromptLength(sequences: 1)])
  }

  /// Rows of negated logprobs of a text that fits: what is probable has the least score.
  @Test func `rows that fit nothing are not misplaced for certain`() throws {
    let size = 64
    let tokens = (0..<60).map { Int32($0 * 7 % size) }
    let scores = tokens.dropFirst().flatMap { token in
      (0..<size).map { $0 == Int(token) ? Float(0.05) : 12 + Float($0 % 7) }
    }
    var builder = SafetensorsBuilder()
    builder.add("tokens", "I32", [tokens.count], tokens)
    builder.add("logits", "F32", [tokens.count - 1, size], scores)
    let facts = try opened(builder.bytes).facts()
    let alignment = try #require(facts.alignment)
    #expect(alignment.oneLater > log(Double(size)) && alignment.asRead - alignment.oneLater > 10)
    for case .misaligned(_, _, let isCertain) in facts.warnings { #expect(!isCertain) }
    #expect(facts.warnings.contains { if case .misaligned = $0 { true } else { false } })
  }

  @Test func `a NaN, an unreadable sequence and wrong names are told`() throws {
    let nan = try TraceFile(path: TestFiles.broken("nan-tuned.safetensors")).facts()
    #expect(nan.warnings.first == .notANumber(rows: 1))
    let broken = try TraceFile(path: TestFiles.broken("other-emitted.jsonl")).facts()
    guard case .unreadable(let error) = try #require(broken.warnings.first) else {
      Issue.record("\(broken.warnings)")
      return
    }
    #expect(error.sequence == "tiny" && broken.sequencesRead == 0 && broken.rows == nil)
    var builder = SafetensorsBuilder()
    builder.add("tokens", "I32", [4], SafetensorsFileTests.tokens)
    builder.add("logprobs", "F32", [3, 4], SafetensorsFileTests.scores)
    let facts = try opened(builder.bytes).facts()
    #expect(facts.values == .logits)
    #expect(facts.warnings.contains { if case .notNormalised = $0 { true } else { false } })
  }

  @Test(arguments: [
    (
      TraceWarning.misaligned(gain: 4.8734, rows: 9, isCertain: false),
      "The text fits better when rows and tokens are moved by one, by 4.873 nats per token. Check what the rows predict."
    ),
    (
      .processed(.stated(name: "temperature", value: "0.7")),
      "The file says temperature = \"0.7\". Figures compare what was sampled from, not what the models say."
    ),
    (
      .processed(.nothingUnlisted(rows: 9, of: 10)),
      "The listed tokens hold all of the probability in 9 of 10 rows that end far from 0, as after top-k or top-p. Figures compare what was sampled from, not what the models say."
    ),
    (
      .scaled(ratio: 1.25, rows: 40, otherFile: "base.jsonl"),
      "In 40 rows the scores lie 1.25 times as far apart as in base.jsonl, more than fine-tuning usually does. Check that both are at temperature 1."
    ),
    (
      .assumed(.raw, .scaled(ratio: 1.25, rows: 40, otherFile: "base.jsonl")),
      "The values are taken as raw because it was said so; otherwise they are refused: in 40 rows the scores lie 1.25 times as far apart as in base.jsonl, as after a temperature of 0.8."
    ),
    (
      .afterTemperature(.sglang),
      "Logprobs of answers in SGLang JSON are taken after the sampler's temperature. Check that it was 1, or score the texts."
    ),
    (.notANumber(rows: 1), "1 row holds a NaN. Such rows are left out and counted."),
    (
      .infinite(rows: 2),
      "2 rows hold a score of +∞, as where scores are too large for f16. Such rows are left out and counted."
    ),
    (.emptyRows(3), "3 positions have no row. Such positions are counted as missing."),
    (
      .misaligned(gain: 4.8734, rows: 58, isCertain: true),
      "Over 58 rows the text fits better by 4.873 nats per token when rows and tokens are moved by one. Check what the rows predict."
    ),
    (
      .meaning(.logarithms(base: 2), rows: 20),
      "In 20 rows the powers of 2 of the values add up to 1, as those of logarithms to base 2 do and not of natural ones. Divergences of them mean nothing."
    ),
    (
      .floored(rows: 124, share: 0.25),
      "124 rows store tokens as a floor only, 25.0 % of a row on average. Divergences can come out too small."
    ),
  ])
  func `warnings read as sentences`(warning: TraceWarning, text: String) {
    #expect(warning.description == text)
  }
}
