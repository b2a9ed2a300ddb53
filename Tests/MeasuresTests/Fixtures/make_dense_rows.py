"""Cuts one position of three models out of dense traces, and measures it by the definitions.

usage: make_dense_rows.py DIRECTORY SEQUENCE ROW

DIRECTORY holds SEQUENCE.{base,sft,rl}.safetensors with float16 `logits` [T, V] and `tokens`. Writes beside this script
dense-rows.f16 (three rows: base, sft, rl) and dense-rows.json. Sums are in 80-bit long double.
"""

import json
import pathlib
import platform
import struct
import sys

import numpy as np

HERE = pathlib.Path(__file__).parent


def tensor(path, name):
    data = path.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    entry = json.loads(data[8 : 8 + size])[name]
    dtype = {"F16": "<f2", "I32": "<i4", "I64": "<i8", "F32": "<f4"}[entry["dtype"]]
    start, end = entry["data_offsets"]
    return np.frombuffer(data[8 + size + start : 8 + size + end], dtype).reshape(entry["shape"])


def logprobs(row):
    row = row.astype(np.longdouble)
    top = row.max()
    log_sum_exp = top + np.log(np.exp(row - top).sum())
    return row - log_sum_exp, log_sum_exp


def side(row, emitted):
    logprob, log_sum_exp = logprobs(row)
    order = np.lexsort((np.arange(row.size), -row.astype(np.float64)))[:64]
    return {
        "logSumExp": float(log_sum_exp),
        "entropy": float(-(np.exp(logprob) * logprob).sum()),
        "logprob": float(logprob[emitted]),
        "rank": int((row > row[emitted]).sum()) + 1,
        "top": [int(token) for token in order],
        "topLogprobs": [float(logprob[token]) for token in order],
    }


def divergences(reference, tuned):
    r, t = logprobs(reference)[0], logprobs(tuned)[0]
    p, q = np.exp(r), np.exp(t)
    mixture = np.log((p + q) / 2)
    return {
        "klTunedReference": float((q * (t - r)).sum()),
        "klReferenceTuned": float((p * (r - t)).sum()),
        "jensenShannon": float((p * (r - mixture) + q * (t - mixture)).sum() / 2),
        "totalVariation": float(np.abs(p - q).sum() / 2),
    }


def main():
    directory, sequence, at = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    paths = {model: directory / f"{sequence}.{model}.safetensors" for model in ("base", "sft", "rl")}
    rows = {model: tensor(path, "logits")[at] for model, path in paths.items()}
    tokens, positions = tensor(paths["base"], "tokens"), tensor(paths["base"], "positions")
    emitted = int(tokens[int(positions[at])])
    (HERE / "dense-rows.f16").write_bytes(b"".join(row.tobytes() for row in rows.values()))
    expected = {
        "madeWith": f"Python {platform.python_version()}, NumPy {np.__version__}",
        "sequence": sequence,
        "row": at,
        "vocabularySize": rows["base"].size,
        "emitted": emitted,
        "models": {model: side(row, emitted) for model, row in rows.items()},
        "againstBase": {model: divergences(rows["base"], rows[model]) for model in ("sft", "rl")},
    }
    (HERE / "dense-rows.json").write_text(json.dumps(expected, indent=1) + "\n")


main()
