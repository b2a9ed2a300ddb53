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
  ///   - reference: The row, and the stored probability of each token it lists.
  ///   - tuned: The same of the tuned model.
  mutating func join(
    reference: (tokens: ArraySlice<TokenID>, mass: TruncatedMass, probabilities: [Double]),
    tuned: (tokens: ArraySlice<TokenID>, mass: TruncatedMass, probabilities: [Double]), vocabularySize: Int?
  ) {
    boxes.removeAll(keepingCapacity: true)
    isShared.removeAll(keepingCapacity: true)
    isShared.append(contentsOf: repeatElement(false, count: reference.tokens.count))
    places.index(reference.tokens)
    let unlisted = Box(
      tunedLow: tuned.mass.unlistedLow, tunedHigh: tuned.mass.cap,
      referenceLow: reference.mass.unlistedLow, referenceHigh: reference.mass.cap, listing: .neither)
    for (token, probability) in zip(tuned.tokens, tuned.probabilities) {
      var box = unlisted
      box.tunedLow = tuned.mass.low(probability)
      box.tunedHigh = tuned.mass.high(probability)
      box.listing = .tunedOnly
      if let place = places.place(of: token, in: reference.tokens) {
        isShared[place] = true
        box.referenceLow = reference.mass.low(reference.probabilities[place])
        box.referenceHigh = reference.mass.high(reference.probabilities[place])
        box.listing = .both
      }
      boxes.append(box)
    }
    for (probability, isShared) in zip(reference.probabilities, isShared) where !isShared {
      var box = unlisted
      box.referenceLow = reference.mass.low(probability)
      box.referenceHigh = reference.mass.high(probability)
      box.listing = .referenceOnly
      boxes.append(box)
    }
    appendRest(tuned: tuned.mass, reference: reference.mass, vocabularySize: vocabularySize)
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
