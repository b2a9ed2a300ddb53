/// One tuned model against the reference, on the responses of one source, by its names.
public struct Comparison: Equatable, Sendable {
  /// The row's id in `comparison`.
  public var id: Int
  /// The tuned model's name.
  public var tuned: String
  /// The reference model's name.
  public var reference: String
  /// Who wrote the responses.
  public var source: String
  /// How the tuned model was tuned, where the study says.
  public var method: String?

  /// True where the tuned model wrote the responses itself.
  public var isOwnText: Bool { source == tuned }
}

/// Which responses a table is about.
public enum SourceChoice: Equatable, Sendable {
  /// Those that the tuned model wrote itself; all, for a model that has none of its own.
  case own
  /// All, whoever wrote them.
  case all
  /// Those of one source.
  case named(String)
}
