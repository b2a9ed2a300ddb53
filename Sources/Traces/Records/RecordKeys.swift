/// The names of members that trace records use.
struct RecordKeys: Sendable {
  static let all = RecordKeys()

  // What a record says of itself.
  let traceID = JSONKey("trace_id")
  let requestID = JSONKey("request_id")
  let customID = JSONKey("custom_id")
  let model = JSONKey("model")
  let task = JSONKey("task")
  let promptID = JSONKey("prompt_id")
  let promptName = JSONKey("prompt_name")
  let promptLength = JSONKey("prompt_length")
  let promptLen = JSONKey("prompt_len")

  let epoch = JSONKey("epoch")
  let dataset = JSONKey("dataset")
  let environment = JSONKey("env_name")

  // Batches wrap the response.
  let response = JSONKey("response")
  let body = JSONKey("body")
  let error = JSONKey("error")
  let message = JSONKey("message")

  // Streams.
  let object = JSONKey("object")
  let delta = JSONKey("delta")
  let index = JSONKey("index")
  let done = JSONKey("done")
  let stop = JSONKey("stop")

  // Tokens and their logprobs.
  let promptTokenIDs = JSONKey("prompt_token_ids")
  let promptLogprobs = JSONKey("prompt_logprobs")
  let choices = JSONKey("choices")
  let outputs = JSONKey("outputs")
  let tokenIDs = JSONKey("token_ids")
  let logprobs = JSONKey("logprobs")
  let content = JSONKey("content")
  let topLogprobs = JSONKey("top_logprobs")
  let tokenID = JSONKey("token_id")
  let token = JSONKey("token")
  let text = JSONKey("text")
  let decodedToken = JSONKey("decoded_token")
  let logprob = JSONKey("logprob")
  let rank = JSONKey("rank")
  let id = JSONKey("id")
  let bytes = JSONKey("bytes")
  let probability = JSONKey("prob")
  /// Servers of llama.cpp until 2024 list candidates after the sampler, by text and probability.
  let probabilities = JSONKey("probs")
  let refusal = JSONKey("refusal")

  // vLLM's flat lists.
  let startIndices = JSONKey("start_indices")
  let endIndices = JSONKey("end_indices")
  let ranks = JSONKey("ranks")

  // The older completions API.
  let tokens = JSONKey("tokens")
  let tokenLogprobs = JSONKey("token_logprobs")
  let textOffset = JSONKey("text_offset")

  // llama.cpp's server.
  let completionProbabilities = JSONKey("completion_probabilities")
  let tokensPredicted = JSONKey("tokens_predicted")
  let timings = JSONKey("timings")
  let predictedCount = JSONKey("predicted_n")

  // SGLang.
  let metaInfo = JSONKey("meta_info")
  let inputTokenLogprobs = JSONKey("input_token_logprobs")
  let inputTopLogprobs = JSONKey("input_top_logprobs")
  let outputTokenLogprobs = JSONKey("output_token_logprobs")
  let outputTopLogprobs = JSONKey("output_top_logprobs")
  let completionTokens = JSONKey("completion_tokens")

  // SGLang's flat lists; `val` and `idx` may be arrays or base64 of them.
  let input = FlatKeys(
    values: JSONKey("input_top_logprobs_val_flat"), indices: JSONKey("input_top_logprobs_idx_flat"),
    packedValues: JSONKey("input_top_logprobs_val_flat_b64"),
    packedIndices: JSONKey("input_top_logprobs_idx_flat_b64"),
    shape: JSONKey("input_top_logprobs_shape"), nullPrefix: JSONKey("input_top_logprobs_null_prefix"))
  let output = FlatKeys(
    values: JSONKey("output_top_logprobs_val_flat"), indices: JSONKey("output_top_logprobs_idx_flat"),
    packedValues: JSONKey("output_top_logprobs_val_flat_b64"),
    packedIndices: JSONKey("output_top_logprobs_idx_flat_b64"),
    shape: JSONKey("output_top_logprobs_shape"), nullPrefix: JSONKey("output_top_logprobs_null_prefix"))

  /// The names of one flattened list of the most probable tokens.
  struct FlatKeys: Sendable {
    let values: JSONKey
    let indices: JSONKey
    let packedValues: JSONKey
    let packedIndices: JSONKey
    let shape: JSONKey
    let nullPrefix: JSONKey
  }

  // OpenAI's Responses API: `output` holds messages, whose `content` has parts.
  let responseOutput = JSONKey("output")

  // text-generation-inference.
  let details = JSONKey("details")
  let prefill = JSONKey("prefill")
  let topTokens = JSONKey("top_tokens")
  let bestOfSequences = JSONKey("best_of_sequences")
  let generatedText = JSONKey("generated_text")

  // Losses of the emitted tokens alone.
  let results = JSONKey("results")
  let tokenLosses = JSONKey("token_losses")
  let loss = JSONKey("loss")

  // prime-rl.
  let trainerLogprobs = JSONKey("trainer_logprobs")
  let lossMask = JSONKey("loss_mask")
  let step = JSONKey("step")
  let microStep = JSONKey("micro_step")
  let exportIndex = JSONKey("export_sequence_idx")

  // verifiers.
  let traces = JSONKey("traces")
  let nodes = JSONKey("nodes")
  let parent = JSONKey("parent")
  let mask = JSONKey("mask")

  // Distillation data sets.
  let inputIDs = JSONKey("input_ids")
  let attentionMask = JSONKey("attention_mask")
  let bytepackedIndices = JSONKey("bytepacked_indices")
  let compressedLogprobs = JSONKey("compressed_logprobs")
  let topValues = JSONKey("top_values")
  /// The ids of DistillKit's older codec.
  let packedIndices = JSONKey("packed_indices")
  /// Its values: those that are stored as numbers, and the polynomials of the others.
  let exactValues = JSONKey("exact_values")
  let coefficients = JSONKey("coeffs")
  let targetTokenIDs = JSONKey("target_token_ids")
  let targetLogprobs = JSONKey("target_logprobs")

  // How probable tokens outside the lists can be.
  let unlistedCaps = JSONKey("unlisted_caps")

  // What a canonical file says of itself.
  let traceMetadata = JSONKey("trace_metadata")

  // Samples of lm-evaluation-harness.
  let documentID = JSONKey("doc_id")
  let responses = JSONKey("resps")
  let filteredResponses = JSONKey("filtered_resps")
}
