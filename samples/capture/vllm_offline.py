#!/usr/bin/env python3
"""Scores finished texts with vLLM, without a server: python3 vllm_offline.py MODEL TOKENS.jsonl > OUT.jsonl

Each line of TOKENS.jsonl is {"trace_id", "task", "prompt_length", "tokens"}: prompt and response as token ids.
prompt_logprobs are the model's own (raw, temperature 1) whatever logprobs_mode says. Written for vLLM 0.33.
"""
import json
import sys

from vllm import LLM, SamplingParams

TOP = 20
model, texts = sys.argv[1], [json.loads(line) for line in open(sys.argv[2])]
llm = LLM(model, max_logprobs=TOP, logprobs_mode="raw_logprobs")
outputs = llm.generate(
    [{"prompt_token_ids": text["tokens"]} for text in texts],
    SamplingParams(max_tokens=1, temperature=1.0, prompt_logprobs=TOP, detokenize=False))
for text, output in zip(texts, outputs):
    print(json.dumps({
        "trace_id": text["trace_id"], "task": text["task"], "model": model,
        "prompt_length": text["prompt_length"], "prompt_token_ids": output.prompt_token_ids,
        "prompt_logprobs": [
            row and {str(token): {"logprob": x.logprob, "rank": x.rank} for token, x in row.items()}
            for row in output.prompt_logprobs]}))
