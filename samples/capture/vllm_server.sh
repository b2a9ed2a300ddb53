#!/bin/sh
# Scores finished texts with a vLLM server: sh vllm_server.sh http://127.0.0.1:8000 MODEL TOKENS.jsonl > OUT.jsonl
#
# Start it with: vllm serve MODEL --max-logprobs 20 --logprobs-mode raw_logprobs
# All models with the same --dtype: half precision moves a logprob by some tenths of a nat.
# Each line of TOKENS.jsonl is {"trace_id", "task", "prompt_length", "tokens"}. Needs curl and jq. Run with vLLM 0.32.
set -eu
server=$1 model=$2 texts=$3
while read -r text || [ -n "$text" ]; do
  # In a pipe the shell would not see that the server failed.
  answer=$(printf '%s' "$text" |
    jq -c --arg model "$model" \
      '{model: $model, prompt: .tokens, max_tokens: 1, prompt_logprobs: 20, return_token_ids: true}' |
    curl -sS --fail "$server/v1/completions" -H 'Content-Type: application/json' -d @-)
  # The names by which traces of several models pair stand beside the answer.
  printf '%s' "$answer" |
    jq -c --argjson text "$text" '{trace_id: $text.trace_id, task: $text.task,
      prompt_length: $text.prompt_length, response: {body: .}}'
done < "$texts"
