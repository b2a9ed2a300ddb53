/// A compression that lies around a whole file of traces.
public enum Compression: String, CaseIterable, Hashable, Sendable {
  /// One or more gzip members, one behind the other.
  case gzip
  /// One or more Zstandard frames, one behind the other.
  case zstandard

  /// How a person would call it.
  public var name: String {
    switch self {
    case .gzip: "gzip"
    case .zstandard: "Zstandard"
    }
  }
}
