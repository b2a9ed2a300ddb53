#!/usr/bin/env python3
"""Makes what samplers leave behind out of real traces: python3 samples/doubtful/make_doubtful.py

Two answers of samples/traces/sft-on-sft.jsonl, as an engine would have written them

- temperature.jsonl: after a temperature of 0.7. Exact but for the normaliser: what the list does not hold is taken to
  have the probability of the last listed token, as far as it goes. Differences within a row are exact;
- top-p.jsonl: after top_k = 20 and top_p = 0.95, at temperature 1: exact, for the list holds the 20 most probable;
- processed.jsonl: vLLM's logprobs_mode processed_logprobs after temperature 0.7, top_k = 20 and top_p = 0.95, in the
  words of its server: excluded tokens have the logprob -9999.0 and stay in the list. Exact as well.

An emitted token that the sampler would have excluded keeps -9999.0, as vLLM writes it. Python 3.11, no packages.
"""
import json
import math
import pathlib

SEQUENCES = ["arith-004.sft", "ifeval-004.sft"]
EXCLUDED = -9999.0
here = pathlib.Path(__file__).parent


def scaled(logprobs, temperature, rest):
    """ln of the probabilities at a temperature; `rest` is the mass that the list does not hold."""
    least = min(logprobs.values())
    tail = rest / math.exp(least) * math.exp(least / temperature)
    total = math.log(sum(math.exp(x / temperature) for x in logprobs.values()) + tail)
    return {token: x / temperature - total for token, x in logprobs.items()}


def nucleus(logprobs, share):
    """Of the most probable tokens as many as reach the share, normalised over themselves; the others excluded."""
    total = math.log(sum(math.exp(x) for x in logprobs.values()))
    kept, mass = set(), 0.0
    for token, x in sorted(logprobs.items(), key=lambda entry: -entry[1]):
        if mass >= share:
            break
        kept.add(token)
        mass += math.exp(x - total)
    among = math.log(sum(math.exp(logprobs[token]) for token in kept))
    return {token: x - among if token in kept else EXCLUDED for token, x in logprobs.items()}


def temperature(top):
    return scaled(top, 0.7, max(0.0, 1 - sum(map(math.exp, top.values()))))


def top_p(top):
    return nucleus(top, 0.95)


def processed(top):
    return nucleus(scaled(top, 0.7, 0.0), 0.95)


for name, change in [("temperature", temperature), ("top-p", top_p), ("processed", processed)]:
    with open(here / f"{name}.jsonl", "w") as out:
        for line in open(here.parent / "traces" / "sft-on-sft.jsonl"):
            record = json.loads(line)
            if record["trace_id"] not in SEQUENCES:
                continue
            for entry in record["choices"][0]["logprobs"]["content"]:
                raw = {each["token_id"]: each["logprob"] for each in entry["top_logprobs"]}
                changed = change(raw)
                for each in entry["top_logprobs"]:
                    each["logprob"] = round(changed[each["token_id"]], 6)
                # Outside the list a token is further down than its last one; what remains of it is excluded.
                entry["logprob"] = round(changed.get(entry["token_id"], EXCLUDED), 6)
            out.write(json.dumps(record, separators=(",", ":")) + "\n")
