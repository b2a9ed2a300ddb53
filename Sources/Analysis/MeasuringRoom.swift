public import Measures
import ShiftStore
import Synchronization

/// Memory as long as the vocabulary, which each measurement hands on to the next.
///
/// Taken from the system anew for every sequence, and given back by other threads, it would leave gaps in the heap that grow
/// with the study, and cost a page fault for every 4 KB.
public final class MeasuringRoom: Sendable {
  private struct Idle {
    var kernels: [KernelRoom] = []
    var shares: [PredictedShares] = []
    var bytes: [[UInt8]] = []
  }
  private let idle = Mutex(Idle())

  /// No memory yet; as much is taken as measurements use at once.
  public init() {}

  /// Runs a body with room that nobody else uses.
  func withKernelRoom<Value>(_ body: (KernelRoom) -> Value) -> Value {
    let room = idle.withLock { $0.kernels.popLast() } ?? KernelRoom()
    defer { idle.withLock { $0.kernels.append(room) } }
    return body(room)
  }

  /// Shares without a position, in memory that was given back where there is some.
  func takeShares(vocabularySize: Int) -> PredictedShares {
    // Those of another width go: a study has one.
    guard var shares = idle.withLock({ $0.shares.popLast() }), shares.vocabularySize == vocabularySize
    else { return PredictedShares(vocabularySize: vocabularySize) }
    shares.clear()
    return shares
  }

  /// Gives the memory of shares back that a measurement made. Where somebody still holds them, the next measurement copies
  /// them.
  public func giveBack(_ shares: consuming PredictedShares) {
    // What is consumed cannot be captured by a closure itself.
    let shares = shares
    idle.withLock { $0.shares.append(shares) }
  }

  /// Gives all memory back to the system that nobody uses.
  func clear() { idle.withLock { $0 = Idle() } }

  /// Memory for the bytes of what moved, with whatever was left in it.
  func takeBytes() -> [UInt8] { idle.withLock { $0.bytes.popLast() } ?? [] }

  /// Gives back the memory of what moved in dense rows.
  func giveBack(_ records: [MeasurementRecord]) {
    idle.withLock { idle in
      for case let moved? in records.map(\.moved) where moved.sharePositions != nil {
        idle.bytes.append(moved.memory)
      }
    }
  }
}
