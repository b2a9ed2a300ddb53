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

  // Batches wrap the response.
  let response = JSONKey("response")
  let body = JSONKey("body")

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
  let logprob = JSONKey("logprob")
  let rank = JSONKey("rank")
  let id = JSONKey("id")
  let bytes = JSONKey("bytes")

  // The older completions API.
  let tokens = JSONKey("tokens")
  let tokenLogprobs = JSONKey("token_logprobs")

  // llama.cpp's server.
  let completionProbabilities = JSONKey("completion_probabilities")

  // SGLang.
  let metaInfo = JSONKey("meta_info")
  let inputTokenLogprobs = JSONKey("input_token_logprobs")
  let inputTopLogprobs = JSONKey("input_top_logprobs")
  let outputTokenLogprobs = JSONKey("output_token_logprobs")
  let outputTopLogprobs = JSONKey("output_top_logprobs")

  // Samples of lm-evaluation-harness.
  let documentID = JSONKey("doc_id")
  let responses = JSONKey("resps")
  let filteredResponses = JSONKey("filtered_resps")
}
