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
      guard let pair = try? pair(at: place) else { continue }
      errors += pair.positions.evenlySpaced(Self.looks.positions)
        .compactMap { pair.storageError(at: $0)?.klTunedReference }.filter(\.isFinite)
    }
    return errors.isEmpty ? nil : errors.reduce(0, +) / Double(errors.count)
  }
}
