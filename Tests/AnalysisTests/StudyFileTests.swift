import Analysis
import TestSupport
import Testing

@Suite struct StudyFileTests {
  private static let models = "models: [{name: base, role: reference}, {name: rl, role: tuned, method: rl}]"
  private static let traces =
    "traces: [{model: base, source: rl, files: a.jsonl}, {model: rl, source: rl, files: [b.jsonl]}]"
  private static let whole = "schemaVersion: 1\n\(models)\n\(traces)\n"

  @Test func `YAML and JSON say the same`() throws {
    let yaml = try StudyFile(path: "s.yaml", text: Self.whole).study
    let json = try StudyFile(
      path: "s.json",
      text: """
        {"schemaVersion": 1, "models": [{"name": "base", "role": "reference"},
        {"name": "rl", "role": "tuned", "method": "rl"}],
        "traces": [{"model": "base", "source": "rl", "files": "a.jsonl"},
        {"model": "rl", "source": "rl", "files": ["b.jsonl"]}]}
        """
    ).study
    #expect(yaml.models == json.models)
    #expect(yaml.traces.map(\.files) == [["a.jsonl"], ["b.jsonl"]])
    #expect(json.traces.map(\.files) == [["a.jsonl"], ["b.jsonl"]])
    #expect(yaml.reference.name == "base")
  }

  @Test func `paths are relative to the study file`() throws {
    let file = try StudyFile(path: "studies/one/s.yaml", text: Self.whole)
    #expect(file.resolve("a.jsonl") == "studies/one/a.jsonl")
    #expect(file.resolve("/data/a.jsonl") == "/data/a.jsonl")
    #expect(try StudyFile(path: "s.yaml", text: Self.whole).resolve("a.jsonl") == "a.jsonl")
  }

  @Test(arguments: [
    (
      "schemaVersion: 2\n\(models)\n\(traces)",
      "s.yaml:1: the study has schemaVersion 2, this version knows up to 1. Update tokenshift."
    ),
    (
      "schemaVersion: 1\nmodel: x\n",
      "s.yaml:2: \"model\" is not a key of a study. Use schemaVersion, vocabulary, vocabularySize, floor, models, traces."
    ),
    ("schemaVersion: 1\n\(traces)", "s.yaml: a study has no \"models\". Add it."),
    ("schemaVersion: 1\nmodels:\n  - {name: base}\n\(traces)", "s.yaml:3: a model has no \"role\". Add it."),
    (
      "schemaVersion: 1\nmodels:\n  - {name: base, role: judge}\n\(traces)",
      "s.yaml:3: \"role\" must be reference or tuned, but is \"judge\". Correct it."
    ),
    (
      "schemaVersion: 1\nmodels:\n  - {name: base, role: reference}\n\(traces)",
      "s.yaml: no model has the role tuned. Add one to compare with the reference."
    ),
    (
      "schemaVersion: 1\nmodels: [{name: a, role: reference}, {name: b, role: reference}]\n\(traces)",
      "s.yaml: 2 models have the role reference: a, b. Keep one and make the others tuned."
    ),
    (
      "schemaVersion: 1\nmodels: [{name: a, role: tuned}]\n\(traces)",
      "s.yaml: no model has the role reference. Give it to the model that the others are compared against."
    ),
    (
      "schemaVersion: 1\nmodels: [{name: a, role: tuned}, {name: a, role: reference}]\n\(traces)",
      "s.yaml: the model \"a\" is listed twice. Give each model its own name."
    ),
    (
      "schemaVersion: 1\n\(models)\ntraces:\n  - {model: dpo, source: rl, files: a}",
      "s.yaml:4: the model \"dpo\" is not listed under models. Use one of base, rl."
    ),
    (
      "schemaVersion: 1\n\(models)\ntraces:\n  - {model: rl, source: rl}",
      "s.yaml:4: an entry of traces has no \"files\". Add it."
    ),
    (
      "schemaVersion: 1\n\(models)\ntraces: []",
      "s.yaml:3: \"traces\" must be a list that is not empty, but is \"an empty list\". Correct it."
    ),
    (
      "schemaVersion: 1\nfloor: 3\n\(models)\n\(traces)",
      "s.yaml:2: \"floor\" must be a logprob below 0, in nats, but is \"3\". Correct it."
    ),
    (
      "schemaVersion: 1\nvocabularySize: many\n\(models)\n\(traces)",
      "s.yaml:2: \"vocabularySize\" must be a whole number above 0, but is \"many\". Correct it."
    ),
    (
      "schemaVersion: 1\n\(models)\ntraces:\n  - {model: rl, source: own, files: a}",
      "s.yaml:4: the source \"own\" has a name that commands have for several of them. Choose another name."
    ),
    (
      "schemaVersion: 1\n\(models)\ntraces:\n  - {model: rl, source: all, files: a}",
      "s.yaml:4: the source \"all\" has a name that commands have for several of them. Choose another name."
    ),
    (
      "schemaVersion: 1\n\(models)\ntraces:\n  - {model: rl, source: rl, task: all, files: a}",
      "s.yaml:4: the task \"all\" has a name that commands have for several of them. Choose another name."
    ),
    ("schemaVersion: [", "s.yaml:2: the text is not YAML or JSON: did not find expected node content."),
    (
      "schemaVersion: 0\n\(models)\n\(traces)",
      "s.yaml:1: \"schemaVersion\" must be 1, but is \"0\". Correct it."
    ),
    (
      "schemaVersion: 1\nschemaVersion: 1",
      "s.yaml: the text is not YAML or JSON: the key \"schemaVersion\" stands twice in one mapping."
    ),
    ("- a list", "s.yaml:1: \"a study\" must be a mapping, but is \"a list\". Correct it."),
    ("", "s.yaml: a study has no \"schemaVersion\". Add it."),
  ])
  func `what is wrong is said with its line`(text: String, message: String) {
    #expect {
      try StudyFile(path: "s.yaml", text: text)
    } throws: { "\($0)" == message }
  }

  @Test func `a key without a value is not there`() throws {
    let text = "schemaVersion: 1\nfloor: null\nvocabulary: ~\n\(Self.models)\n\(Self.traces)\n"
    let study = try StudyFile(path: "s.yaml", text: text).study
    #expect(study.floor == nil)
    #expect(study.vocabulary == nil)
    let traces = "traces: [{model: base, source: rl, task: ~, files: a.jsonl}]"
    #expect(
      try StudyFile(path: "s.yaml", text: "schemaVersion: 1\n\(Self.models)\n\(traces)").study.traces[0].task
        == nil)
  }

  @Test func `a missing study is missing`() {
    #expect(throws: StudyError(file: "nowhere.yaml", .missing)) {
      try StudyFile(contentsOf: "nowhere.yaml")
    }
  }
}
