import Tokenization

/// What one JSON record holds, before it is made into traces.
struct RecordDraft {
  var names = RecordNames()
  var promptLength: Int?
  /// Prompt tokens and their logprobs; in a record of scored text these are prompt and response.
  var promptTokens: [Int]?
  var promptRows: ListedRows?
  var choices: [Choice] = []
  /// The largest logprob that a token outside the list of each row can have; `NaN` where the list tells.
  var unlistedCaps: [Double]?
  /// A tree of messages, each branch of which is an answer.
  var messages: [MessageNode] = []

  /// The columns of a distillation data set.
  var distilled: DistilledColumns?

  /// One answer.
  struct Choice {
    /// Its number among the answers, by which the chunks of a stream find it.
    var index = 0
    var tokens: [Int]?
    var rows: ListedRows?
    /// Where a chunk of a stream may hold what came before once more: how many tokens it says there are so far.
    var soFar: (mayRepeat: Bool, count: Int?) = (false, nil)
    /// Tokens that were generated and have no entry.
    var missingEntries = 0
    /// Completions hold the prompt in each choice.
    var promptTokens: [Int]?
    var promptRows: ListedRows?
    /// Prompt and answer of the older API in one list, as far as its texts tell the ids.
    var echo: (tokens: [Int], rows: ListedRows)?
    /// The number of tokens before the response, where `promptTokens` hold both.
    var promptLength: Int?
    /// For each token of `promptTokens` whether it counts, where the file says so.
    var lossMask: [Bool]?
  }

}

extension RecordDraft.Choice {
  /// Takes an echoed text as a scored one, once all that may name its tokens is read: ids outweigh texts, and rows of
  /// the prompt that name ids outweigh both where at most one token was generated behind it.
  ///
  /// vLLM gives such rows with every echo, and the ids of its tokens only where it is asked for them.
  mutating func takeEcho() {
    guard let echo else { return }
    defer { tokens = nil }
    let count = echo.rows.rows.count
    let ids = promptTokens.map { $0 + (tokens ?? []) }.flatMap { $0.count == count ? $0 : nil }
    if let promptRows {
      let prompt = promptRows.rows.count
      let told = promptTokens ?? (echo.tokens.count == count ? Array(echo.tokens.prefix(prompt)) : nil)
      let isPromptOnly = count - prompt <= 1 || ids == nil && promptTokens != nil || echo.rows.hasTextTokens
      if let told, isPromptOnly {
        promptTokens = told
        return
      }
    }
    (promptTokens, promptRows) = ids.map { ($0, echo.rows.naming($0)) } ?? echo
  }
}

extension RecordDraft.Choice {
  /// Whether this chunk of a stream holds what the chunks before it held once more, and more behind it: SGLang's do.
  ///
  /// The number of tokens so far tells; without one, the same tokens with the same logprobs do.
  fileprivate func repeats(_ before: Self) -> Bool {
    guard soFar.mayRepeat, let tokens, let rows, let earlier = before.tokens, let earlierRows = before.rows
    else { return false }
    if soFar.count == earlier.count + tokens.count { return false }
    if soFar.count == tokens.count, tokens.count >= earlier.count { return true }
    return tokens.count > earlier.count && tokens.starts(with: earlier)
      && zip(earlierRows.rows, rows.rows).allSatisfy { $0?.emitted == $1?.emitted }
  }
}

extension RecordDraft {
  /// Adds what the next chunk of a stream says about an answer.
  mutating func append(_ chunk: Choice) {
    guard let place = choices.firstIndex(where: { $0.index == chunk.index }) else {
      return choices.append(chunk)
    }
    if chunk.repeats(choices[place]) {
      (choices[place].tokens, choices[place].rows) = (chunk.tokens, chunk.rows)
    } else {
      if let tokens = chunk.tokens {
        if choices[place].tokens == nil {
          choices[place].tokens = tokens
        } else {
          choices[place].tokens?.append(contentsOf: tokens)
        }
      }
      if let rows = chunk.rows {
        if choices[place].rows == nil {
          choices[place].rows = rows
        } else {
          choices[place].rows?.append(rows)
        }
      }
    }
    choices[place].promptTokens = choices[place].promptTokens ?? chunk.promptTokens
    choices[place].promptRows = choices[place].promptRows ?? chunk.promptRows
  }
}
