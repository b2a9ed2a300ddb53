#!/usr/bin/env python3
"""Scores finished texts with vLLM, without a server: python3 vllm_offline.py MODEL TOKENS.jsonl OUT.jsonl

Each line of TOKENS.jsonl is {"trace_id", "task", "prompt_length", "tokens"}: prompt and response as token ids.
prompt_logprobs are the model's own (raw, temperature 1) whatever logprobs_mode says. vLLM computes in half precision
where it is not told otherwise (dtype="float32"), which moves a logprob by some tenths of a nat: score all models with
the same dtype. Run with vLLM 0.32 on a CPU.
"""
import json
import sys

from vllm import LLM, SamplingParams

TOP = 20


def main():
    model, texts_path, out = sys.argv[1:4]
    texts = [json.loads(line) for line in open(texts_path)]
    llm = LLM(model, max_logprobs=TOP, logprobs_mode="raw_logprobs")
    outputs = llm.generate(
        [{"prompt_token_ids": text["tokens"]} for text in texts],
        SamplingParams(max_tokens=1, temperature=1.0, prompt_logprobs=TOP, detokenize=False))
    # Not to standard output: vLLM writes its log there.
    with open(out, "w") as lines:
        for text, output in zip(texts, outputs):
            lines.write(json.dumps({
                "trace_id": text["trace_id"], "task": text["task"], "model": model,
                "prompt_length": text["prompt_length"], "prompt_token_ids": output.prompt_token_ids,
                "prompt_logprobs": [
                    row and {str(token): {"logprob": x.logprob, "rank": x.rank} for token, x in row.items()}
                    for row in output.prompt_logprobs]}) + "\n")


# vLLM may start its engine as a new process, which reads this file again.
if __name__ == "__main__":
    main()
