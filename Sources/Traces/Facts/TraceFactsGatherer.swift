import Foundation
import Tokenization

/// Adds up what rows tell, one trace at a time, so that memory does not grow with the file.
struct TraceFactsGatherer {
  /// In a row of logprobs, ln Σ exp is 0 but for rounding; in a row of logits it is anything. In nats.
  static let normalisedWithin = 0.05
  /// More excluded tokens than this share of a row are no rounding but a sampler's work.
  static let excludedShare = 0.01
  /// A difference of means counts from this many of its standard errors on.
  static let clearly = 4.0
  /// Text that fits better when it is moved is doubtful from so many rows on. Text that fits its rows fits them far
  /// better than it fits their neighbours, so that few rows suffice.
  static let doubtfulFrom = 5
  /// It is certain that rows are misplaced from so many on, where the gain is so large, in nats per token, and so many
  /// of its standard errors.
  private static let certain = (rows: 10, gain: 1.0, errors: 8.0)

  private(set) var facts: TraceFacts
  private var logSumExp = RunningMean()
  private var floored = RunningMean()
  private var mass = ListedMass()
  private var meaning = ScoreMeaningGatherer()
  private var rowsWithExclusions = 0
  private var rowsWithNaN = 0
  private var rowsWithInfinity = 0
  private var emptyRows = 0
  private var emittedUnknown = 0
  private var sequencesWithoutPromptLength = 0
  private var textMatching = TextMatching()
  private var missingEntries = 0
  private var isAfterTemperature = false
  private let isSampled: Bool
  private var asRead = RunningMean()
  private var oneEarlier = RunningMean()
  private var oneLater = RunningMean()
  /// By how much the text fits worse as read than moved by one, row by row.
  private var earlierAdvantage = RunningMean()
  private var laterAdvantage = RunningMean()

  /// - Parameter isSampled: Whether a sample of the tokens of dense rows is enough. Then logits are not told from
  ///   logprobs and no surprise is known, only differences of it.
  init(format: TraceFormat, sequenceCount: Int, isSampled: Bool = false) {
    self.isSampled = isSampled
    facts = TraceFacts(format: format, sequenceCount: sequenceCount)
  }

  // MARK: Adding

  mutating func add(_ error: TraceError) { facts.warnings.append(.unreadable(error)) }

  /// Adds the first `limit` rows of a trace.
  mutating func add(_ trace: Trace, rowLimit limit: Int) {
    add(trace, rows: trace.predicted.indices.prefix(limit))
  }

  /// Adds these rows of a trace.
  mutating func add(_ trace: Trace, rows: some Sequence<Int>) {
    facts.sequencesRead += 1
    facts.tokensRead += trace.tokens.count
    if trace.promptLength == nil { sequencesWithoutPromptLength += 1 }
    textMatching.shared += trace.textMatching?.shared ?? 0
    textMatching.leftOut += trace.textMatching?.leftOut ?? 0
    missingEntries += trace.missingEntries
    if facts.format.isAfterTemperature(in: trace) { isAfterTemperature = true }
    for row in rows {
      switch trace.rows {
      case .dense(let rows): add(rows[row], of: trace, predicting: trace.predicted[row])
      case .truncated(let rows):
        guard let truncated = rows[row] else {
          emptyRows += 1
          continue
        }
        add(truncated, of: trace, predicting: trace.predicted[row])
      }
    }
  }

  private mutating func add(_ row: DenseRow, of trace: Trace, predicting index: Int) {
    facts.rowsRead += 1
    facts.rows = .dense(vocabularySize: row.count, encoding: row.encoding)
    let look = DenseRowFacts(row, isSampled: isSampled)
    guard !look.holdsNaN else {
      rowsWithNaN += 1
      return
    }
    guard !look.holdsInfinity else {
      rowsWithInfinity += 1
      return
    }
    meaning.add(row)
    if let sum = look.logSumExp { logSumExp.add(sum) }
    if look.excluded > Self.excludedShare { rowsWithExclusions += 1 }
    if look.floored > 0 { floored.add(look.floored) }
    addAlignment(of: trace, at: index) { token in
      (look.logSumExp ?? look.roughLogSumExp) - Double(row.score(at: Int(token.rawValue)))
    }
  }

  private mutating func add(_ row: TruncatedRow, of trace: Trace, predicting index: Int) {
    facts.rowsRead += 1
    let count = row.tokens.count
    if case .truncated(let listed, let precision) = facts.rows {
      facts.rows = .truncated(
        listed: min(listed.lowerBound, count)...max(listed.upperBound, count),
        precision: max(precision, row.precision))
    } else {
      facts.rows = .truncated(listed: count...count, precision: row.precision)
    }
    mass.add(row)
    meaning.add(row)
    if row.logprobs.contains(-.infinity) { rowsWithExclusions += 1 }
    if row.emittedLogprob == nil { emittedUnknown += 1 }
    // A token below the list counts as if it stood at its end, even where its own logprob is known: its neighbours' are
    // not. A row of the emitted token alone tells nothing.
    guard row.unlistedCap < 0 else { return }
    addAlignment(of: trace, at: index) { token in
      let listed = row.tokens.firstIndex(of: token).map {
        row.logprobs[row.logprobs.startIndex + $0 - row.tokens.startIndex]
      }
      return -max(listed ?? row.unlistedCap, row.unlistedCap)
    }
  }

