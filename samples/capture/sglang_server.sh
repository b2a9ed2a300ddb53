#!/bin/sh
# Scores finished texts with an SGLang server: sh sglang_server.sh http://127.0.0.1:30000 TOKENS.jsonl > OUT.jsonl
#
# Start it with: python3 -m sglang.launch_server --model-path MODEL --port 30000
# Each line of TOKENS.jsonl is {"trace_id", "task", "prompt_length", "tokens"}. Needs curl and jq. SGLang 0.5.23.
# Input logprobs are at temperature 1; those of generated tokens are after the temperature, so they are not used.
set -eu
server=$1 texts=$2
while read -r text || [ -n "$text" ]; do
  # In a pipe the shell would not see that the server failed.
  answer=$(printf '%s' "$text" |
    jq -c '{input_ids: .tokens, sampling_params: {max_new_tokens: 1, temperature: 0},
      return_logprob: true, logprob_start_len: 0, top_logprobs_num: 20}' |
    curl -sS --fail "$server/generate" -H 'Content-Type: application/json' -d @-)
  printf '%s' "$answer" |
    jq -c --argjson text "$text" '{trace_id: $text.trace_id, task: $text.task,
      prompt_length: $text.prompt_length} + .'
done < "$texts"
