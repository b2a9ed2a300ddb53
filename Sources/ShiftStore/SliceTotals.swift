import Statistics

/// What the sequences of one comparison on some tasks add up to, prompt by prompt.
struct SliceTotals {
  /// One mean's sums by prompt.
  struct Means {
    /// By prompt. `high` has no meaning once ``isBoundedAbove`` is false.
    private(set) var low: [ClusterTotal] = []
    private(set) var high: [ClusterTotal] = []
    private(set) var isExact = true
    private(set) var isBoundedAbove = true

    /// False where a sum is so large that its square is not finite: ratios of unlikely tokens.
    var hasFiniteSquares: Bool {
      (low + (isBoundedAbove ? high : [])).allSatisfy { $0.sum.magnitude < Self.largestSum }
    }
    private static let largestSum = 0x1p500

    /// Adds one entry: a sequence's sums, or its means.
    mutating func add(prompt: Int, low: Double, high: Double?, count: Double) {
      while self.low.count <= prompt {
        self.low.append(ClusterTotal(cluster: self.low.count, sum: 0, count: 0))
        self.high.append(ClusterTotal(cluster: self.high.count, sum: 0, count: 0))
      }
      if high != low { isExact = false }
      self.low[prompt].sum += low
      self.low[prompt].count += count
      guard let high else {
        isBoundedAbove = false
        return
      }
      self.high[prompt].sum += high
      self.high[prompt].count += count
    }
  }

  private(set) var counts = SummaryCounts()
  private(set) var ratios = SampledRatios()
  /// False where the text is certainly no sample of its writer.
  var canBeSample = true
  /// Prompts, in the order of their first sequence.
  private(set) var prompts: [TaskPrompt: Int] = [:]
  private var byToken: [SummaryFigure: Means] = [:]
  private var bySequence: [SummaryFigure: Means] = [:]

  /// The sums of a mean; nil where no sequence has a value.
  func means(_ figure: SummaryFigure, _ weighting: Weighting) -> Means? {
    switch weighting {
    case .token: byToken[figure]
    case .sequence: bySequence[figure]
    }
  }

  /// Adds a sequence of the comparison.
  mutating func add(_ sequence: SequenceStatistics) {
    let prompt = prompts[sequence.prompt, default: prompts.count]
    prompts[sequence.prompt] = prompt
    counts.add(sequence.counts)
    counts.prompts = prompts.count
    ratios += sequence.ratios
    for (figure, sums) in sequence.figures where sums.count > 0 {
      byToken[figure, default: Means()].add(
        prompt: prompt, low: sums.low, high: sums.high, count: sums.count)
      bySequence[figure, default: Means()].add(
        prompt: prompt, low: sums.low / sums.count, high: sums.high.map { $0 / sums.count }, count: 1)
    }
  }
}

extension SummaryCounts {
  fileprivate mutating func add(_ other: SummaryCounts) {
    sequences += other.sequences
    positions += other.positions
    masked += other.masked
    missing += other.missing
    faulty += other.faulty
    infinite += other.infinite
    infiniteReferenceTuned += other.infiniteReferenceTuned
  }
}

/// Groups of prompts that are drawn together, so that an interval over many prompts costs no more than one over few.
///
/// Up to ``limit`` prompts, each is a group. Beyond, prompt i goes to group i modulo ``limit``: a group holds whole
/// prompts, so that the interval is as honest as before, and its width is known to about 1/√(2 · 1000) = 2 %.
enum PromptGroups {
  /// The most groups.
  static let limit = 1000

  /// From so many prompts on, intervals are made once and stored: below, all that are shown take a few hundredths of
  /// a second.
  static let storedFrom = 50

  /// The number of groups of so many prompts.
  static func count(prompts: Int) -> Int { min(prompts, limit) }

  /// The totals of each group that counts anything.
  static func totals(_ totals: [ClusterTotal]) -> [ClusterTotal] {
    var groups: [ClusterTotal] = []
    for total in totals {
      let group = total.cluster % limit
      while groups.count <= group {
        groups.append(ClusterTotal(cluster: groups.count, sum: 0, count: 0))
      }
      groups[group].sum += total.sum
      groups[group].count += total.count
    }
    return groups.filter { $0.count > 0 }
  }
}
