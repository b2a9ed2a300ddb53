import Statistics

/// What the sequences of each prompt moved onto tokens, under one model.
struct PredictedSums: Sendable {
  /// The positions of a prompt, and what its rows do not list.
  struct Prompt: Sendable {
    var number: Int
    var positions = 0
    var sharePositions = 0
    var unlistedReference = 0.0
    var unlistedTuned = 0.0
  }

  /// What one sequence adds to a token, with the precision that the index keeps: there are as many of these as sequences
  /// times tokens.
  private struct Part: Sendable {
    var prompt: Int32
    var movedMass: Float
    var klShare: Float
  }

  private(set) var prompts: [TaskPrompt: Prompt] = [:]
  /// True where every sequence was dense.
  private(set) var isDense = true
  private var parts: [Int: [Part]] = [:]
  private var current = 0

  /// The entries that follow are those of a sequence of this prompt.
  ///
  /// - Throws: ``DamagedRow`` where the positions are more than can be counted.
  mutating func beginSequence(
    prompt key: TaskPrompt, positions: Int, sharePositions: Int?, unlisted: (reference: Double, tuned: Double)
  ) throws {
    var prompt = prompts[key] ?? Prompt(number: prompts.count)
    prompt.positions = try Self.sum(prompt.positions, positions)
    prompt.sharePositions = try Self.sum(prompt.sharePositions, sharePositions ?? 0)
    prompt.unlistedReference += unlisted.reference
    prompt.unlistedTuned += unlisted.tuned
    prompts[key] = prompt
    current = prompt.number
    isDense = isDense && sharePositions != nil
  }

  private static func sum(_ positions: Int, _ more: Int) throws -> Int {
    let (sum, isTooLarge) = positions.addingReportingOverflow(more)
    guard !isTooLarge else { throw DamagedRow() }
    return sum
  }

  /// Adds an entry to a token, or to the group that stands for it.
  mutating func add(_ entry: MovedTokens.Entry, to id: Int) {
    parts[id, default: []].append(
      Part(prompt: Int32(current), movedMass: Float(entry.movedMass), klShare: Float(entry.klShare)))
  }

  /// The moved mass of each token, summed over all positions, by rising id.
  var movedMass: [(id: Int, sum: Double)] {
    parts.sorted { $0.key < $1.key }.map { ($0.key, $0.value.reduce(0) { $0 + Double($1.movedMass) }) }
  }

  /// The tokens or groups, in no order.
  var ids: some Collection<Int> { parts.keys }

  /// For each prompt, its place in `clusters` and its positions; nil for one that is not there or has none.
  func places(_ metric: PredictedMetric, _ clusters: [TaskPrompt: Int]) -> [Place?] {
    var places = [Place?](repeating: nil, count: prompts.count)
    for (key, prompt) in prompts {
      let positions = metric == .movedMass ? prompt.positions : prompt.sharePositions
      guard positions > 0 else { continue }
      places[prompt.number] = clusters[key].map { Place(cluster: $0, positions: Double(positions)) }
    }
    return places
  }

  /// A prompt among those that are compared.
  struct Place: Sendable {
    var cluster: Int
    var positions: Double
  }

  /// What each prompt adds to a token, by rising cluster. Sequences of one prompt are added in their order.
  func totals(of id: Int, _ metric: PredictedMetric, _ places: [Place?]) -> [ClusterTotal] {
    var totals: [ClusterTotal] = []
    var isRising = true
    for part in parts[id] ?? [] {
      guard let place = places[Int(part.prompt)] else { continue }
      let sum = Double(metric == .movedMass ? part.movedMass : part.klShare)
      if let last = totals.last, last.cluster >= place.cluster {
        if last.cluster == place.cluster {
          totals[totals.count - 1].sum += sum
          continue
        }
        isRising = false
      }
      totals.append(ClusterTotal(cluster: place.cluster, sum: sum, count: place.positions))
    }
    return isRising ? totals : Self.joined(totals)
  }

  /// Each cluster once, rising; entries of one are added in their order.
  private static func joined(_ totals: [ClusterTotal]) -> [ClusterTotal] {
    let order = totals.indices.sorted { (totals[$0].cluster, $0) < (totals[$1].cluster, $1) }
    return order.reduce(into: []) { joined, place in
      if let last = joined.last, last.cluster == totals[place].cluster {
        joined[joined.count - 1].sum += totals[place].sum
      } else {
        joined.append(totals[place])
      }
    }
  }

  /// The positions of these prompts.
  func positions(_ clusters: [TaskPrompt: Int]) -> Int {
    clusters.keys.reduce(0) { $0 + (prompts[$1]?.positions ?? 0) }
  }

  /// The most that a token which is not listed can have had: mean over these prompts of their means.
  func unlisted(_ clusters: [TaskPrompt: Int]) -> (reference: Double, tuned: Double) {
    var sums = (reference: 0.0, tuned: 0.0)
    for key in clusters.keys.sorted() {
      guard let prompt = prompts[key], prompt.positions > 0 else { continue }
      sums.reference += prompt.unlistedReference / Double(prompt.positions)
      sums.tuned += prompt.unlistedTuned / Double(prompt.positions)
    }
    let count = Double(max(clusters.count, 1))
    return (sums.reference / count, sums.tuned / count)
  }
}
