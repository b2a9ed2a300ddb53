import Measures
import Traces

extension FilePair {
  /// Sequences and positions of each that are looked at.
  private static let looks = (sequences: 4, positions: 8)

  /// What storage can have done to the divergence of the tuned file from the reference, in nats: the mean over evenly
  /// spaced positions; nil where both are in single precision, or one holds lists.
  var storageError: Double? {
    var errors: [Double] = []
    for place in places.evenlySpaced(Self.looks.sequences) {
      guard let pair = try? pair(at: place), case .dense(let reference) = pair.reference.rows,
        case .dense(let tuned) = pair.tuned.rows
      else { continue }
      for position in pair.positions.evenlySpaced(Self.looks.positions) {
        let error = StorageError(
          reference: reference[position.referenceRow], tuned: tuned[position.tunedRow])
        if let error, error.klTunedReference.isFinite { errors.append(error.klTunedReference) }
      }
    }
    return errors.isEmpty ? nil : errors.reduce(0, +) / Double(errors.count)
  }
}
