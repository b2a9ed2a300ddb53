import ShiftStore
import TestSupport
import Testing

/// Indexes that are not whole yet, and what may complete them.
@Suite struct ResumingTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `an index goes on where it ended`() throws {
    let path = folder.file("index.sqlite")
    let first = try ShiftIndex.create(at: path, plan: ExampleStudy.plan)
    try first.append(Array(ExampleStudy.measurements.prefix(2)), predicted: [])
    try first.close()
    let second = try ShiftIndex.resume(at: path)
    try second.check(against: ExampleStudy.plan)
    #expect(try second.progress() == StudyProgress(isFinished: false, measured: 2, planned: 3))
    try second.append(Array(ExampleStudy.measurements.dropFirst(2)), predicted: [])
    try second.finish()
    try second.close()
    let whole = try ExampleStudy.index(in: TemporaryFolder())
    let sql = "SELECT * FROM positionRecord"
    #expect(try ShiftIndex.open(at: path).query(sql).rows == whole.query(sql).rows)
  }

  @Test func `another study does not go on with it`() throws {
    let index = try ShiftIndex.create(at: folder.file("index.sqlite"), plan: ExampleStudy.plan)
    var other = ExampleStudy.plan
    other.inputs[0].digest = "d2"
    #expect(
      throws: StoreError(
        file: index.path,
        .otherStudy(what: "the input", found: "a.jsonl (d1)", expected: "a.jsonl (d2)"))
    ) { try index.check(against: other) }
  }

  @Test func `a changed study file is told by its first line that differs`() throws {
    var plan = ExampleStudy.plan
    plan.study.studyText = "one\ntwo\nthree"
    let index = try ShiftIndex.create(at: folder.file("index.sqlite"), plan: plan)
    func message(_ text: String) -> String {
      var other = plan
      other.study.studyText = text
      do {
        try index.check(against: other)
        return "the same"
      } catch {
        return "\(error)".replacing(folder.path + "/", with: "")
      }
    }
    #expect(
      message("one\n2wo\nthree") == """
        index.sqlite: the index was begun with a study file whose line 2 is "two", this run has "2wo". Choose another \
        name, or pass --force to begin anew.
        """)
    #expect(message("one\ntwo\r\nthree").contains(#"line 2 is "two", this run has "two\r"."#))
    #expect(message("one\ntwo").contains(#"line 3 is "three", this run has no such line."#))
    #expect(message("one\ntwo\nthree") == "the same")
  }

  @Test func `an index is complete when it is finished and nothing was refused`() throws {
    var plan = ExampleStudy.plan
    let whole = try ExampleStudy.index(in: TemporaryFolder())
    #expect(try whole.isComplete())
    plan.problems = [ProblemRecord(severity: .warning, message: "a doubt")]
    let index = try ShiftIndex.create(at: folder.file("index.sqlite"), plan: plan)
    #expect(try !index.isComplete())
    try index.append(ExampleStudy.measurements, predicted: [])
    try index.finish()
    #expect(try index.isComplete())
    try OtherProgram.execute(
      "INSERT INTO problem (severity, message) VALUES ('error', 'refused')", on: index.path)
    #expect(try !index.isComplete())
  }
}
