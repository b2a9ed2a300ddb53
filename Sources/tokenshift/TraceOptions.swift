import ArgumentParser
import Tokenization
import Traces

/// What a file of traces does not say of itself.
struct TraceOptions: ParsableArguments {
  @Option(help: "The tensor of scores in files of tensors, where it is neither logits nor logprobs.")
  var tensor: String?
  @Option(
    help: ArgumentHelp(
      "A file with the token ids, for arrays that have none. Looked for beside the trace when left out.",
      valueName: "file"),
    completion: .file())
  var tokens: String?
  @Option(
    help: "A vocabulary file: shows tokens as text, and finds the ids of tokens that a trace gives as texts.",
    completion: .file())
  var vocabulary: String?

  /// The vocabulary, nil where none is named.
  func readVocabulary() throws(VocabularyError) -> Vocabulary? {
    guard let vocabulary else { return nil }
    return try Vocabulary(contentsOf: vocabulary)
  }

  /// Opens a file of traces.
  ///
  /// - Parameters:
  ///   - head: The file of the output head, for hidden states that have none.
  ///   - vocabulary: What ``readVocabulary()`` gave.
  func open(_ path: String, head: String? = nil, _ vocabulary: Vocabulary?) throws(TraceError) -> TraceFile {
    try TraceFile(
      path: path, tensor: tensor, companions: TraceCompanions(tokens: tokens, head: head),
      lookup: vocabulary.map { TokenLookup($0) })
  }
}

/// The output head of hidden states.
struct HeadOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A file with the output head of hidden states. Looked for beside the trace when left out.",
      valueName: "file"),
    completion: .file())
  var lmHead: String?
}
