/// A look at some rows of two files that are to be compared: what speaks against it.
///
/// Cheap on purpose: of each pair that is added a bounded number of evenly spaced rows is looked at, and of a dense
/// row a sample of its tokens. What it cannot see: a temperature between 0.8 and 1.25, a penalty on few tokens, a
/// sampler that both files went through alike, and, from lists of one token, anything.
public struct PairScreening: Sendable {
  /// Rows of a dense and of a truncated trace that are looked at.
  private static let rowLimit = (dense: 32, truncated: 64)

  private let referencePath: String
  private let tunedPath: String
  private let referenceMetadata: [String: String]
  private let tunedMetadata: [String: String]
  private let areNamedLogprobs: (reference: Bool, tuned: Bool)
  private let referenceAssumptions: Set<TraceAssumption>
  private let tunedAssumptions: Set<TraceAssumption>
  private var reference: TraceFactsGatherer
  private var tuned: TraceFactsGatherer
  private var scale = ScoreScale()

  /// Nothing looked at yet.
  ///
  /// - Parameters:
  ///   - reference: The file of the reference.
  ///   - tuned: The file of the tuned model.
  ///   - referenceAssumptions: What a person vouches for in the reference's file.
  ///   - tunedAssumptions: The same for the tuned model's file.
  public init(
    reference: TraceFile, tuned: TraceFile, referenceAssumptions: Set<TraceAssumption> = [],
    tunedAssumptions: Set<TraceAssumption> = []
  ) {
    referencePath = reference.path
    tunedPath = tuned.path
    referenceMetadata = reference.metadata
    tunedMetadata = tuned.metadata
    areNamedLogprobs = (reference.scoresName == "logprobs", tuned.scoresName == "logprobs")
    self.referenceAssumptions = referenceAssumptions
    self.tunedAssumptions = tunedAssumptions
    self.reference = TraceFactsGatherer(
      format: reference.format, sequenceCount: reference.entries.count, isSampled: !areNamedLogprobs.reference
    )
    self.tuned = TraceFactsGatherer(
      format: tuned.format, sequenceCount: tuned.entries.count, isSampled: !areNamedLogprobs.tuned)
  }

  /// Looks at some rows of a pair.
  public mutating func add(_ pair: TracePair) {
    let isDense = pair.reference.vocabularySize != nil && pair.tuned.vocabularySize != nil
    let chosen = pair.positions.evenlySpaced(isDense ? Self.rowLimit.dense : Self.rowLimit.truncated)
    reference.add(pair.reference, rows: chosen.map(\.referenceRow))
    tuned.add(pair.tuned, rows: chosen.map(\.tunedRow))
    for position in chosen {
      switch (pair.reference.rows, pair.tuned.rows) {
      case (.dense(let a), .dense(let b)):
        scale.add(reference: a[position.referenceRow], tuned: b[position.tunedRow])
      case (.truncated(let a), .truncated(let b)):
        if let a = a[position.referenceRow], let b = b[position.tunedRow] {
          scale.add(reference: a, tuned: b)
        }
      case (.dense(let a), .truncated(let b)):
        if let b = b[position.tunedRow] { scale.add(reference: a[position.referenceRow], tuned: b) }
      case (.truncated(let a), .dense(let b)):
        if let a = a[position.referenceRow] { scale.add(reference: a, tuned: b[position.tunedRow]) }
      }
    }
  }

  // MARK: Concluding

  /// What the look gave.
  public struct Verdict: Equatable, Sendable {
    /// Why the two must not be compared; nil where they may be.
    public var refusal: TraceError?
    /// What is doubtful about which file.
    public var warnings: [(file: String, warning: TraceWarning)] = []
    /// The tuned model's spread of scores over the reference's, nil where too little is known.
    public var scale: Double?

    /// Same refusal and same warnings.
    public static func == (a: Verdict, b: Verdict) -> Bool {
      a.refusal == b.refusal && a.scale == b.scale && a.warnings.elementsEqual(b.warnings, by: ==)
    }
  }

