public import Measures

/// What storing scores in 16 bits can have done to the figures of a sequence: bounds, summed over evenly spaced positions.
public struct StorageErrorSums: Equatable, Sendable {
  /// The positions that were looked at. 0 where scores are in single precision, or lists.
  public private(set) var positions = 0
  /// Of `KL(tuned ‖ reference)`, in nats.
  public private(set) var klTunedReference = 0.0
  /// Of `KL(reference ‖ tuned)`, in nats.
  public private(set) var klReferenceTuned = 0.0
  /// Of the Jensen–Shannon divergence, in nats.
  public private(set) var jensenShannon = 0.0
  /// Of the total variation distance.
  public private(set) var totalVariation = 0.0

  /// Nothing yet.
  public init() {}

  /// Sums that are known.
  public init(
    positions: Int, klTunedReference: Double, klReferenceTuned: Double, jensenShannon: Double,
    totalVariation: Double
  ) {
    self.positions = positions
    self.klTunedReference = klTunedReference
    self.klReferenceTuned = klReferenceTuned
    self.jensenShannon = jensenShannon
    self.totalVariation = totalVariation
  }

  /// Adds a position. One with an infinite divergence is in no mean, and not in these sums.
  public mutating func add(_ error: StorageError) {
    guard error.klTunedReference.isFinite, error.klReferenceTuned.isFinite else { return }
    positions += 1
    klTunedReference += error.klTunedReference
    klReferenceTuned += error.klReferenceTuned
    jensenShannon += error.jensenShannon
    totalVariation += error.totalVariation
  }
}
