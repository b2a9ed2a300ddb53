/// Why a study could not be read or planned.
public struct StudyError: Error, Equatable, Sendable {
  /// The study file.
  public var file: String
  /// The line, counted from 1.
  public var line: Int?
  /// What is wrong.
  public var problem: Problem

  /// A problem with a study file.
  public init(file: String, line: Int? = nil, _ problem: Problem) {
    self.file = file
    self.line = line
    self.problem = problem
  }

  /// What can be wrong.
  public enum Problem: Equatable, Sendable {
    /// There is no such file.
    case missing
    /// The file cannot be read; the reason is the system's.
    case unreadable(reason: String)
    /// The text is neither YAML nor JSON; the reason is the parser's.
    case syntax(reason: String)
    /// A study of a later version.
    case newerSchema(found: Int, known: Int)
    /// A key that a study does not have.
    case unknownKey(String, of: String, known: [String])
    /// A key that must be there.
    case missingKey(String, of: String)
    /// A value of another kind.
    case wrongValue(key: String, expected: String, found: String)
    /// Two models with one name.
    case repeatedModel(String)
    /// None, or more than one, of the models is the reference.
    case references([String])
    /// No model is tuned.
    case nothingTuned
    /// Traces of a model that the study does not list.
    case unknownModel(String, known: [String])
    /// A path or glob that names no file.
    case noFile(pattern: String)
    /// One sequence of one model and source stands in two places.
    case repeatedSequence(name: String, source: String, first: String, second: String)
    /// Neither the study nor the file names a sequence.
    case noSequenceName(file: String)
    /// Names given for one sequence, and a file with several.
    case severalSequences(key: String, file: String, count: Int)
    /// Neither the study nor the records name a sequence's task.
    case noTask(sequence: String)
    /// The two traces of a sequence name different tasks.
    case tasksDiffer(sequence: String, reference: String, tuned: String)
    /// A task or a source has the name by which commands mean several.
    case reservedName(key: String, name: String)
    /// No sequence has traces of the reference and of a tuned model.
    case nothingToCompare
  }
}

extension StudyError: CustomStringConvertible {
  /// One line: the place, the problem, the remedy.
  public var description: String {
    let place = line.map { "\(file):\($0)" } ?? file
    return "\(place): \(sentence)"
  }

  private var sentence: String {
    switch problem {
    case .missing: "there is no such file. Pass the path of a study file."
    case .unreadable(let reason): "the file cannot be read: \(reason)."
    case .syntax(let reason): "the text is not YAML or JSON: \(reason)."
    case .newerSchema(let found, let known):
      "the study has schemaVersion \(found), this version knows up to \(known). Update tokenshift."
    case .unknownKey(let key, let owner, let known):
      "\"\(key)\" is not a key of \(owner). Use \(known.joined(separator: ", "))."
    case .missingKey(let key, let owner): "\(owner) has no \"\(key)\". Add it."
    case .wrongValue(let key, let expected, let found):
      "\"\(key)\" must be \(expected), but is \"\(found)\". Correct it."
    case .repeatedModel(let name): "the model \"\(name)\" is listed twice. Give each model its own name."
    case .references(let names) where names.isEmpty:
      "no model has the role reference. Give it to the model that the others are compared against."
    case .references(let names):
      """
      \(names.count) models have the role reference: \(names.joined(separator: ", ")). \
      Keep one and make the others tuned.
      """
    case .nothingTuned: "no model has the role tuned. Add one to compare with the reference."
    case .unknownModel(let name, let known):
      "the model \"\(name)\" is not listed under models. Use one of \(known.joined(separator: ", "))."
    case .noFile(let pattern):
      "\"\(pattern)\" names no file. Paths are relative to the folder of the study file."
    case .repeatedSequence(let name, let source, let first, let second):
      """
      the sequence \"\(name)\" of source \"\(source)\" stands in \(first) and in \(second). \
      Leave one of them out.
      """
    case .noSequenceName(let file):
      "\(file) names no sequence, so its traces cannot be paired. Add \"sequence\" to the entry."
    case .severalSequences(let key, let file, let count):
      "\"\(key)\" names one sequence, but \(file) holds \(count). Leave \"\(key)\" out, or name a file with one."
    case .noTask(let sequence):
      "the sequence \"\(sequence)\" has no task. Add \"task\" to the entry, or to the records of its file."
    case .tasksDiffer(let sequence, let reference, let tuned):
      """
      the sequence \"\(sequence)\" has the task \"\(reference)\" in the reference's trace and \"\(tuned)\" in the \
      tuned model's. Give both one task.
      """
    case .reservedName(let key, let name):
      "the \(key) \"\(name)\" has a name that commands have for several of them. Choose another name."
    case .nothingToCompare:
      """
      no sequence has traces of both the reference and a tuned model. \
      Sequences pair by id and source: see the ids with 'tokenshift inspect'.
      """
    }
  }
}
