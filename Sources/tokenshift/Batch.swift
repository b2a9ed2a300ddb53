import Analysis
import ArgumentParser
import Foundation
import ShiftStore

struct Batch: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures a whole study into an index: many traces, many models, in parallel.",
    discussion: """
      A study file (YAML or JSON) names the models and the files that hold what each said:

        schemaVersion: 1
        vocabulary: vocabulary/tokenizer.json
        models:
          - {name: base, role: reference}
          - {name: sft, role: tuned, method: sft}
        traces:
          - {model: base, source: sft, task: math500, files: "traces/base-on-sft.jsonl"}
          - {model: sft, source: sft, task: math500, files: "traces/sft-on-sft.jsonl"}

      Stopping it (Ctrl-C, or even kill -9) loses little: the same command goes on where it was.

      Example:
        tokenshift batch study.yaml --index study.sqlite
      """)

  @Argument(help: "The study file.", completion: .file(extensions: ["yaml", "yml", "json"]))
  var study: String
  @Option(name: [.customShort("i"), .long], help: "The index to write.", completion: .file())
  var index: String
  @Option(
    name: [.short, .long], help: "Sequences measured at once. As many as there are processors when left out.")
  var jobs: Int?
  @Flag(help: "Begin anew, and replace an index that stands there once the new one is begun.")
  var force = false
  @Flag(name: [.short, .long], help: "Show no progress.")
  var quiet = false

  func validate() throws {
    guard !index.isEmpty else { throw ValidationError("--index must name a file, but is empty.") }
    guard jobs ?? 1 >= 1 else { throw ValidationError("--jobs must be at least 1, but is \(jobs ?? 0).") }
  }

  func run() async throws {
    ProcessHeap.mapsLargeBlocks()
    let stop = StopRequest()
    let signals = StopSignals(stop)
    var planning = PlanningMeter(isQuiet: quiet)
    let plan = try StudyPlan(try StudyFile(contentsOf: study), toolVersion: TokenShift.version) {
      planning.show($0)
    }
    planning.end()
    if !force, let existing = try finishedIndex(plan) {
      StandardError.write("\(index): the index is already whole.")
      return try report(.finished(refused: existing.refusedCount()), existing, plan)
    }
    let index = try open(plan)
    let progress = try index.progress()
    if progress.measured > 0 {
      StandardError.write(
        "\(self.index): going on after \(progress.measured) of \(progress.planned) measurements.")
    }
    var meter = ProgressMeter(isQuiet: quiet)
    let run = BatchRun(plan, jobs: jobs ?? ProcessInfo.processInfo.activeProcessorCount)
    let outcome = try await run.run(into: index, stop: stop) { meter.show($0) }
    meter.end()
    signals.end()
    try report(outcome, index, plan)
  }

  /// The same study's whole index, nil where there is none or it is unfinished.
  ///
  /// - Throws: ``StoreError`` when something else stands there.
  private func finishedIndex(_ plan: StudyPlan) throws -> ShiftIndex? {
    guard FileManager.default.fileExists(atPath: index) else { return nil }
    do {
      let existing = try ShiftIndex.open(at: index)
      try existing.check(against: plan.record)
      if try existing.progress().isFinished { return existing }
      try existing.close()
      return nil
    } catch let error as StoreError {
      guard case .notAnIndex(let found) = error.problem else { throw error }
      throw StoreError(file: index, found == "empty" ? .exists : .notReplaceable(found: found))
    }
  }

  /// A new index, or the unfinished one of the same study.
  private func open(_ plan: StudyPlan) throws -> ShiftIndex {
    if force { return try ShiftIndex.create(at: index, plan: plan.record, existing: .replaceIndex) }
    guard FileManager.default.fileExists(atPath: index) else {
      do {
        return try ShiftIndex.create(at: index, plan: plan.record)
      } catch let error as StoreError where error.problem == .exists {
        // It was not there a moment ago.
        throw StoreError(file: index, .busy)
      }
    }
    return try ShiftIndex.resume(at: index)
  }

  private func report(_ outcome: BatchOutcome, _ index: ShiftIndex, _ plan: StudyPlan) throws {
    let planned = plan.measurements.count
    switch outcome {
    case .stopped:
      let measured = try index.progress().measured
      try index.close()
      throw CommandFailure(
        status: .tryAgain,
        message: """
          stopped after \(measured) of \(planned) measurements. \
          Run the same command\(force ? " without --force" : "") to go on.
          """)
    case .finished(let refused):
      let problems = try index.problems()
      try index.close()
      // What is wrong with a file is kept for each of its comparisons, and told once.
      for line in problems.map({ "\($0.severity.rawValue): \($0.message)" }).uniqued {
        StandardError.write(line)
      }
      let errors = problems.filter { $0.severity == .error }.count
      guard errors == 0 else {
        throw CommandFailure(
          status: .incomplete,
          message: """
            \(self.index): \(planned - refused) of \(planned) measurements are in; \
            \(errors) \(errors == 1 ? "problem is" : "problems are") listed above and in the table problem.
            """)
      }
      StandardError.write("\(self.index): \(planned) \(planned == 1 ? "measurement" : "measurements").")
    }
  }
}
