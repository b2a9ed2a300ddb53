public import Measures
public import Traces

extension TracePair {
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
