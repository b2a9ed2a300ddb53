import Foundation
import Synchronization

/// Looks every few milliseconds at how much memory the program has of its own.
final class MemoryWatch: Sendable {
  private let most = Mutex(0.0)
  private let isStopped = Mutex(false)

  /// Begins to look.
  init() {
    Thread.detachNewThread { [self] in
      while !isStopped.withLock({ $0 }) {
        let now = Self.anonymousMemory()
        most.withLock { $0 = max($0, now) }
        usleep(5000)
      }
    }
  }

  /// The most since the last call, in MB.
  func takeMost() -> Double {
    most.withLock { most in
      defer { most = 0 }
      return most
    }
  }

  func stop() { isStopped.withLock { $0 = true } }

  /// The memory that is the program's own, in MB: mapped files are the page cache's and not counted.
  static func anonymousMemory() -> Double {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return .nan }
    for line in status.split(separator: "\n") where line.hasPrefix("RssAnon:") {
      return (line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Double($0) } ?? .nan) / 1024
    }
    return .nan
  }
}
