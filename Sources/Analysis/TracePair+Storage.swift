import Measures
import Traces

extension TracePair {
  /// What storage can have done to the figures of a position; nil where the rows are not both dense, or not in 16 bits.
  func storageError(at position: Position, vocabularySize: Int? = nil) -> StorageError? {
    guard case .dense(let reference) = reference.rows, case .dense(let tuned) = tuned.rows else { return nil }
    return StorageError(
      reference: reference[position.referenceRow], tuned: tuned[position.tunedRow],
      vocabularySize: vocabularySize)
  }
}
