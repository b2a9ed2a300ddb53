"""Decodes the fixtures of llama.cpp with NumPy alone, and writes what tests compare with. Run it in this folder.

tiny_base.kld and tiny_ft.kld were written by llama-perplexity (llama-cpp-python 0.3.36) with
`--kl-divergence-base FILE -c 64 --chunks 4` from a model with random weights and 301 tokens, and a tuned copy;
x.safetensors by safetensors 0.8.0.
"""

import json
import struct

import numpy as np


def decode(path):
    data = open(path, "rb").read()
    context, vocabulary, chunks = struct.unpack("<iii", data[8:20])
    tokens = np.frombuffer(data, "<i4", context * chunks, 20).reshape(chunks, context)
    first, width = context // 2, 2 * ((vocabulary + 1) // 2) + 4
    rows = np.frombuffer(data, "<u2", offset=20 + 4 * context * chunks).reshape(chunks, context - 1 - first, width)
    head = rows[:, :, :4].copy().view("<f4")
    scores = head[:, :, :1] * rows[:, :, 4:4 + vocabulary].astype(np.float32) + head[:, :, 1:]
    return tokens, scores, first


golden = {"numpy": np.__version__}
for name in ("tiny_base", "tiny_ft"):
    tokens, scores, first = decode(name + ".kld")
    golden[name] = {
        "tokens": tokens.tolist(),
        "first": first,
        # One row in full, and of every row the sum of its scores and the score of the token that it predicts.
        "row": [float(x) for x in scores[2, 5]],
        "sums": scores.astype(np.float64).sum(-1).tolist(),
        "emitted": np.take_along_axis(scores, tokens[:, first + 1:, None], -1)[:, :, 0].astype(np.float64).tolist(),
    }
with open("golden.json", "w") as file:
    json.dump(golden, file)