  /// What follows from the rows that were looked at.
  public func verdict() -> Verdict {
    let sides = [
      Side(
        path: referencePath, otherPath: tunedPath, assumptions: referenceAssumptions,
        facts: reference.concluded(
          metadata: referenceMetadata, namedLogprobs: areNamedLogprobs.reference)),
      Side(
        path: tunedPath, otherPath: referencePath, assumptions: tunedAssumptions,
        facts: tuned.concluded(metadata: tunedMetadata, namedLogprobs: areNamedLogprobs.tuned)),
    ]
    var verdict = Verdict()
    verdict.scale = scale.rows > 0 ? scale.ratio : nil
    for (side, other) in zip(sides, sides.reversed()) {
      for warning in side.facts.warnings where side.isKept(warning) {
        verdict.warnings.append((side.path, warning))
      }
      for (refusal, assumption) in side.refusals(beside: other) {
        if side.assumptions.contains(assumption) {
          verdict.warnings.append((side.path, .assumed(assumption, refusal)))
        } else if verdict.refusal == nil {
          verdict.refusal = TraceError(file: side.path, .refused(refusal))
        }
      }
    }
    judgeScale(sides[0], sides[1], &verdict)
    return verdict
  }

  private func judgeScale(_ reference: Side, _ tuned: Side, _ verdict: inout Verdict) {
    guard scale.isDoubtful, verdict.refusal == nil else { return }
    let refusal = TraceRefusal.scaled(ratio: scale.ratio, rows: scale.rows, otherFile: reference.path)
    if scale.isRefused, reference.assumptions.union(tuned.assumptions).contains(.raw) {
      verdict.warnings.append((tuned.path, .assumed(.raw, refusal)))
    } else if scale.isRefused {
      verdict.refusal = TraceError(file: tuned.path, .refused(refusal))
    } else {
      verdict.warnings.append(
        (tuned.path, .scaled(ratio: scale.ratio, rows: scale.rows, otherFile: reference.path)))
    }
  }

  /// One of the two files.
  private struct Side {
    var path: String
    var otherPath: String
    var assumptions: Set<TraceAssumption>
    var facts: TraceFacts

    var evidence: TraceWarning.Evidence? {
      facts.warnings.lazy.compactMap { if case .processed(let evidence) = $0 { evidence } else { nil } }.first
    }
    /// Measuring tells by itself of rows that are missing or no numbers, and `inspect` of the rest.
    func isKept(_ warning: TraceWarning) -> Bool {
      switch warning {
      case .misaligned: !assumptions.contains(.aligned)
      case .floored, .textMatched, .entriesMissing: true
      case .afterTemperature: !assumptions.contains(.raw)
      case .processed: !assumptions.contains(.raw)
      case .notNormalised: assumptions.isDisjoint(with: [.logits, .logprobs])
      default: false
      }
    }

    /// What a person says who knows that the values are what the file calls them.
    private var wholeAssumption: TraceAssumption {
      if case .dense = facts.rows { .logits } else { .logprobs }
    }

    /// The reasons to refuse this side, each with the assumption that overrules it.
    func refusals(beside other: Side) -> [(TraceRefusal, TraceAssumption)] {
      var refusals: [(TraceRefusal, TraceAssumption)] = []
      for case .massAboveOne(let rows, let largest) in facts.warnings {
        refusals.append((.massAboveOne(rows: rows, largest: largest), .logprobs))
      }
      for case .meaning(let meaning, let rows) in facts.warnings {
        refusals.append((.meaning(meaning, rows: rows, of: wholeAssumption), wholeAssumption))
      }
      for case .misaligned(let gain, let rows, isCertain: true) in facts.warnings {
        refusals.append((.misaligned(gain: gain, rows: rows), .aligned))
      }
      if let evidence, other.evidence == nil {
        refusals.append((.processed(evidence, otherFile: other.path), .raw))
      }
      if let own = facts.metadata["temperature"], let others = other.facts.metadata["temperature"],
        evidence != nil, other.evidence != nil, Double(own) != Double(others)
      {
        refusals.append((.temperatures(own, other: others, otherFile: other.path), .raw))
      }
      return refusals
    }
  }
}

extension RandomAccessCollection where Index == Int {
  /// At most `limit` elements, evenly spaced, the first one among them.
  public func evenlySpaced(_ limit: Int) -> [Element] {
    guard count > limit, limit > 0 else { return Array(self) }
    return (0..<limit).map { self[startIndex + $0 * count / limit] }
  }
}
