import Tokenization
import Traces

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

  private(set) var boxes: [Box] = []
  private var tunedOrder: [UInt64] = []
  private var referenceOrder: [UInt64] = []

  /// Pairs the tokens of two rows; takes the place of whatever was paired before.
  mutating func join(
    reference: (row: TruncatedRow, mass: TruncatedMass, probabilities: [Double]),
    tuned: (row: TruncatedRow, mass: TruncatedMass, probabilities: [Double]), vocabularySize: Int?
  ) {
    Self.order(reference.row.tokens, into: &referenceOrder)
    Self.order(tuned.row.tokens, into: &tunedOrder)
    boxes.removeAll(keepingCapacity: true)
    var i = 0
    var j = 0
    while i < tunedOrder.count || j < referenceOrder.count {
      let tunedToken = i < tunedOrder.count ? tunedOrder[i] >> 32 : .max
      let referenceToken = j < referenceOrder.count ? referenceOrder[j] >> 32 : .max
      var box = Box(
        tunedLow: tuned.mass.unlistedLow, tunedHigh: tuned.mass.cap,
        referenceLow: reference.mass.unlistedLow, referenceHigh: reference.mass.cap,
        listing: tunedToken == referenceToken
          ? .both : tunedToken < referenceToken ? .tunedOnly : .referenceOnly)
      if tunedToken <= referenceToken {
        let probability = tuned.probabilities[Int(truncatingIfNeeded: tunedOrder[i] & 0xFFFF_FFFF)]
        box.tunedLow = tuned.mass.low(probability)
        box.tunedHigh = tuned.mass.high(probability)
        i += 1
      }
      if referenceToken <= tunedToken {
        let probability = reference.probabilities[Int(truncatingIfNeeded: referenceOrder[j] & 0xFFFF_FFFF)]
        box.referenceLow = reference.mass.low(probability)
        box.referenceHigh = reference.mass.high(probability)
        j += 1
      }
      boxes.append(box)
    }
    appendRest(tuned: tuned.mass, reference: reference.mass, vocabularySize: vocabularySize)
  }

  private mutating func appendRest(tuned: TruncatedMass, reference: TruncatedMass, vocabularySize: Int?) {
    let count = vocabularySize.map { $0 - boxes.count }
    guard count != 0 else { return }
    let least = Double(count ?? 0)
    boxes.append(
      Box(
        tunedLow: least * tuned.unlistedLow, tunedHigh: TruncatedMass.room(of: count, each: tuned.cap),
        referenceLow: least * reference.unlistedLow,
        referenceHigh: TruncatedMass.room(of: count, each: reference.cap), listing: .neither))
  }

  /// Sorts token ids together with their places: the id in the upper half of a word, the place in the lower.
  private static func order(_ tokens: ArraySlice<TokenID>, into order: inout [UInt64]) {
    order.removeAll(keepingCapacity: true)
    for (place, token) in tokens.enumerated() {
      order.append(UInt64(UInt32(bitPattern: token.rawValue)) << 32 | UInt64(truncatingIfNeeded: place))
    }
    order.sort()
  }
}