  private mutating func addAlignment(of trace: Trace, at index: Int, surprise: (TokenID) -> Double) {
    guard index > 0, index + 1 < trace.tokens.count else { return }
    let read = surprise(trace.tokens[index])
    let earlier = surprise(trace.tokens[index - 1])
    let later = surprise(trace.tokens[index + 1])
    guard read.isFinite, earlier.isFinite, later.isFinite else { return }
    asRead.add(read)
    oneEarlier.add(earlier)
    oneLater.add(later)
    earlierAdvantage.add(read - earlier)
    laterAdvantage.add(read - later)
  }

  // MARK: Concluding

  /// The facts, with what follows from all rows together.
  func concluded(metadata: [String: String], namedLogprobs: Bool) -> TraceFacts {
    var facts = facts
    facts.metadata = metadata
    switch facts.rows {
    case .dense:
      if logSumExp.count > 0 {
        facts.values = abs(logSumExp.mean) < Self.normalisedWithin ? .logprobs : .logits
      }
    case .truncated:
      facts.values = .logprobs
      facts.coverage = TraceFacts.Coverage(mean: mass.mean.mean, least: mass.least)
    case nil: break
    }
    if asRead.count > 0, !isSampled || logSumExp.count > 0 || facts.coverage != nil {
      facts.alignment = TraceFacts.Alignment(
        asRead: asRead.mean, oneEarlier: oneEarlier.mean, oneLater: oneLater.mean, rows: asRead.count)
    }
    let evidence = evidenceOfSampler(metadata)
    facts.stage = evidence.isEmpty ? (metadata["stage"] == "raw" ? .raw : .unknown) : .processed
    facts.warnings += evidence.map { .processed($0) } + rowWarnings
    if namedLogprobs, facts.values == .logits, meaning.meaning == nil {
      facts.warnings.append(.notNormalised(logSumExp: logSumExp.mean))
    }
    return facts
  }

  /// What a gain of moving the text by one says. Where the text moved fits still worse than any token would by chance,
  /// other things than the place of the rows are wrong.
  private func misalignment(_ advantage: RunningMean, _ moved: RunningMean) -> TraceWarning? {
    guard advantage.count >= Self.doubtfulFrom, advantage.isClearlyPositive(Self.clearly) else { return nil }
    let isCertain =
      moved.mean < surpriseByChance && advantage.count >= Self.certain.rows
      && advantage.mean >= Self.certain.gain
      && advantage.isClearlyPositive(Self.certain.errors)
    return .misaligned(gain: advantage.mean, rows: advantage.count, isCertain: isCertain)
  }

  /// ln V; infinite where V is not known.
  private var surpriseByChance: Double {
    if case .dense(let size, _) = facts.rows { log(Double(size)) } else { .infinity }
  }

  private func evidenceOfSampler(_ metadata: [String: String]) -> [TraceWarning.Evidence] {
    var evidence: [TraceWarning.Evidence] = []
    if let stage = metadata["stage"], stage != "raw" { evidence.append(.stated(name: "stage", value: stage)) }
    if let temperature = metadata["temperature"], Double(temperature) != 1 {
      evidence.append(.stated(name: "temperature", value: temperature))
    }
    if rowsWithExclusions > 0 { evidence.append(.excludedTokens(rows: rowsWithExclusions)) }
    return evidence + [mass.evidence].compactMap { $0 }
  }

  private var rowWarnings: [TraceWarning] {
    var warnings: [TraceWarning] = []
    warnings += [(earlierAdvantage, oneEarlier), (laterAdvantage, oneLater)].compactMap(misalignment)
    if let (meaning, rows) = meaning.meaning { warnings.append(.meaning(meaning, rows: rows)) }
    if rowsWithNaN > 0 { warnings.append(.notANumber(rows: rowsWithNaN)) }
    if rowsWithInfinity > 0 { warnings.append(.infinite(rows: rowsWithInfinity)) }
    if mass.rowsAboveOne > 0 {
      warnings.append(.massAboveOne(rows: mass.rowsAboveOne, largest: mass.largest))
    }
    if floored.count > 0 { warnings.append(.floored(rows: floored.count, share: floored.mean)) }
    if emptyRows > 0 { warnings.append(.emptyRows(emptyRows)) }
    if emittedUnknown > 0 { warnings.append(.emittedUnknown(rows: emittedUnknown)) }
    if missingEntries > 0 { warnings.append(.entriesMissing(tokens: missingEntries)) }
    if textMatching != TextMatching() { warnings.append(.textMatched(textMatching)) }
    if isAfterTemperature { warnings.append(.afterTemperature(facts.format)) }
    if sequencesWithoutPromptLength > 0 {
      warnings.append(.noPromptLength(sequences: sequencesWithoutPromptLength))
    }
    return warnings
  }
}

extension TraceFormat {
  /// Whether the engine that writes this took the logprobs of the trace after the temperature with which it sampled.
  ///
  /// SGLang scores prompts at temperature 1 and answers at their own.
  fileprivate func isAfterTemperature(in trace: Trace) -> Bool {
    switch self {
    case .textGeneration, .tokenExport: true
    case .sglang: trace.promptLength == trace.predicted.first
    default: false
    }
  }
}
