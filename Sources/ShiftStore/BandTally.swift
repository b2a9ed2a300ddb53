import GRDB
import Measures
import Statistics

/// The intervals along the response, for the stretches that `positions` cuts it into.
struct BandTally: PositionTally {
  static let table = "band"
  static let countsWhole = true

  /// The sums of one measure in one stretch by prompt.
  private struct PromptSums {
    /// Sum and count of each prompt up to the last one that counts anything.
    private var totals: [SIMD2<Double>] = []

    mutating func add(_ value: Double, prompt: Int) {
      if prompt >= totals.count { totals += repeatElement(.zero, count: prompt + 1 - totals.count) }
      totals[prompt] += SIMD2(value, 1)
    }

    /// By rising prompt, those that count anything.
    var rising: [ClusterTotal] {
      totals.enumerated().filter { $0.element[1] > 0 }
        .map { ClusterTotal(cluster: $0.offset, sum: $0.element[0], count: $0.element[1]) }
    }
  }

  /// The sums of one stretch.
  private struct Stretch {
    var klTunedReference = PromptSums()
    var jensenShannon = PromptSums()
    var shiftedShare = PromptSums()
    var rankShift = PromptSums()

    mutating func add(_ position: PositionMeasures, prompt: Int) {
      let divergence = position.divergences.klTunedReference.low
      if divergence.isFinite { klTunedReference.add(divergence, prompt: prompt) }
      jensenShannon.add(position.divergences.jensenShannon.low, prompt: prompt)
      if let shiftClass = position.shiftClass {
        shiftedShare.add(shiftClass == .shifted ? 1 : 0, prompt: prompt)
      }
      if let shift = position.rankShift { rankShift.add(Double(shift), prompt: prompt) }
    }
  }

  private var prompts = PromptNumbers()
  private var absolute: [Stretch] = []
  private var relative = [Stretch](repeating: Stretch(), count: ProfileScale.tenths.count)

  init(beside path: String) {}

  mutating func add(_ sequence: TalliedSequence) {
    let prompt = prompts.number(of: sequence.prompt)
    for position in sequence.positions {
      // Stretch 0 is position 0 alone; each one after is twice as long: 1, 2…3, 4…7.
      let stretch = Int.bitWidth - position.position.leadingZeroBitCount
      while absolute.count <= stretch { absolute.append(Stretch()) }
      absolute[stretch].add(position, prompt: prompt)
      relative[sequence.part(of: position, among: relative.count)].add(position, prompt: prompt)
    }
  }

  func write(_ slice: TallySlice, to database: Database) throws {
    var row = try RowInsert(database, into: Self.table, columns: 7)
    for (scale, stretches) in [(ProfileScale.absolute, absolute), (.relative, relative)] {
      for (start, stretch) in zip(scale.edges, stretches) {
        for (measure, totals, range) in [
          ("klTunedReference", stretch.klTunedReference, 0...(.infinity)),
          ("jensenShannon", stretch.jensenShannon, SummaryFigure.jensenShannon.meanRange ?? 0...1),
          ("shiftedShare", stretch.shiftedShare, 0...1),
          ("rankShift", stretch.rankShift, -.infinity ... .infinity),
        ] as [(String, PromptSums, ClosedRange<Double>)] {
          guard
            let interval = clusteredStudentInterval(
              ofMean: totals.rising, clusterCount: prompts.count, level: ShiftIndex.confidence),
            interval.low < interval.high
          else { continue }
          let shown = (interval.low...interval.high).clamped(to: range)
          row.bind(slice)
          row.bind(scale.rawValue)
          row.bind(start)
          row.bind(measure)
          row.bind(shown.lowerBound)
          row.bind(shown.upperBound)
          try row.insert()
        }
      }
    }
  }
}

extension ProfileScale {
  static let tenths = Array(stride(from: 0, to: 100, by: 10))

  /// Where the stretches with bands begin: doublings from the beginning, or tenths of the response.
  public var edges: [Int] {
    switch self {
    case .absolute: [0, 1] + (1..<31).map { 1 << $0 }
    case .relative: Self.tenths
    }
  }
}
