import Measures
import Testing
import Tokenization

@Suite struct RowProblemTests {
  private func problem(
    _ reference: [Float], _ tuned: [Float], emitted: Int32 = 0, vocabularySize: Int? = nil
  ) -> RowProblem? {
    do {
      _ = try DivergenceKernel(vocabularySize: vocabularySize).measure(
        reference: StoredRows.float32(reference), tuned: StoredRows.float32(tuned), emitted: TokenID(emitted))
      return nil
    } catch {
      return error
    }
  }

  private let zeros = [Float](repeating: 0, count: 3000)

  @Test(arguments: [0, 1, 31, 500, 2047, 2048, 2990, 2999])
  func `NaN is found where it stands`(token: Int) {
    var row = zeros
    row[token] = .nan
    #expect(problem(row, zeros) == .notANumber(.reference, token: TokenID(Int32(token))))
    #expect(problem(zeros, row) == .notANumber(.tuned, token: TokenID(Int32(token))))
  }

  @Test(arguments: [0, 1, 31, 500, 2047, 2048, 2990, 2999])
  func `plus infinity is found where it stands`(token: Int) {
    var row = zeros
    row[token] = .infinity
    #expect(problem(row, zeros) == .plusInfinity(.reference, token: TokenID(Int32(token))))
    #expect(problem(zeros, row) == .plusInfinity(.tuned, token: TokenID(Int32(token))))
  }

  @Test func `the first of several is named, the reference before the tuned row`() {
    var row = zeros
    row[40] = .nan
    row[20] = .infinity
    #expect(problem(row, zeros) == .plusInfinity(.reference, token: TokenID(20)))
    #expect(problem(row, row) == .plusInfinity(.reference, token: TokenID(20)))
  }

  @Test func `a row of minus infinities has no probability`() {
    let none = zeros.map { _ in -Float.infinity }
    #expect(problem(none, zeros) == .noProbability(.reference))
    #expect(problem(zeros, none) == .noProbability(.tuned))
    #expect(problem([], []) == .noProbability(.reference))
  }

  @Test func `sizes and ids are checked`() {
    #expect(problem([0, 0], [0]) == .sizesDiffer(reference: 2, tuned: 1))
    #expect(problem([0, 0], [0], vocabularySize: 2) == .rowTooShort(count: 1, vocabularySize: 2))
    #expect(problem([0, 0], [0, 0], emitted: 2) == .emittedOutside(token: TokenID(2), vocabularySize: 2))
    #expect(problem([0, 0], [0, 0], emitted: -1) == .emittedOutside(token: TokenID(-1), vocabularySize: 2))
    #expect(
      problem([0, 0, 0], [0, 0, 0], emitted: 2, vocabularySize: 2)
        == .emittedOutside(token: TokenID(2), vocabularySize: 2))
  }

  @Test(arguments: [
    (
      RowProblem.notANumber(.tuned, token: TokenID(17)),
      "the tuned score of token 17 is NaN. Score the sequence again."
    ),
    (
      .plusInfinity(.reference, token: TokenID(3)),
      "the reference score of token 3 is +∞. Score the sequence again."
    ),
    (
      .noProbability(.tuned),
      "every tuned score is −∞. Score the sequence again, or mask this position."
    ),
    (
      .emittedOutside(token: TokenID(50000), vocabularySize: 49152),
      "token 50000 stands in the text, but the ids of the vocabulary end at 49151."
        + " Score the text with the tokenizer of these models."
    ),
    (
      .sizesDiffer(reference: 151936, tuned: 151669),
      "the reference row has 151936 scores and the tuned row has 151669."
        + " Compare models of one vocabulary, or give the size of the vocabulary if one of them is padded."
    ),
    (
      .rowTooShort(count: 4, vocabularySize: 5),
      "a row has 4 scores, but the vocabulary has 5 tokens."
        + " Give the vocabulary that the models were trained with."
    ),
  ])
  func `every problem says what was found and what to do`(problem: RowProblem, text: String) {
    #expect(problem.description == text)
  }
}
