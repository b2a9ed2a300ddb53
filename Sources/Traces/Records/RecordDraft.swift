import Tokenization

/// What one JSON record holds, before it is made into traces.
struct RecordDraft {
  var names = RecordNames()
  var promptLength: Int?
  /// Prompt tokens and their logprobs; in a record of scored text these are prompt and response.
  var promptTokens: [Int]?
  var promptRows: ListedRows?
  var choices: [Choice] = []

  /// One answer.
  struct Choice {
    var tokens: [Int]?
    var rows: ListedRows?
    /// Completions hold the prompt in each choice.
    var promptTokens: [Int]?
    var promptRows: ListedRows?
  }
}
