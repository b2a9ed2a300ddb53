import CSystem
import Dispatch
import Foundation
import Synchronization

/// Has what is written to an index reach the disk while more is measured, so that the last commit has little to wait for.
///
/// For speed alone: SQLite waits by itself for what must be on the disk before something else. It is told of every error, as
/// Linux tells each that has a file open, since 4.13, what went wrong since they opened it; results are not looked at here.
final class EarlyWriteback: Sendable {
  /// The growth after which the disk is waited for: what was only begun may still lie in the disk's own memory.
  private static let waitingStep = 16 << 20

  private let descriptor: Int32
  /// The size of the file when the disk was last waited for.
  private let settledSize = Mutex(0)
  private let queue = DispatchQueue(label: "writeback")
  private let isSettling = Atomic(false)

  /// - Parameter descriptor: The file's. It stays its owner's.
  init(descriptor: Int32) { self.descriptor = descriptor }

  /// Has the system begin to write, and does not wait until it is done; false where it cannot be asked.
  @discardableResult
  func begin() -> Bool { begin_writeback(descriptor) }

  /// Has a thread beside this one wait for the disk, unless it does already: for a thread that goes on writing.
  ///
  /// To have the system begin to write is not enough: the disk says that it is done only when somebody asks.
  ///
  /// - Returns: False where it does already.
  @discardableResult
  func settleBeside() -> Bool {
    guard !isSettling.exchange(true, ordering: .relaxed) else { return false }
    queue.async { [self] in
      _ = wait_for_disk(descriptor)
      isSettling.store(false, ordering: .relaxed)
    }
    return true
  }

  /// Waits for the thread beside this one. To be called before the descriptor is closed.
  func end() { queue.sync {} }

  /// Has the system begin to write, and waits for the disk now and then: for a thread beside those that measure.
  ///
  /// - Returns: Whether it waited.
  @discardableResult
  func proceed() -> Bool {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return false }
    let size = Int(status.st_size)
    let waits = settledSize.withLock { settled in
      guard size - settled >= Self.waitingStep else { return false }
      settled = size
      return true
    }
    if waits {
      _ = wait_for_disk(descriptor)
    } else {
      begin()
    }
    return waits
  }
}
