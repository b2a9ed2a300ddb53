import Foundation

/// Shell patterns: `*`, `?`, `[…]`.
enum Glob {
  /// The files that a pattern of a study names, sorted by the bytes of their names.
  ///
  /// A path that exists is taken as it is, and the study's own folder is never a pattern.
  static func paths(matching pattern: String, in study: StudyFile) -> [String] {
    let plain = study.resolve(pattern)
    if FileManager.default.fileExists(atPath: plain) { return [plain] }
    var escaped = pattern
    if !pattern.hasPrefix("/"), !study.folder.isEmpty { escaped = literal(study.folder) + "/" + pattern }
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(escaped, 0, nil, &found) == 0, let paths = found.gl_pathv else { return [] }
    return (0..<Int(found.gl_pathc))
      .compactMap { paths[$0].map { String(cString: $0) } }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// A path in which no character is special.
  private static func literal(_ path: String) -> String {
    var result = ""
    for character in path {
      if "*?[]\\".contains(character) { result += "\\" }
      result.append(character)
    }
    return result
  }
}
