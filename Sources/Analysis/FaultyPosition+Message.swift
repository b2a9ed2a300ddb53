public import Measures
public import Traces

extension TracePair {
  /// What is wrong with the positions that were left out: a message for each reason, about the first of its positions.
  public func messages(
    about faulty: [Exclusions.FaultyPosition], sequence: String?
  ) -> [(position: Int, message: String)] {
    var order: [RowProblem.Kind] = []
    var groups: [RowProblem.Kind: [Exclusions.FaultyPosition]] = [:]
    for position in faulty {
      let kind = position.reason.kind
      if groups[kind] == nil { order.append(kind) }
      groups[kind, default: []].append(position)
    }
    return order.compactMap { kind in
      guard let group = groups[kind], let first = group.first else { return nil }
      let others =
        group.count > 1
        ? " So it is at \(group.count) of \(tuned.predicted.count) positions of the response." : ""
      return (first.position, message(about: first, sequence: sequence) + others)
    }
  }

  /// What is wrong with a position that was left out: the file, the sequence, the position, and the remedy.
  public func message(about faulty: Exclusions.FaultyPosition, sequence: String?) -> String {
    let trace = faulty.reason.isTuned ? tuned : reference
    var places = [trace.file ?? "trace"]
    if let name = sequence ?? trace.id { places.append("sequence \"\(name)\"") }
    places.append("position \(faulty.position)")
    return places.joined(separator: ", ") + ": \(faulty.reason)"
  }
}

extension RowProblem {
  /// True where the tuned model's row is the one at fault.
  fileprivate var isTuned: Bool {
    switch self {
    case .notANumber(.tuned, _), .plusInfinity(.tuned, _), .noProbability(.tuned): true
    default: false
    }
  }
}
