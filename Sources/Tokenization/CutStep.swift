/// A step that cuts text into pieces, under the names of `tokenizer.json`.
enum CutStep: Sendable {
  /// A family's pattern, which covers the text without gaps.
  case family(SplitPattern)
  case expression(SplitExpression, Behavior)
  case literal([UInt8], Behavior)
  case digits(Behavior)
  case punctuation(Behavior)
  /// A space in front of every piece that does not begin with one.
  case prefixSpace
  case metaspace(Metaspace)
  /// Before every `▁` that does not follow another one.
  case wordsBehindSpaces

  /// What becomes of what is found.
  struct Behavior: Sendable, Equatable {
    var kind: Kind
    /// Whether what is between is what is meant.
    var isInverted = false

    /// The kinds, under their names.
    enum Kind: String, Sendable {
      case isolated = "Isolated"
      case removed = "Removed"
      case mergedWithPrevious = "MergedWithPrevious"
      case mergedWithNext = "MergedWithNext"
      case contiguous = "Contiguous"
    }
  }

  /// SentencePiece's way with spaces.
  struct Metaspace: Sendable, Equatable {
    /// What a space becomes, `▁` as a rule.
    var replacement: [UInt8]
    /// Which pieces get one in front.
    var prepends: Prepends
    /// Whether a piece begins at each.
    var splits: Bool

    /// The schemes, under their names.
    enum Prepends: String, Sendable { case always, first, never }
  }

  /// The pieces of a piece.
  func apply(_ piece: AlignedText) -> [AlignedText] {
    switch self {
    case .family(let pattern): piece.withScanText { pattern.ranges(in: $0) }.map { piece[$0] }
    case .expression(let expression, let behavior):
      Self.cut(piece, at: piece.withScanText { expression.matches(in: $0) }, behavior)
    case .literal(let text, let behavior):
      Self.cut(piece, at: Normalizer.places(of: text, in: Array(piece.bytes)), behavior)
    case .digits(let behavior):
      Self.cut(piece, at: Self.scalars(of: CharacterTests.numeric, in: piece), behavior)
    case .punctuation(let behavior):
      Self.cut(piece, at: Self.scalars(of: CharacterTests.punctuation, in: piece), behavior)
    case .prefixSpace: [piece.bytes.first == 0x20 ? piece : piece.prepending([0x20])]
    case .metaspace(let metaspace): metaspace.apply(piece)
    case .wordsBehindSpaces:
      Self.cut(piece, at: Self.spaceRuns(in: Array(piece.bytes)), Behavior(kind: .mergedWithNext))
    }
  }

  private static func scalars(of set: ScalarSet, in piece: AlignedText) -> [Range<Int>] {
    piece.withScanText { text in
      var found: [Range<Int>] = []
      var index = 0
      while index < text.count {
        let (point, length) = text.codePoint(at: index)
        if let point, set.contains(point) { found.append(index..<index + length) }
        index += length
      }
      return found
    }
  }

  /// The runs of `▁`, each as one.
  private static func spaceRuns(in bytes: [UInt8]) -> [Range<Int>] {
    Normalizer.places(of: ScoredPieces.spaceMark, in: bytes).reduce(into: []) { runs, place in
      if let last = runs.last, last.upperBound == place.lowerBound {
        runs[runs.count - 1] = last.lowerBound..<place.upperBound
      } else {
        runs.append(place)
      }
    }
  }

  /// Cuts at matches.
  static func cut(_ piece: AlignedText, at matches: [Range<Int>], _ behavior: Behavior) -> [AlignedText] {
    var parts: [(range: Range<Int>, isMatch: Bool)] = []
    var next = 0
    for match in matches {
      if match.lowerBound > next { parts.append((next..<match.lowerBound, behavior.isInverted)) }
      parts.append((match, !behavior.isInverted))
      next = match.upperBound
    }
    if next < piece.bytes.count { parts.append((next..<piece.bytes.count, behavior.isInverted)) }
    return joined(parts, behavior.kind).filter { !$0.isEmpty }.map { piece[$0] }
  }

  private static func joined(
    _ parts: [(range: Range<Int>, isMatch: Bool)], _ kind: Behavior.Kind
  ) -> [Range<Int>] {
    switch kind {
    case .isolated: return parts.map(\.range)
    case .removed: return parts.filter { !$0.isMatch }.map(\.range)
    case .mergedWithNext:
      var ranges: [Range<Int>] = []
      var wasMatch = false
      for part in parts.reversed() {
        if part.isMatch, !wasMatch, let last = ranges.last {
          ranges[ranges.count - 1] = part.range.lowerBound..<last.upperBound
        } else {
          ranges.append(part.range)
        }
        wasMatch = part.isMatch
      }
      return ranges.reversed()
    case .mergedWithPrevious, .contiguous:
      var ranges: [Range<Int>] = []
      var wasMatch = false
      for part in parts {
        let joins = kind == .contiguous ? part.isMatch == wasMatch : part.isMatch && !wasMatch
        if joins, let last = ranges.last {
          ranges[ranges.count - 1] = last.lowerBound..<part.range.upperBound
        } else {
          ranges.append(part.range)
        }
        wasMatch = part.isMatch
      }
      return ranges
    }
  }
}

extension CutStep.Metaspace {
  func apply(_ piece: AlignedText) -> [AlignedText] {
    let isFirst = piece.origin(of: 0..<0).lowerBound == 0
    var text = Normalizer.replace([0x20], with: replacement).apply(piece)
    let wantsOne = prepends == .always || prepends == .first && isFirst
    if wantsOne, !text.bytes.starts(with: replacement) { text = text.prepending(replacement) }
    guard splits else { return [text] }
    let places = Normalizer.places(of: replacement, in: Array(text.bytes))
    return CutStep.cut(text, at: places, CutStep.Behavior(kind: .mergedWithNext))
  }
}
