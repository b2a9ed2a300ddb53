import CDivergence
import Foundation
import Measures

/// `tokenshift-bench [--format table|json] [--rounds N] [--positions N] [--study yes|no]`: the kernel against the memory
/// it reads, and a whole batch against the kernel.
///
/// There are as many positions as twice the last cache holds in single precision, 48 at least, unless it is said how many.
///
/// All subjects take turns in every round, so that what disturbs the machine disturbs them alike; the figures are
/// ratios with their quartiles.
@main struct Bench {
  static func main() async throws {
    if let reading = ReadingBench(CommandLine.arguments) { return try reading.run() }
    let arguments = CommandLine.arguments.dropFirst()
    let number = arguments.dropFirst().first.flatMap { Int($0) }
    switch arguments.first {
    case "index":
      return try IndexBench(positions: number ?? 5_000_000).run(contrasts: arguments.last != "tables")
    case "dense":
      let dense = try DenseReadingBench()
      defer { dense.remove() }
      return print(Comparison.table(try dense.run(rounds: number ?? 15)))
    case "study":
      let positions = arguments.dropFirst(2).first.flatMap { Int($0) }
      let study = try StudyBench(rowsPerFile: positions ?? 100)
      defer { study.remove() }
      return print(Comparison.table(try await study.run(rounds: number ?? 5)))
    case "memory": return try await MemoryBench(arguments.dropFirst()).run()
    default: break
    }
    let options = Options(arguments)
    let rows = BenchRows(
      vocabularySize: vocabularySize, positionCount: options.positions ?? positionsBeyondCaches)
    var times: [String: [Double]] = [:]
    for _ in 0..<options.rounds {
      for subject in subjects { times[subject.name, default: []].append(subject.time(rows)) }
      times["full f32, two threads", default: []].append(fullFloat32.time(rows, threadCount: 2))
    }
    var comparisons = compared(times)
    if options.hasStudy {
      let study = try StudyBench()
      defer { study.remove() }
      comparisons += try await study.run(rounds: min(options.rounds, 5))
    }
    print(options.wantsJSON ? try Comparison.json(comparisons) : Comparison.table(comparisons))
  }

  private static let vocabularySize = 151_936

  /// Positions of which no cache holds more than half, each two rows in single precision.
  private static var positionsBeyondCaches: Int {
    let largestCache = sysconf(Int32(_SC_LEVEL3_CACHE_SIZE))
    let positionSize = 2 * vocabularySize * MemoryLayout<Float>.stride
    return max(48, 2 * largestCache / positionSize)
  }

  private static let best =
    InstructionSet.best == .avx512
    ? DIVERGENCE_AVX512 : InstructionSet.best == .avx2 ? DIVERGENCE_AVX2 : DIVERGENCE_PORTABLE

  private static let fullFloat32 = Subject(
    name: "full f32", work: .full, encoding: DIVERGENCE_FLOAT32, path: best)

  private static let subjects: [Subject] = {
    let encodings = [
      ("f32", DIVERGENCE_FLOAT32), ("bf16", DIVERGENCE_BFLOAT16), ("f16", DIVERGENCE_FLOAT16),
    ]
    let each = encodings.flatMap { name, encoding in
      [
        Subject(name: "sum \(name)", work: .memorySum, encoding: encoding, path: best),
        Subject(name: "first pass \(name)", work: .firstPass, encoding: encoding, path: best),
        Subject(name: "full \(name)", work: .full, encoding: encoding, path: best),
        Subject(name: "full with shares \(name)", work: .fullWithShares, encoding: encoding, path: best),
      ]
    }
    return each + [
      Subject(
        name: "full f32, portable", work: .full, encoding: DIVERGENCE_FLOAT32, path: DIVERGENCE_PORTABLE)
    ]
  }()

  private static func compared(_ times: [String: [Double]]) -> [Comparison] {
    func compare(_ ours: String, _ other: String) -> Comparison {
      Comparison("\(ours) / \(other)", ours: times[ours] ?? [], other: times[other] ?? [])
    }
    var comparisons = [
      compare("first pass f32", "sum f32"), compare("first pass bf16", "first pass f32"),
      compare("first pass f16", "first pass f32"), compare("full f32", "sum f32"),
      compare("full bf16", "full f32"), compare("full f16", "full f32"),
      compare("full with shares f32", "full f32"), compare("full with shares bf16", "full bf16"),
      compare("full f32, portable", "full f32"),
    ]
    // Two threads do twice the positions in the time that each of them takes.
    let alone = (times["full f32"] ?? []).map { 2 * $0 }
    comparisons.append(
      Comparison(
        "two threads, speed-up of full f32", ours: alone, other: times["full f32, two threads"] ?? []))
    return comparisons
  }
}

/// What the command line asks for.
private struct Options {
  var wantsJSON = false
  var rounds = 15
  var positions: Int?
  var hasStudy = true

  init(_ arguments: ArraySlice<String>) {
    var rest = arguments
    while let option = rest.popFirst() {
      let value = rest.popFirst() ?? ""
      switch (option, Int(value)) {
      case ("--format", _) where ["json", "table"].contains(value): wantsJSON = value == "json"
      case ("--study", _) where ["yes", "no"].contains(value): hasStudy = value == "yes"
      case ("--rounds", let count?) where count > 0: rounds = count
      case ("--positions", let count?) where count > 0: positions = count
      default:
        FileHandle.standardError.write(
          Data(
            "usage: tokenshift-bench [--format table|json] [--rounds N] [--positions N] [--study yes|no]\n"
              .utf8))
        exit(64)
      }
    }
  }
}
