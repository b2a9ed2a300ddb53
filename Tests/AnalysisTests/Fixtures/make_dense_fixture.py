"""Computes every measure of every dense position of the SmolLM2 study with NumPy, as the tests' outside reference.

usage: python3 make_dense_fixture.py SMOLLM2/dense [OUTPUT-FOLDER]

Reads SEQUENCE.MODEL.safetensors (tensors tokens, logits, positions) for the models base, sft and rl, and beside the
folder topk/MODEL-on-SOURCE.jsonl. Writes two files:

dense-expected.json   one record for each position of each pair (reference = base, tuned = sft or rl), fields named as in
                      the tool's own output. Logits are taken as stored (f16); sums are longdouble (x87, 64-bit mantissa);
                      every number is the nearest double, written so that it reads back exactly.
topk-means.json       means over sequences on the tuned model's own answers, by task: `dense` from the dense files, as
                      few as there are; `topk` over all sequences, rank shift from the stored ranks, and the
                      divergence bounded from below by lumping all tokens that are not in both lists.

A rank is 1 + the number of strictly more probable tokens; an argmax is the lowest id among equals.
"""
import collections
import json
import pathlib
import platform
import struct
import sys

import numpy as np

TUNED = ("sft", "rl")
TYPES = {"F16": "<f2", "F32": "<f4", "I32": "<i4", "I64": "<i8"}
WIDE = np.longdouble


def read_safetensors(path):
    data = path.read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + size + offset for offset in entry["data_offsets"])
        tensors[name] = np.frombuffer(data[begin:end], TYPES[entry["dtype"]]).reshape(entry["shape"])
    return metadata, tensors


def log_softmax(logits):
    logits = logits.astype(WIDE)
    shifted = logits - logits.max()
    return shifted - np.log(np.exp(shifted).sum())


def expect(p_log, q_log, p):
    """Σ p (ln p − ln q), a token of probability 0 adding nothing."""
    with np.errstate(invalid="ignore"):
        return np.where(p > 0, p * (p_log - q_log), 0).sum()


def measures(reference_logits, tuned_logits, token):
    q_log, p_log = log_softmax(reference_logits), log_softmax(tuned_logits)
    q, p = np.exp(q_log), np.exp(p_log)
    mixture_log = np.log((p + q) / 2)
    rank_reference = 1 + int((reference_logits > reference_logits[token]).sum())
    rank_tuned = 1 + int((tuned_logits > tuned_logits[token]).sum())
    return {
        "klTunedReference": float(expect(p_log, q_log, p)),
        "klReferenceTuned": float(expect(q_log, p_log, q)),
        "jensenShannon": float((expect(p_log, mixture_log, p) + expect(q_log, mixture_log, q)) / 2),
        "totalVariation": float(np.abs(p - q).sum() / 2),
        "entropyReference": float(-expect(q_log, WIDE(0), q)),
        "entropyTuned": float(-expect(p_log, WIDE(0), p)),
        "logprobReference": float(q_log[token]),
        "logprobTuned": float(p_log[token]),
        "rankReference": rank_reference,
        "rankTuned": rank_tuned,
        "rankShift": rank_reference - rank_tuned,
        "topReference": int(np.argmax(reference_logits)),
        "topTuned": int(np.argmax(tuned_logits)),
    }


def dense_records(folder):
    for base in sorted(folder.glob("*.base.safetensors")):
        name = base.name.removesuffix(".base.safetensors")
        metadata, reference = read_safetensors(base)
        for model in TUNED:
            _, tuned = read_safetensors(folder / f"{name}.{model}.safetensors")
            assert (reference["tokens"] == tuned["tokens"]).all() and (reference["positions"] == tuned["positions"]).all()
            for position, index in enumerate(reference["positions"]):
                token = int(reference["tokens"][index])
                yield {
                    "file": name, "sequence": metadata["trace_id"], "tuned": model, "position": position, "tokenID": token,
                    **measures(reference["logits"][position], tuned["logits"][position], token),
                }


def listed(entry):
    tokens = {candidate["token_id"]: candidate["logprob"] for candidate in entry["top_logprobs"]}
    tokens.setdefault(entry["token_id"], entry["logprob"])
    return tokens


def lumped_divergence(tuned, reference):
    """At most KL(tuned ‖ reference): tokens outside of both lists lumped into one."""
    p, q = listed(tuned), listed(reference)
    shared = sorted(p.keys() & q.keys())
    p_log = np.array([p[token] for token in shared])
    q_log = np.array([q[token] for token in shared])
    p_rest, q_rest = (max(1 - np.exp(logs).sum(), 0.0) for logs in (p_log, q_log))
    rest = p_rest * np.log(p_rest / q_rest) if p_rest > 0 and q_rest > 0 else 0.0
    return (np.exp(p_log) * (p_log - q_log)).sum() + rest


def topk_sequences(folder, model, source):
    for line in (folder / f"{model}-on-{source}.jsonl").open():
        record = json.loads(line)
        yield record["trace_id"], record["task"], record["choices"][0]["logprobs"]["content"]


def topk_means(folder):
    for model in TUNED:
        reference = {identifier: rows for identifier, _, rows in topk_sequences(folder, "base", model)}
        by_task = collections.defaultdict(list)
        for identifier, task, rows in topk_sequences(folder, model, model):
            pairs = list(zip(rows, reference[identifier], strict=True))
            by_task[task].append((
                np.mean([r["rank"] - t["rank"] for t, r in pairs]), np.mean([lumped_divergence(t, r) for t, r in pairs])))
        for task, values in by_task.items():
            yield {
                "tuned": model, "task": task, "sequences": len(values),
                "rankShift": float(np.mean([shift for shift, _ in values])),
                "klTunedReferenceLumped": float(np.mean([low for _, low in values])),
            }


def dense_means(records):
    """Each tuned model on its own answers, one sequence at a time and by task."""
    by_sequence = collections.defaultdict(list)
    for record in records:
        if record["sequence"].endswith("." + record["tuned"]):
            by_sequence[record["tuned"], record["file"]].append(record)
    for (model, name), rows in by_sequence.items():
        yield {
            "tuned": model, "task": name.split("-")[0], "file": name, "positions": len(rows),
            "rankShift": float(np.mean([row["rankShift"] for row in rows])),
            "klTunedReference": float(np.mean([row["klTunedReference"] for row in rows])),
        }


def write(path, made_by, **lists):
    def lines(rows):
        return "[\n" + ",\n".join("    " + json.dumps(row) for row in rows) + "\n  ]"

    body = ",\n".join(f'  "{name}": ' + lines(rows) for name, rows in lists.items())
    path.write_text(f'{{\n  "madeBy": {json.dumps(made_by)},\n{body}\n}}\n')


def main():
    dense = pathlib.Path(sys.argv[1])
    output = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else pathlib.Path(__file__).parent)
    made_by = {
        "script": pathlib.Path(__file__).name, "python": platform.python_version(), "numpy": np.__version__,
        "longdouble": f"{np.finfo(WIDE).nmant + 1}-bit mantissa",
    }
    records = list(dense_records(dense))
    write(output / "dense-expected.json", made_by, positions=records)
    write(
        output / "topk-means.json", made_by, dense=dense_means(records), topk=topk_means(dense.parent / "topk"))


if __name__ == "__main__":
    main()
