import Foundation

/// Reads study files, JSON or YAML, with the line of whatever is wrong.
public struct StudyFile: Sendable {
  /// The path, as given.
  public let path: String
  /// The text, whole.
  public let text: String
  /// The study.
  public let study: Study

  /// Reads and checks a study file.
  ///
  /// - Throws: ``StudyError`` with the line and the remedy.
  public init(contentsOf path: String) throws(StudyError) {
    guard FileManager.default.fileExists(atPath: path) else { throw StudyError(file: path, .missing) }
    let data: Data
    var isFolder: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    guard !isFolder.boolValue else { throw StudyError(file: path, .unreadable(reason: "it is a folder")) }
    do {
      data = try Data(contentsOf: URL(filePath: path))
    } catch {
      throw StudyError(file: path, .unreadable(reason: String(cString: strerror(errno))))
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw StudyError(file: path, .syntax(reason: "it is not UTF-8"))
    }
    try self.init(path: path, text: text)
  }

  /// Reads and checks the text of a study file.
  public init(path: String, text: String) throws(StudyError) {
    self.path = path
    self.text = text
    study = try StudyReader(file: path).study(text)
  }

  /// The folder that paths are relative to; empty for the working folder.
  var folder: String { (path as NSString).deletingLastPathComponent }

  /// A path as the study would give it, so that an index's inputs are the same wherever the command is run. The study's own
  /// path, and the paths in messages, are as they were given.
  func relative(_ resolved: String) -> String {
    let prefix = folder.isEmpty ? "" : folder.hasSuffix("/") ? folder : folder + "/"
    return resolved.hasPrefix(prefix) ? String(resolved.dropFirst(prefix.count)) : resolved
  }

  /// A path of the study, resolved against the study file's folder.
  public func resolve(_ relative: String) -> String {
    guard !relative.hasPrefix("/") else { return relative }
    return folder.isEmpty ? relative : (folder as NSString).appendingPathComponent(relative)
  }
}
