import Foundation
import Statistics
import Traces

/// The digests of a study's files, taken on all processors. Many files may share one companion, which is read once.
struct InputDigests {
  private var digests: [String: FileDigest] = [:]

  /// Hashes every file and companion.
  ///
  /// - Parameter progress: Told how many of how many are done, before each round of them.
  /// - Throws: The error of the first file, in the order of the study, that cannot be read.
  init(of files: [PlannedFile], progress: (_ done: Int, _ total: Int) -> Void) throws {
    var known: Set<String> = []
    let wanted = files.flatMap(\.inputs).filter { known.insert($0.path).inserted }
    let mapped = Dictionary(
      files.compactMap { file in file.open?.bytes.map { (file.path, $0) } },
      uniquingKeysWith: { first, _ in first })
    let processors = ProcessInfo.processInfo.activeProcessorCount
    for first in stride(from: 0, to: wanted.count, by: processors * Self.rounds) {
      progress(first, wanted.count)
      let round = Array(wanted[first..<min(first + processors * Self.rounds, wanted.count)])
      let results = resultsInParallel(round.count, threads: processors) { place in
        Result { try FileDigest(path: round[place].path, mapped: mapped[round[place].path]) }
      }
      for (file, result) in zip(round, results) { digests[file.path] = try result.get() }
    }
  }

  /// Files that each processor hashes before progress is told.
  private static let rounds = 4

  /// The digest of one of the files; nil for a path that is none of them.
  subscript(path: String) -> FileDigest? { digests[path] }
}
