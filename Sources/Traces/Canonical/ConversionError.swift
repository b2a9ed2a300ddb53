/// Why a trace could not be written in another form.
public struct ConversionError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file to be written.
  public var file: String
  /// What is wrong.
  public var problem: Problem

  /// What can be wrong.
  public enum Problem: Equatable, Sendable {
    /// Something stands there already.
    case exists
    /// What stands there is no file, but this.
    case notAFile(kind: String)
    /// Several files go into a folder, and no folder stands there.
    case notAFolder
    /// The system does not let it be written; the reason is the system's.
    case unwritable(reason: String)
    /// A score is too large for the number format.
    case tooLarge(score: Float, encoding: String)
  }

  /// A problem with a file.
  public init(file: String, _ problem: Problem) {
    self.file = file
    self.problem = problem
  }

  /// One line: the place, the problem, the remedy.
  public var description: String {
    switch problem {
    case .exists:
      "\(file): something stands there already. Choose another name, or pass --force to replace it."
    case .notAFile(let kind): "\(file): this is \(kind), and only a file is replaced. Choose another name."
    case .notAFolder:
      "\(file): several sequences go into a folder, but no folder stands there. Choose another name."
    case .unwritable(let reason): "\(file): the file cannot be written: \(reason). Choose another place."
    case .tooLarge(let score, let encoding):
      "\(file): the score \(score) is too large for \(encoding). Keep f32."
    }
  }
}
