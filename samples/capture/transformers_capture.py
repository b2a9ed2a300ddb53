#!/usr/bin/env python3
"""Scores one text with a Hugging Face model: python3 transformers_capture.py MODEL TEXT OUT

MODEL is a folder, a name on the hub, or a GGUF file. TEXT is a JSON file {"trace_id", "task", "prompt", "response"}.
OUT.safetensors gets every logit of every response token, OUT.jsonl the 20 most probable tokens. Score the same TEXT
with the base model and with each tuned model, and keep the ids: a text that is tokenised again is another text.
Needs torch, transformers and safetensors, and for a GGUF file gguf and accelerate too. transformers 5.24.
"""
import json
import pathlib
import sys

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

TOP = 20
model_path, text_path, out = sys.argv[1:4]
text = json.load(open(text_path))
folder, file = model_path, {}
if model_path.endswith(".gguf"):
    folder, file = str(pathlib.Path(model_path).parent), {"gguf_file": pathlib.Path(model_path).name}
tokenizer = AutoTokenizer.from_pretrained(folder, **file)
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, **file).eval()
name = pathlib.Path(model_path).stem

prompt = tokenizer(text["prompt"])["input_ids"]
if not prompt:
    sys.exit("The prompt has no tokens, and nothing predicts the first one of the response. Begin it with a token "
             "that the model knows as a beginning.")
response = tokenizer(text["response"], add_special_tokens=False)["input_ids"]
ids = torch.tensor(prompt + response)
with torch.inference_mode():
    # Row i of the logits predicts token i + 1, so that the first response token belongs to the prompt's last row.
    logits = model(ids[None]).logits[0, len(prompt) - 1:-1].float()

save_file(
    {"tokens": ids.to(torch.int32), "logits": logits.contiguous(),
     "positions": torch.arange(len(prompt), len(ids), dtype=torch.int32)},
    out + ".safetensors",
    metadata={"trace_format": "1", "trace_id": text["trace_id"], "task": text["task"], "model": name,
              "values": "logits", "stage": "raw", "temperature": "1.0"})

# In single precision the sum over the vocabulary can be off by 2e-5 nats.
logprobs = logits.double().log_softmax(-1)
content = []
for row, token in zip(logprobs, response):
    top = row.topk(TOP)
    content.append({
        "token_id": token, "logprob": row[token].item(), "rank": int((row > row[token]).sum()) + 1,
        "top_logprobs": [{"token_id": t, "logprob": x} for t, x in zip(top.indices.tolist(), top.values.tolist())]})
with open(out + ".jsonl", "w") as lines:
    lines.write(json.dumps({
        "trace_id": text["trace_id"], "task": text["task"], "model": name, "prompt_token_ids": prompt,
        "choices": [{"index": 0, "token_ids": response, "logprobs": {"content": content}}]}) + "\n")
