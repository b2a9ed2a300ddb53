import Statistics

/// What the sequences of each prompt moved onto tokens, under one model.
struct PredictedSums {
  /// The positions of a prompt, and what its rows do not list.
  struct Prompt {
    var number: Int
    var positions = 0
    var sharePositions = 0
    var unlistedReference = 0.0
    var unlistedTuned = 0.0
  }

  /// What one prompt adds to a token.
  private struct Part {
    var prompt: Int
    var movedMass = 0.0
    var klShare = 0.0
  }

  private(set) var prompts: [TaskPrompt: Prompt] = [:]
  /// True where every sequence was dense.
  private(set) var isDense = true
  private var parts: [Int: [Part]] = [:]
  private var current = 0

  /// The entries that follow are those of a sequence of this prompt.
  mutating func beginSequence(
    prompt key: TaskPrompt, positions: Int, sharePositions: Int?, unlisted: (reference: Double, tuned: Double)
  ) {
    var prompt = prompts[key] ?? Prompt(number: prompts.count)
    prompt.positions += positions
    prompt.sharePositions += sharePositions ?? 0
    prompt.unlistedReference += unlisted.reference
    prompt.unlistedTuned += unlisted.tuned
    prompts[key] = prompt
    current = prompt.number
    isDense = isDense && sharePositions != nil
  }

  /// Adds an entry to a token, or to the group that stands for it.
  mutating func add(_ entry: MovedTokens.Entry, to id: Int) {
    var part = Part(prompt: current)
    part.movedMass = entry.movedMass
    part.klShare = entry.klShare
    parts[id, default: []].append(part)
  }

  /// The moved mass of each token, summed over all positions, by rising id.
  var movedMass: [(id: Int, sum: Double)] {
    parts.sorted { $0.key < $1.key }.map { ($0.key, $0.value.reduce(0) { $0 + $1.movedMass }) }
  }

  /// What each of the prompts in `clusters` adds to each token.
  func totals(_ metric: PredictedMetric, _ clusters: [TaskPrompt: Int]) -> [Int: [ClusterTotal]] {
    var places = [(cluster: Int, positions: Int)?](repeating: nil, count: prompts.count)
    for (key, prompt) in prompts {
      let positions = metric == .movedMass ? prompt.positions : prompt.sharePositions
      places[prompt.number] = clusters[key].map { ($0, positions) }
    }
    return parts.compactMapValues { parts in
      var totals: [Int: ClusterTotal] = [:]
      for part in parts {
        guard let place = places[part.prompt], place.positions > 0 else { continue }
        let sum = metric == .movedMass ? part.movedMass : part.klShare
        totals[
          place.cluster,
          default: ClusterTotal(cluster: place.cluster, sum: 0, count: Double(place.positions))
        ].sum += sum
      }
      return totals.isEmpty ? nil : totals.values.sorted { $0.cluster < $1.cluster }
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
