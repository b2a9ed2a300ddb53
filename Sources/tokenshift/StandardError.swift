import Foundation

/// Where progress and warnings go, so that standard output holds data only.
enum StandardError {
  /// True when a person is watching.
  static var isTerminal: Bool {
    isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  }

  /// One line.
  static func write(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }

  /// Replaces the line that is being shown.
  static func overwrite(_ line: String) { FileHandle.standardError.write(Data("\r\u{1B}[K\(line)".utf8)) }
}
