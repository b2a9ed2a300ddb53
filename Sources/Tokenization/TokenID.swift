/// An index into a vocabulary.
///
/// Its own type, so that a token id, a rank and a position cannot be taken for one another.
public struct TokenID: RawRepresentable, Hashable, Comparable, Sendable, BitwiseCopyable {
  /// The index, from 0 to the vocabulary size − 1.
  public var rawValue: Int32

  /// The token id with this index.
  @inlinable public init(rawValue: Int32) { self.rawValue = rawValue }

  /// The token id with this index.
  @inlinable public init(_ rawValue: Int32) { self.rawValue = rawValue }

  /// Orders by index.
  @inlinable public static func < (a: TokenID, b: TokenID) -> Bool { a.rawValue < b.rawValue }
}

extension TokenID: CustomStringConvertible {
  /// The index in decimal.
  public var description: String { String(rawValue) }
}
