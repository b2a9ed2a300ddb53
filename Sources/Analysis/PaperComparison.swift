public import Measures
public import ShiftStore
public import Statistics
public import Tokenization
public import Traces

/// What the released code of arXiv 2507.00432 would have compared: responses, and what two models say of their tokens.
public struct PaperComparison: Sendable {
  /// One token of a response under both models.
  public struct Token: Equatable, Sendable {
    /// Its place in the response, counted from 0; place 0 itself is never there.
    public var position: Int
    /// What the tuned model says of it.
    public var tuned: EmittedLoss
    /// What the reference says of it.
    public var reference: EmittedLoss
    /// KL(tuned‖reference) of the whole distributions here; nil in files that hold only the token.
    public var divergence: Figure?

    /// Reference rank − tuned rank; nil where a rank is not told.
    public var rankShift: Int? { tuned.rank.flatMap { own in reference.rank.map { $0 - own } } }
  }

  /// One response.
  public struct Response: Equatable, Sendable {
    /// Its name.
    public var sequence: String
    /// Its task; nil where the files do not say.
    public var task: String?
    /// Its tokens, without the first.
    public var tokens: [Token]
  }

  /// The responses that count.
  public let responses: [Response]
  /// What a person should know of what was left out.
  public let remarks: [String]

  /// Pairs two files of token losses as the code does: by place, after null results were dropped from each.
  public init(tuned: TokenLossesFile, reference: TokenLossesFile) {
    responses = zip(tuned.responses, reference.responses).enumerated().map { index, pair in
      Response(
        sequence: "\(tuned.places[index])", task: tuned.task,
        tokens: zip(pair.0, pair.1).enumerated().map { place, losses in
          Token(position: place + 1, tuned: losses.0, reference: losses.1, divergence: nil)
        })
    }
    var remarks: [String] = []
    for file in [reference, tuned] where file.skipped + file.failed > 0 {
      remarks.append(
        "\(file.path): \(file.skipped) results are null and \(file.failed) hold an error; none of them counts."
      )
    }
    let misplaced = zip(tuned.places, reference.places).count { $0 != $1 }
    if misplaced > 0 {
      remarks.append(
        """
        \(tuned.path): responses compared with other responses: \(misplaced), because null results are dropped before \
        pairing, as in the released code. Do not trust the figures.
        """)
    }
    self.remarks = remarks
  }

  /// Takes the same out of traces: of every task the first ``PaperEstimate/mostResponses``, the first token dropped.
  ///
  /// Positions that one of the traces does not have, or cannot be measured, are left out, and so are sequences that do
  /// not pair.
  public init(
    _ files: FilePair, by measurement: PairMeasurement, text: (TokenID) -> String
  ) throws(TraceError) {
    var responses: [Response] = []
    var counts: [String: Int] = [:]
    var remarks = files.remarks
    var failure: TraceError?
    for place in files.places {
      let task = files.tuned.entries[place.tuned].task ?? files.reference.entries[place.reference].task
      guard counts[task ?? "", default: 0] < PaperEstimate.mostResponses else { continue }
      counts[task ?? "", default: 0] += 1
      do throws(TraceError) {
        let pair = try files.pair(at: place)
        let measured = measurement.measure(pair, countsShares: false).sequence
        let name = pair.tuned.id ?? "\(place.tuned)"
        remarks += Self.remarks(name, excluded: measured.exclusions.count, measured.positions)
        responses.append(
          Response(
            sequence: name, task: task,
            tokens: measured.positions.compactMap { Token($0, text: text($0.tokenID)) }))
      } catch {
        failure = failure ?? error
        remarks.append(error.description)
      }
    }
    if responses.isEmpty, let failure { throw failure }
    self.responses = responses
    self.remarks = remarks
  }

  /// Takes the same out of an index: of every task of a comparison the first ``PaperEstimate/mostResponses``.
  ///
  /// - Parameters:
  ///   - text: How a token is shown, from its id.
  public init(
    _ index: ShiftIndex, _ comparison: Comparison, task: String?, text: ([Int]) throws -> [Int: String]
  ) throws {
    let measured = try index.responses(of: comparison, task: task, most: PaperEstimate.mostResponses)
    let ids = Set(measured.flatMap(\.positions).map { Int($0.tokenID.rawValue) }).sorted()
    let texts = try text(ids)
    responses = measured.map { response in
      Response(
        sequence: response.sequence, task: response.task,
        tokens: response.positions.compactMap { measures in
          let id = Int(measures.tokenID.rawValue)
          return Token(measures, text: texts[id] ?? "\(id)")
        })
    }
    remarks = measured.flatMap { Self.remarks($0.sequence, excluded: $0.excluded, $0.positions) }
  }

  /// What of a response has no part in the figures.
  private static func remarks(_ name: String, excluded: Int, _ positions: [PositionMeasures]) -> [String] {
    let untold = positions.count {
      $0.position > 0 && ($0.logprobTuned == nil || $0.logprobReference == nil)
    }
    return (excluded > 0 ? ["\(name): \(excluded) positions have no figure in both files."] : [])
      + (untold > 0
        ? [
          "\(name): \(untold) tokens have no logprob in both files and are left out. The paper's code keeps them."
        ]
        : [])
  }

  /// The tasks in the order of the files; one nil where no task is named.
  public var tasks: [String?] {
    responses.map(\.task).reduce(into: []) { tasks, task in
      if !tasks.contains(task) { tasks.append(task) }
    }
  }

  /// The code's figures of one task.
  public func estimate(of task: String?) -> PaperEstimate {
    let tokens = responses.filter { $0.task == task }.map(\.tokens)
    return PaperEstimate(
      tuned: tokens.map { $0.map(\.tuned) }, reference: tokens.map { $0.map(\.reference) })
  }

  /// The mean of KL(tuned‖reference) of the whole distributions over the same tokens, by response.
  ///
  /// - Returns: Exact, or its bounds; nil where the files do not hold the distributions, or a response has no token.
  public func divergence(of task: String?) -> Figure? {
    let means = responses.filter { $0.task == task && !$0.tokens.isEmpty }.map { response in
      Figure.mean(response.tokens.map(\.divergence))
    }
    return Figure.mean(means)
  }
}

extension PaperComparison.Token {
  /// The token at a measured position; nil for the first of a response, and where a logprob is not told.
  fileprivate init?(_ measures: PositionMeasures, text: String) {
    guard measures.position > 0, let tuned = measures.logprobTuned, let reference = measures.logprobReference
    else { return nil }
    position = measures.position
    self.tuned = EmittedLoss(loss: -tuned, rank: measures.rankTuned, token: text)
    self.reference = EmittedLoss(loss: -reference, rank: measures.rankReference, token: text)
    divergence = measures.divergences.klTunedReference
  }
}

extension Figure {
  /// The mean of figures; nil where there is none, or one is not known at all. An infinite one makes it infinite.
  static func mean(_ figures: [Figure?]) -> Figure? {
    guard !figures.isEmpty, figures.allSatisfy({ $0 != nil }) else { return nil }
    let known = figures.compactMap { $0 }
    let count = Double(known.count)
    let low = known.reduce(0) { $0 + $1.low } / count
    if known.allSatisfy({ $0.exactValue != nil }) { return .exact(low) }
    let highs = known.compactMap(\.high)
    return .between(low: low, high: highs.count == known.count ? highs.reduce(0, +) / count : nil)
  }
}
