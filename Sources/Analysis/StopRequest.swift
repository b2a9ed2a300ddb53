import Synchronization

/// Asks a batch to stop at the next sequence. Safe to set from a signal's handler or another thread.
public final class StopRequest: Sendable {
  private let flag = Atomic<Bool>(false)

  /// A request that has not been made.
  public init() {}

  /// Makes the request.
  public func make() { flag.store(true, ordering: .relaxed) }

  /// True once it has been made.
  public var isMade: Bool { flag.load(ordering: .relaxed) }
}
