/// The ways in which files hold traces, told apart by their content and never by their name.
public enum TraceFormat: String, CaseIterable, Hashable, Sendable {
  /// Tensors of logits or logprobs for the whole vocabulary, or for listed tokens; one sequence or a batch to a file.
  case safetensors
  /// Arrays that `numpy.savez` or `numpy.savez_compressed` wrote, named like the tensors of a safetensors file.
  case numpyArchive = "numpy-archive"
  /// The array that `numpy.save` wrote; its token ids lie in a file beside it.
  case numpyArray = "numpy-array"
  /// What `torch.save` writes: a dictionary or list of tensors, or a single one. Its pickle is read, not executed.
  case pytorch
  /// What llama.cpp writes with `--kl-divergence-base` or `--save-all-logits`: the second half of every chunk.
  case llamaLogits = "llama-logits"
  /// JSON in vLLM's token-in/token-out shape: choices whose `logprobs.content` holds token ids.
  case tokenInTokenOut = "token-in-token-out"
  /// JSON with vLLM's `prompt_logprobs`: engine dumps and server responses.
  case promptLogprobs = "prompt-logprobs"
  /// JSON in the shape of the older completions API, with token ids in the place of texts.
  case completions
  /// JSON of SGLang's `/generate`, with its triples of logprob, id and text.
  case sglang
  /// JSON of llama.cpp's server, with `completion_probabilities`.
  case llamaServer = "llama-server"
  /// JSON of the chat completions API, whose tokens are texts: saved responses, batches and streams.
  case chatCompletions = "chat-completions"
  /// JSON of OpenAI's Responses API.
  case responses
  /// JSON of Hugging Face's text-generation-inference, with `details`.
  case textGeneration = "text-generation"
  /// JSON of Ollama, with `logprobs` beside `done`.
  case ollama
  /// The `*_token_losses.json` of "Does Math Reasoning Improve General LLM Capabilities?": loss and rank of each
  /// token of an answer but its first.
  case tokenLosses = "token-losses"
  /// JSON of distillation data sets: DistillKit's codec, or lists of ids and logprobs beside `input_ids`.
  case distillation
  /// What prime-rl's trainer exports, one line for each sequence.
  case tokenExport = "token-export"
  /// Episodes of the verifiers library: a tree of messages with the logprobs of sampled tokens.
  case rollout

  /// How a person would call it.
  public var name: String {
    switch self {
    case .safetensors: "safetensors"
    case .numpyArchive: "NumPy archive"
    case .numpyArray: "NumPy array"
    case .pytorch: "PyTorch archive"
    case .llamaLogits: "llama.cpp logits"
    case .tokenInTokenOut: "token-in/token-out JSON"
    case .completions: "completions JSON"
    case .sglang: "SGLang JSON"
    case .llamaServer: "llama-server JSON"
    case .promptLogprobs: "vLLM prompt_logprobs JSON"
    case .chatCompletions: "chat completions JSON"
    case .responses: "Responses API JSON"
    case .textGeneration: "text-generation-inference JSON"
    case .ollama: "Ollama JSON"
    case .tokenLosses: "token losses JSON"
    case .distillation: "distillation JSON"
    case .tokenExport: "prime-rl token export"
    case .rollout: "verifiers rollout JSON"
    }
  }
}
