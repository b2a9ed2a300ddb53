extension ExampleText {
  /// What trainers, evaluations and data sets hold, and the oddities of JSON.
  static let datasets: [(String, String)] = [
    (
      "axolotl.v1.jsonl",
      """
      /axolotl.v1.jsonl:1: the JSON object holds "messages", "llm_text_generation_vllm_logprobs", but no logprobs of a trace. Pass records with "choices" or "prompt_logprobs"; `tokenshift inspect --help` shows them.
      """
    ),
    (
      "axolotl.v2-logprobs.jsonl",
      """
      distillation
      - - - -: 5 6 | 9707 11
        1: nothing
        2: 9707 -0.25, 13048 -1.5; others ≤ -1.5; emitted -0.25 rank ?
        3: 13 -0.5, 11 -1.0; others ≤ -0.5; emitted -1.0 rank ?
      """
    ),
    (
      "axolotl.v2.jsonl",
      """
      distillation
      - - - -: 5 6 | 9707 11
        1: nothing
        2: 9707 -0.25, 13048 -1.5; others ≤ -1.5; emitted -0.25 rank ?
        3: 13 -0.5, 11 -1.0; others ≤ -0.5; emitted -1.0 rank ?
      """
    ),
    (
      "distillkit.legacy.jsonl",
      """
      /distillkit.legacy.jsonl:1: this is a data set in DistillKit's older codec, not a trace. Capture it again with distillkit.sample_logits_vllm: the older codec keeps logits without the sum over the vocabulary.
      """
    ),
    (
      "distillkit.raw.jsonl",
      """
      distillation
      - - - -: ? | 5 6 7
        1: 6 -0.5, 1 -1.25; others ≤ -1.25; emitted -0.5 rank ?
        2: 7 -0.25, 2 -2.5; others ≤ -2.5; emitted -0.25 rank ?
      """
    ),
    (
      "inspect.sample.json",
      """
      chat-completions
      q1.2 m - q1:  | 0 2
        0: 0 -0.25, 1 -1.75; others ≤ -1.75; emitted -0.25 rank ?
        1: 2 -0.5; others ≤ 0.0; emitted -0.5 rank ?
      """
    ),
    (
      "kl-results.json",
      """
      /kl-results.json:1: the JSON object holds "generation_model", "task", "tested_model", "kl_divergence", "num_data_points", "total_tokens", "avg_tokens_per_data_point", but no logprobs of a trace. Pass records with "choices" or "prompt_logprobs"; `tokenshift inspect --help` shows them.
      """
    ),
    (
      "lm-eval.jsonl",
      """
      /lm-eval.jsonl:1: this is a file of lm-evaluation-harness samples, not a trace. Score its texts again and keep every token: it holds one summed logprob per answer, from which no position can be measured.
      """
    ),
    (
      "prime-rl.jsonl",
      """
      token-export
      3.0.1.5 - math -: 151644 872 | 9707 11
        1 masked: 872 -3.25; others ≤ 0.0; emitted -3.25 rank ?
        2: 9707 -0.12; others ≤ 0.0; emitted -0.12 rank ?
        3: 11 -0.5; others ≤ 0.0; emitted -0.5 rank ?
      """
    ),
    (
      "quirks.jsonl",
      """
      prompt-logprobs
      1 - - 1: ? | 5 6 7
        1: 1 -0.5, 6 -inf; others ≤ -0.5; emitted -inf rank 40
        2: 2 -0.1; others ≤ -0.1; emitted unknown rank ?
      two - - two: ? | 5 6 7
        1: 1 -0.5, 6 -inf; others ≤ -0.5; emitted -inf rank 40
        2: 2 -0.1; others ≤ -0.1; emitted unknown rank ?
      """
    ),
    (
      "token-losses.json",
      """
      token-losses
      finetuned_model_response/UniReason-RL_ifeval.jsonl#0 - - finetuned_model_response/UniReason-RL_ifeval.jsonl#0:  | 2 1
        0: 2 -0.0123; others ≤ -0.0123; emitted -0.0123 rank 1
        1: 1 -2.5; others ≤ 0.0; emitted -2.5 rank 3
      /token-losses.json:2: sequence "finetuned_model_response/UniReason-RL_ifeval.jsonl#2": the request failed, and the record holds an error and no text: CUDA out of memory. Ask for it again, or take the record out of the file.
      """
    ),
    (
      "verifiers.jsonl",
      """
      rollout
      e1#0 - - -: 151644 872 | 9707 11 151645
        1 masked: nothing
        2: 9707 -0.1234; others ≤ 0.0; emitted -0.1234 rank ?
        3: 11 -0.5; others ≤ 0.0; emitted -0.5 rank ?
        4 masked: nothing
      """
    ),
  ]
}
