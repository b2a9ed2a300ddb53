/// The prompts in the order in which they are met.
struct PromptNumbers {
  private var numbers: [TaskPrompt: Int] = [:]
  /// How many there are.
  var count: Int { numbers.count }

  /// A prompt's number, from 0.
  mutating func number(of prompt: TaskPrompt) -> Int {
    if let number = numbers[prompt] { return number }
    numbers[prompt] = numbers.count
    return numbers.count - 1
  }
}
