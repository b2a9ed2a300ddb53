import Tokenization

/// Two truncated rows, token by token: how much probability each token can have under either model.
///
/// The last box is all tokens that neither row lists, lumped together: they have the same bounds, and of all
/// ways to share out their mass the even one makes the two distributions most alike (the log-sum inequality).
struct TruncatedPair {
  /// One token's probability under both models.
  struct Box {
    /// The smallest and the largest probability under the tuned model.
    var tunedLow, tunedHigh: Double
    /// The smallest and the largest probability under the reference.
    var referenceLow, referenceHigh: Double
    /// Which rows list the token.
    var listing: Listing

    /// The box with the two models changed over.
    var mirrored: Box {
      Box(
        tunedLow: referenceLow, tunedHigh: referenceHigh, referenceLow: tunedLow, referenceHigh: tunedHigh,
        listing: listing.mirrored)
    }

    /// Takes the range of a token that the tuned model's row lists.
    @inline(__always)
    fileprivate mutating func holdTuned(_ mass: TruncatedMass, _ probability: Double, as listing: Listing) {
      tunedLow = mass.low(probability)
      tunedHigh = mass.high(probability)
      self.listing = listing
    }

    /// Takes the range of a token that the reference's row lists.
    @inline(__always)
    fileprivate mutating func holdReference(_ mass: TruncatedMass, _ probability: Double, as listing: Listing)
    {
      referenceLow = mass.low(probability)
      referenceHigh = mass.high(probability)
      self.listing = listing
    }
  }

  /// Which rows list a token.
  enum Listing {
    case both, tunedOnly, referenceOnly, neither

    /// The same with the two models changed over.
    var mirrored: Listing {
      switch self {
      case .both, .neither: self
      case .tunedOnly: .referenceOnly
      case .referenceOnly: .tunedOnly
      }
    }
  }

  /// The boxes of the pair that was joined last.
  private(set) var boxes: [Box] = []
  private var places = TruncatedPlaces()
  private var isShared: [Bool] = []

  /// Pairs the tokens of two rows; takes the place of whatever was paired before.
  ///
  /// - Parameters:
  ///   - reference: The tokens of the row, its mass, and the stored probability of each token.
  ///   - tuned: The same of the tuned model.
  mutating func join(
    reference: Span<TokenID>, _ referenceMass: TruncatedMass, _ referenceProbabilities: [Double],
    tuned: Span<TokenID>, _ tunedMass: TruncatedMass, _ tunedProbabilities: [Double], vocabularySize: Int?
  ) {
    let unlisted = Box(
      tunedLow: tunedMass.unlistedLow, tunedHigh: tunedMass.cap,
      referenceLow: referenceMass.unlistedLow, referenceHigh: referenceMass.cap, listing: .neither)
    isShared.removeAll(keepingCapacity: true)
    isShared.append(contentsOf: repeatElement(false, count: reference.count))
    boxes.removeAll(keepingCapacity: true)
    boxes.append(contentsOf: repeatElement(unlisted, count: tuned.count + reference.count))
    places.index(reference)
    for index in tuned.indices {
      var box = unlisted
      box.holdTuned(tunedMass, tunedProbabilities[index], as: .tunedOnly)
      if let place = places.place(of: tuned[index], in: reference) {
        isShared[place] = true
        box.holdReference(referenceMass, referenceProbabilities[place], as: .both)
      }
      boxes[index] = box
    }
    var count = tuned.count
    for index in reference.indices where !isShared[index] {
      boxes[count].holdReference(referenceMass, referenceProbabilities[index], as: .referenceOnly)
      count += 1
    }
    boxes.removeLast(boxes.count - count)
    appendRest(tuned: tunedMass, reference: referenceMass, vocabularySize: vocabularySize)
  }

  private mutating func appendRest(tuned: TruncatedMass, reference: TruncatedMass, vocabularySize: Int?) {
    let count = vocabularySize.map { max(0, $0 - boxes.count) }
    guard count != 0 else { return }
    let least = Double(count ?? 0)
    boxes.append(
      Box(
        tunedLow: least * tuned.unlistedLow, tunedHigh: TruncatedMass.room(of: count, each: tuned.cap),
        referenceLow: least * reference.unlistedLow,
        referenceHigh: TruncatedMass.room(of: count, each: reference.cap), listing: .neither))
  }
}
