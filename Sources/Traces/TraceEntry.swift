/// A sequence that a file holds, as known without reading its rows.
public struct TraceEntry: Equatable, Sendable {
  /// The name that pairs the traces of several models; nil where the file gives none.
  public var id: String?
  /// The name of the model, as the file gives it.
  public var model: String?
  /// The task, as the file gives it.
  public var task: String?
  /// The prompt's name, as the file gives it.
  public var prompt: String?
  /// The line on which the sequence begins, counted from 1, in a file of JSON.
  public var line: Int?

  /// A sequence with these names.
  public init(
    id: String?, model: String? = nil, task: String? = nil, prompt: String? = nil, line: Int? = nil
  ) {
    self.id = id
    self.model = model
    self.task = task
    self.prompt = prompt
    self.line = line
  }
}
