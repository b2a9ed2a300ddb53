#!/usr/bin/env python3
"""Cuts samples/ out of the full SmolLM2 triple (base, SFT, RL): python3 samples/make_samples.py DATA

DATA holds topk/, dense/, vocabulary/ of the triple and ../fixtures with two llama.cpp files. Records are copied
byte for byte; nothing is rounded or reordered. Only this script decides which prompts are kept.
"""
import json
import pathlib
import shutil
import sys

PROMPTS = ["math500-402", "math500-406", "math500-407", "math500-408", "ifeval-004",
           "arith-004", "arith-006", "arith-010", "coqa-027"]
OWN_TEXT_ONLY = ["ifeval-005", "coqa-057"]  # too long to keep under the base model's text as well
DENSE = ["arith-010.base"]

data, here = pathlib.Path(sys.argv[1]), pathlib.Path(__file__).parent
for path in sorted((data / "topk").glob("*.jsonl")):
    source = path.stem.split("-on-")[1]
    prompts = PROMPTS + ([] if source == "base" else OWN_TEXT_ONLY)
    lines = [line for line in path.read_bytes().splitlines(keepends=True)
             if json.loads(line)["trace_id"].split(".")[0] in prompts]
    (here / "traces" / path.name).write_bytes(b"".join(lines))
for sequence in DENSE:
    for path in sorted((data / "dense").glob(f"{sequence}.*.safetensors")):
        shutil.copyfile(path, here / "dense" / path.name)
shutil.copyfile(data / "vocabulary" / "tokenizer.json", here / "vocabulary" / "tokenizer.json")
for name in ["tiny_base.kld", "tiny_ft.kld"]:
    shutil.copyfile(data.parent / "fixtures" / name, here / "llama.cpp" / name)
