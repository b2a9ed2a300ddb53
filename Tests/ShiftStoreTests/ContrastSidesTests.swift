import ShiftStore
import TestSupport
import Testing

/// Which texts two models are compared on.
@Suite struct ContrastSidesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// An index whose two tuned models were measured on these sources.
  private func index(sft: [String], rl: [String]) throws -> ShiftIndex {
    var plan = ExampleStudy.plan
    let pairs = sft.map { (2, $0) } + rl.map { (3, $0) }
    plan.comparisons = pairs.enumerated().map {
      ComparisonRecord(id: $0 + 1, tunedID: $1.0, referenceID: 1, source: $1.1)
    }
    return try ShiftIndex.create(at: folder.file("index.sqlite"), plan: plan)
  }

  private func sides(_ index: ShiftIndex, _ source: SourceChoice) throws -> [[String]] {
    let sides = try index.contrastSides("sft", "rl", source: source)
    return [sides.first.map(\.source), sides.second.map(\.source)]
  }

  @Test func `each model's own text, or a named one, and never several thrown together`() throws {
    let index = try index(sft: ["sft", "base"], rl: ["rl", "base"])
    #expect(try sides(index, .own) == [["sft"], ["rl"]])
    #expect(try sides(index, .named("base")) == [["base"], ["base"]])
    #expect(try sides(index, .all) == [["base"], ["base"]], "the only text that both were measured on")
    #expect(
      throws: StoreError(file: index.path, .notMeasured(tuned: "rl", source: "sft", known: ["rl", "base"]))
    ) {
      try sides(index, .named("sft"))
    }
  }

  @Test func `a model without text of its own is compared on shared text`() throws {
    let index = try index(sft: ["sft", "base"], rl: ["base"])
    #expect(try sides(index, .own) == [["base"], ["base"]])
  }

  @Test func `several shared texts are asked back about`() throws {
    let index = try index(sft: ["sft", "base", "rl"], rl: ["base", "sft", "rl"])
    let error = StoreError(
      file: index.path, .severalTexts(first: "sft", second: "rl", shared: ["sft", "base", "rl"]))
    #expect(throws: error) { try sides(index, .all) }
    #expect(
      error.description == """
        \(index.path): a contrast is about text of one kind, and "sft" and "rl" were both measured on text of \
        sft, base, rl. Choose one of them with --source.
        """)
  }

  @Test func `models without text in common have no contrast but of their own texts`() throws {
    let index = try index(sft: ["sft"], rl: ["rl"])
    #expect(try sides(index, .own) == [["sft"], ["rl"]])
    #expect(throws: StoreError(file: index.path, .severalTexts(first: "sft", second: "rl", shared: []))) {
      try sides(index, .all)
    }
  }
}
