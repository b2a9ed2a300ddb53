import Foundation
import Synchronization
import Traces

/// The digests of a study's files, taken on all processors. Many files may share one companion, which is read once.
struct InputDigests {
  private var digests: [String: FileDigest] = [:]

  /// Hashes every file and companion.
  ///
  /// - Parameter progress: Told how many of how many are done, before each round of them.
  /// - Throws: The error of the first file, in the order of the study, that cannot be read.
  init(of files: [PlannedFile], progress: (_ done: Int, _ total: Int) -> Void) throws {
    var wanted: [(path: String, isSampledWhenLarge: Bool)] = []
    var known: Set<String> = []
    for file in files {
      let all = [(file.path, file.format.isBinary)] + file.companionFiles.map { ($0, true) }
      wanted += all.filter { known.insert($0.0).inserted }
    }
    let atOnce = ProcessInfo.processInfo.activeProcessorCount * Self.rounds
    for first in stride(from: 0, to: wanted.count, by: atOnce) {
      progress(first, wanted.count)
      let batch = Array(wanted[first..<min(first + atOnce, wanted.count)])
      let found = Mutex<[Int: Result<FileDigest, any Error>]>([:])
      DispatchQueue.concurrentPerform(iterations: batch.count) { place in
        let (path, isSampledWhenLarge) = batch[place]
        let result = Result { try FileDigest(path: path, isSampledWhenLarge: isSampledWhenLarge) }
        found.withLock { $0[place] = result }
      }
      let results = found.withLock { $0 }
      for (place, file) in batch.enumerated() { digests[file.path] = try results[place]?.get() }
    }
  }

  /// Files that each processor hashes before progress is told.
  private static let rounds = 4

  /// The digest of one of the files; nil for a path that is none of them.
  subscript(path: String) -> FileDigest? { digests[path] }
}
