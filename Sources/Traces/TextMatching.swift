/// How tokens that a file gives as texts were found in the vocabulary.
public struct TextMatching: Equatable, Sendable {
  /// Emitted tokens whose bytes several ids share; the first of these ids stands for them.
  public var shared = 0
  /// Listed tokens that are left out, because their text is that of several tokens or of none. What they were listed
  /// with still limits how probable a token that is not listed can be.
  public var leftOut = 0

  /// Nothing doubtful.
  public init() {}
}
