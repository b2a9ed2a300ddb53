/// How far the planning of a study has come. A file of JSON is read once to find its sequences.
public struct PlanningProgress: Equatable, Sendable {
  /// What is being done.
  public enum Step: Sendable {
    /// Files are opened and their sequences listed.
    case opening
    /// Files are hashed, so that the index says what it was made from.
    case hashing
    /// Pairs of files are looked at, to see whether they may be compared.
    case screening
  }

  /// What is being done.
  public var step: Step
  /// Files, or pairs of files, that are done.
  public var done: Int
  /// How many there are; nil while they are still being found.
  public var total: Int?
}
