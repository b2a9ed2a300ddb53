/// A prompt of a task: tasks may use the same name for prompts of their own.
struct TaskPrompt: Hashable, Comparable {
  /// The task's row.
  var taskID: Int
  /// The prompt's name.
  var name: String

  static func < (first: TaskPrompt, second: TaskPrompt) -> Bool {
    (first.name, first.taskID) < (second.name, second.taskID)
  }
}
