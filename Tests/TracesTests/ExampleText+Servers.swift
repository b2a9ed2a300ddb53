extension ExampleText {
  /// What engines and servers write.
  static let servers: [(String, String)] = [
    (
      "llama-cpp-python.json",
      """
      completions
      - m.gguf - -:  | 0 2
        0: 0 -0.25, 1 -1.5; others ≤ -1.5; emitted -0.25 rank ?
        1: 3 -0.5, 1 -1.0, 2 -4.5; others ≤ -1.0; emitted -4.5 rank ?
      """
    ),
    (
      "llama-server.completions.json",
      """
      token-in-token-out
      - m.gguf - -:  | 15496
        0: 15496 -1.2345, 13048 -2.5; others ≤ -2.5; emitted -1.2345 rank ?
      """
    ),
    (
      "llama-server.json",
      """
      llama-server
      - - - -:  | 15496 995 0
        0: 15496 -1.2345, 13048 -2.5; others ≤ -2.5; emitted -1.2345 rank ?
        1: 262 -0.75, 995 -4.25; others ≤ -0.75; emitted -4.25 rank ?
        2: nothing
      """
    ),
    (
      "llama-server.older.json",
      """
      llama-server
      /llama-server.older.json:1: the record holds probabilities after the sampler and no logprobs. Ask llama-server without post_sampling_probs.
      """
    ),
    (
      "llama-server.post-sampling.json",
      """
      llama-server
      /llama-server.post-sampling.json:1: the record holds probabilities after the sampler and no logprobs. Ask llama-server without post_sampling_probs.
      """
    ),
    (
      "llama-server.stream.txt",
      """
      llama-server
      - m.gguf - -:  | 15496 995
        0: 15496 -1.2345; others ≤ 0.0; emitted -1.2345 rank ?
        1: 995 -0.5; others ≤ 0.0; emitted -0.5 rank ?
      """
    ),
    (
      "mlx.server-top.json",
      """
      token-in-token-out
      /mlx.server-top.json:1: each entry names the most probable token and not the sampled one, as mlx_lm.server writes them. Ask for logprobs without top_logprobs, or score the text with another engine.
      """
    ),
    (
      "mlx.server.json",
      """
      token-in-token-out
      - m - -:  | 9707 11
        0: 9707 -0.25; others ≤ 0.0; emitted -0.25 rank ?
        1: 11 -0.5; others ≤ 0.0; emitted -0.5 rank ?
      """
    ),
    (
      "ollama.jsonl",
      """
      ollama
      - m - -:  | 0 2
        0: 0 -0.25, 1 -1.5; others ≤ -1.5; emitted -0.25 rank ?
        1: 2 -0.5; others ≤ 0.0; emitted -0.5 rank ?
      """
    ),
    (
      "openai.batch.jsonl",
      """
      chat-completions
      b gpt - b:  | 1
        0: 1 -1.5; others ≤ 0.0; emitted -1.5 rank ?
      /openai.batch.jsonl:2: sequence "a": the request failed, and the record holds an error and no text: This request expired. Ask for it again, or take the record out of the file.
      """
    ),
    (
      "openai.chat.json",
      """
      chat-completions
      - gpt-4o-2024 - -:  | 0
        0: 0 -0.3171, 1 -1.31; others ≤ -1.31; emitted -0.3171 rank ?
      """
    ),
    (
      "openai.completions.json",
      """
      completions
      - old - -: ? | 0 9 10 2
        1: 9 -0.5, 1 -1.5; others ≤ -1.5; emitted -0.5 rank ?
        2: 10 -0.25, 3 -2.0; others ≤ -2.0; emitted -0.25 rank ?
        3: 1 -0.5, 2 -1.5, 0 -2.5; others ≤ -2.5; emitted -1.5 rank ?
      """
    ),
    (
      "openai.response.json",
      """
      responses
      - gpt - -:  | 0
        0: 0 -0.25, 1 -1.5; others ≤ -1.5; emitted -0.25 rank ?
      """
    ),
    (
      "openai.stream.jsonl",
      """
      chat-completions
      - gpt - -:  | 0 2
        0: 0 -0.25; others ≤ 0.0; emitted -0.25 rank ?
        1: 2 -0.5; others ≤ 0.0; emitted -0.5 rank ?
      """
    ),
    (
      "sglang.generate.json",
      """
      sglang
      - - - -: 1 450 | 9707 11
        2: 9707 -0.12, 13048 -2.3; others ≤ -2.3; emitted -0.12 rank ?
        3: 13 -0.5, 0 -1.5; others ≤ -1.5; emitted unknown rank ?
      """
    ),
    (
      "tgi.json",
      """
      text-generation
      - - - -: 1 450 | 9707 11
        2: 9707 -0.12, 13048 -2.5; others ≤ -2.5; emitted -0.12 rank ?
        3: 11 -0.5, 13 -1.25; others ≤ -1.25; emitted -0.5 rank ?
      """
    ),
    (
      "tgi.stream.txt",
      """
      text-generation
      - - - -:  | 9707 11
        0: 9707 -0.12, 13048 -2.5; others ≤ -2.5; emitted -0.12 rank ?
        1: 11 -0.5; others ≤ 0.0; emitted -0.5 rank ?
      """
    ),
    (
      "vllm.chat.json",
      """
      token-in-token-out
      - m - -:  | 9707 11
        0: 13048 -0.25, 9707 -3.5; others ≤ -0.25; emitted -3.5 rank ?
        1: ; others ≤ 0.0; emitted unknown rank ?
      """
    ),
    (
      "vllm.completions-echo-ids.json",
      """
      completions
      - m - -: ? | 3 5 0
        1: 3 -0.02, 5 -8.31; others ≤ 0.0; emitted -8.31 rank ?
        2: 0 -0.12, 1 -2.5; others ≤ -2.5; emitted -0.12 rank ?
      """
    ),
    (
      "vllm.completions-echo.json",
      """
      completions
      - m - -: ? | 151644 9707 11
        1: 151644 -0.02, 9707 -8.31; others ≤ -0.02; emitted -8.31 rank ?
        2: 11 -0.12, 13 -2.5; others ≤ -2.5; emitted -0.12 rank ?
      """
    ),
    (
      "vllm.completions-prompt.json",
      """
      prompt-logprobs
      - m - -: ? | 151644 9707
        1: 151644 -0.02, 9707 -8.31; others ≤ -0.02; emitted -8.31 rank 412
      """
    ),
    (
      "vllm.dump.array-rows.json",
      """
      prompt-logprobs
      - - - -: ? | 5 6 7
        1: 1 -0.5, 6 -3.5; others ≤ -0.5; emitted -3.5 rank 12
        2: 7 -0.125, 2 -2.25; others ≤ -2.25; emitted -0.125 rank ?
      """
    ),
    (
      "vllm.flat-logprobs.json",
      """
      prompt-logprobs
      0 - - 0: ? | 5 6 7
        1: 1 -1.25, 6 -1.25; others ≤ -1.25; emitted -1.25 rank 2
        2: 7 -0.5, 2 -2.5; others ≤ -2.5; emitted -0.5 rank 1
      """
    ),
    (
      "vllm.prompt-logprobs.chat.json",
      """
      prompt-logprobs
      - m - -: ? | 151644 9707
        1: 151644 -0.02, 9707 -8.31; others ≤ -0.02; emitted -8.31 rank 412
      """
    ),
    (
      "vllm.prompt-token-id-logprobs.json",
      """
      prompt-logprobs
      r-2 - - r-2: ? | 151644 872
        1: 872 -1.75; others ≤ 0.0; emitted -1.75 rank 2
      """
    ),
    (
      "vllm.run-batch.jsonl",
      """
      prompt-logprobs
      req-1 m - req-1: ? | 151644 872
        1: 9707 -0.25, 872 -1.75; others ≤ -1.75; emitted -1.75 rank 2
      /vllm.run-batch.jsonl:2: sequence "req-2": the request failed, and the record holds an error and no text: too long. Ask for it again, or take the record out of the file.
      """
    ),
    (
      "vllm.token-in-token-out.json",
      """
      prompt-logprobs
      r-1 - - -: 151644 872 | 9707 11
        2: 9707 -0.12, 13048 -2.5; others ≤ -2.5; emitted -0.12 rank 1
        3: ; others ≤ 0.0; emitted unknown rank ?
      """
    ),
  ]
}
