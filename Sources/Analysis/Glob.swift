import Foundation

/// Shell patterns: `*`, `?`, `[…]`.
enum Glob {
  /// The files that match, sorted by the bytes of their names, or the path itself where it has no pattern and exists.
  static func paths(matching pattern: String) -> [String] {
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(pattern, 0, nil, &found) == 0, let paths = found.gl_pathv else { return [] }
    return (0..<Int(found.gl_pathc))
      .compactMap { paths[$0].map { String(cString: $0) } }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
