import CDivergence
import Foundation
import Measures

/// One thing whose time is taken: it goes over all positions, on this thread.
struct Subject: Sendable {
  /// What a pass over the positions does.
  enum Work: Sendable {
    case memorySum
    case firstPass
    case full
    case fullWithShares
  }

  var name: String
  var work: Work
  var encoding: divergence_encoding
  var path: divergence_path

  /// Microseconds of processor time for each position.
  func time(_ rows: BenchRows, threadCount: Int = 1) -> Double {
    guard threadCount > 1 else { return processorTime { run(rows) } / Double(rows.positionCount) }
    let times = SharedTimes()
    DispatchQueue.concurrentPerform(iterations: threadCount) { _ in
      times.append(processorTime { run(rows) } / Double(rows.positionCount))
    }
    return times.mean
  }

  private func run(_ rows: BenchRows) {
    let shares = work == .fullWithShares ? Shares(count: rows.vocabularySize) : nil
    let roomSize = divergence_room(rows.vocabularySize) * MemoryLayout<Float>.stride
    let room = UnsafeMutableRawPointer.allocate(byteCount: roomSize, alignment: 64)
    defer { room.deallocate() }
    for position in 0..<rows.positionCount {
      let reference = rows.referenceRow(position, encoding), tuned = rows.tunedRow(position, encoding)
      if work == .memorySum {
        let size = rows.positionSize(encoding) / 2
        keep(
          divergence_memory_sum(path, reference.bytes, size) + divergence_memory_sum(path, tuned.bytes, size))
        continue
      }
      var request = divergence_request(
        reference: reference, tuned: tuned, count: rows.vocabularySize, emitted: 1000, top_count: 20,
        room: work == .firstPass ? nil : room.assumingMemoryBound(to: Float.self),
        kl_shares: shares?.kl, moved_mass: shares?.moved)
      var result = divergence_result()
      divergence_measure(path, &request, &result)
      keep(result.tuned.entropy)
    }
  }

  /// Dense sums of the shares, as the predicted table needs them.
  private final class Shares {
    let kl: UnsafeMutablePointer<Float>, moved: UnsafeMutablePointer<Float>

    init(count: Int) {
      kl = .allocate(capacity: count)
      moved = .allocate(capacity: count)
      kl.initialize(repeating: 0, count: count)
      moved.initialize(repeating: 0, count: count)
    }

    deinit {
      kl.deallocate()
      moved.deallocate()
    }
  }

  /// Times from several threads.
  private final class SharedTimes: @unchecked Sendable {
    // Every access holds the lock.
    private let lock = NSLock()
    private var times: [Double] = []

    func append(_ time: Double) { lock.withLock { times.append(time) } }

    var mean: Double { lock.withLock { times.reduce(0, +) / Double(times.count) } }
  }
}

/// Keeps a result from being optimised away.
@inline(never) private func keep(_ value: Double) {
  withExtendedLifetime(value) {}
}
