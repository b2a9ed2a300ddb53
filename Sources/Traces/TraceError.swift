/// Why a trace could not be read or paired: where, what was found, what was expected, and the remedy.
public struct TraceError: Error, Equatable, Sendable {
  /// The file.
  public var file: String
  /// The line, counted from 1, in a file of lines.
  public var line: Int?
  /// The sequence, where the file holds several.
  public var sequence: String?
  /// What is wrong.
  public var problem: Problem

  /// A problem at a place.
  public init(file: String, line: Int? = nil, sequence: String? = nil, _ problem: Problem) {
    self.file = file
    self.line = line
    self.sequence = sequence
    self.problem = problem
  }

  /// What can be wrong.
  public enum Problem: Equatable, Sendable {
    /// The file does not exist.
    case missing
    /// The system does not let it be read; the reason is the system's.
    case unreadable(reason: String)
  }
}

extension TraceError: CustomStringConvertible {
  /// One line: the place, the problem, the remedy.
  public var description: String { "\(file): \(problem)" }
}
