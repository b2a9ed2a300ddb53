"""Writes one sequence of samples/traces with the response classes of vLLM and SGLang. Run it in this folder:

    pip download --no-deps vllm==0.33.0 sglang==0.5.23
    python3 make_engines.py vllm-*.whl sglang-*.whl

The packages themselves need a GPU; their classes need only pydantic. So the classes are taken out of the wheels by
name, with all that they are made of, and whatever else they mention stands for anything. The tests expect the ids, the
logprobs and the ranks of the sample again.

vllm 0.33.0, sglang 0.5.23, pydantic 2.13.4.
"""

import ast
import base64
import builtins
import collections.abc
import dataclasses
import itertools
import json
import struct
import sys
import types
import typing
import zipfile

import pydantic

SEQUENCE = "arith-010.rl"
ROWS = 8
K = 20


def classes(wheel, module, *names):
    """The classes or functions of these names in a module of a wheel, and those of the module that they name."""
    tree = ast.parse(zipfile.ZipFile(wheel).read(module))
    found = {n.name: n for n in tree.body if isinstance(n, (ast.ClassDef, ast.FunctionDef))}
    found |= {n.targets[0].id: n for n in tree.body if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)}
    wanted, todo = [], list(names)
    while todo:
        name = todo.pop()
        if name in found and name not in wanted and name not in shared:
            wanted.append(name)
            todo += [n.id for n in ast.walk(found[name]) if isinstance(n, ast.Name)]
    body = [n for n in tree.body if any(n is found[name] for name in wanted)]
    scope = {"itertools": itertools, "time": types.SimpleNamespace(time=lambda: 1700000000), "__name__": module, **shared}
    for node in (n for part in body for n in ast.walk(part) if isinstance(n, ast.Name) and n.id not in scope):
        sources = (builtins, pydantic, typing, dataclasses, collections.abc)
        scope[node.id] = next((getattr(m, node.id) for m in sources if hasattr(m, node.id)), typing.Any)
    exec(compile(ast.Module(body, []), module, "exec"), scope)
    shared.update({name: scope[name] for name in wanted})


shared = {"logger": None, "random_uuid": lambda: "0"}
vllm, sglang = sys.argv[1:]
classes(vllm, "vllm/logprobs.py", "Logprob", "FlatLogprobs", "append_logprobs_for_next_position")
classes(vllm, "vllm/entrypoints/serve/engine/protocol.py", "OpenAIBaseModel", "UsageInfo")
chat = "vllm/entrypoints/openai/chat_completion/protocol.py"
classes(vllm, chat, "ChatCompletionResponse", "ChatCompletionLogProb", "ChatCompletionLogProbsContent")
classes(vllm, "vllm/entrypoints/openai/completion/protocol.py", "CompletionResponse", "CompletionLogProbs")
classes(vllm, "vllm/entrypoints/scale_out/token_in_token_out/protocol.py", "GenerateTokensResponse")
classes(vllm, "vllm/entrypoints/launchers/run_batch.py", "BatchRequestOutput")
v = dict(shared)

tokenizer = json.load(open("../../../../samples/vocabulary/tokenizer.json"))
printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
alphabet = {chr(byte): byte for byte in printable}
alphabet |= {chr(256 + i): byte for i, byte in enumerate(b for b in range(256) if b not in printable)}
pieces = {id: bytes(alphabet[letter] for letter in piece) for piece, id in tokenizer["model"]["vocab"].items()}
pieces |= {token["id"]: token["content"].encode() for token in tokenizer["added_tokens"]}
record = next(r for r in map(json.loads, open("../../../../samples/traces/rl-on-rl.jsonl")) if r["trace_id"] == SEQUENCE)
content = record["choices"][0]["logprobs"]["content"][:ROWS]
prompt, answer = record["prompt_token_ids"][-1:], [e["token_id"] for e in content]


def text(id):
    return pieces[id].decode(errors="replace")


def filled(positions):
    """What vLLM's engine appends for these positions: the emitted token, then the most probable ones."""
    for e in content:
        top = e["top_logprobs"]
        ids = [e["token_id"]] + [t["token_id"] for t in top]
        v["append_logprobs_for_next_position"](
            positions, ids, [e["logprob"]] + [t["logprob"] for t in top], [text(i) for i in ids], e["rank"], len(top))
    return positions


def plain(value):
    return dataclasses.asdict(value) if dataclasses.is_dataclass(value) else vars(value)


def write(name, value):
    open(name, "w").write(value if isinstance(value, str) else json.dumps(value, default=plain))


engine = {"request_id": "0", "prompt": None, "prompt_token_ids": prompt + answer, "outputs": [], "finished": True}
write("vllm-engine.json", engine | {"prompt_logprobs": filled([None])})
flat = v["FlatLogprobs"]()
flat.append(None)
write("vllm-flat.json", engine | {"prompt_logprobs": filled(flat)})

usage = v["UsageInfo"](prompt_tokens=1, completion_tokens=ROWS, total_tokens=1 + ROWS)
rows = filled([])
message = {"role": "assistant", "content": "x"}
scored = v["ChatCompletionResponse"](
    model="rl", usage=usage, prompt_token_ids=prompt + answer, prompt_logprobs=[None, *rows],
    choices=[{"index": 0, "message": message, "finish_reason": "length", "token_ids": [2]}])
write("vllm-chat-prompt.json", scored.model_dump_json())
# As the server cuts them: the emitted token, then the others, K in all.
entries = [{
    "token": f"token_id:{e}", "logprob": row[e].logprob, "bytes": list(text(e).encode()),
    "top_logprobs": [{"token": f"token_id:{i}", "logprob": max(x.logprob, -9999.0), "bytes": list(f"token_id:{i}".encode())}
                     for i, x in list(row.items())[:K]]} for e, row in zip(answer, rows)]
answered = v["ChatCompletionResponse"](
    model="rl", usage=usage, choices=[{"index": 0, "message": message, "logprobs": {"content": entries}}])
write("vllm-chat.json", answered.model_dump_json())
echo = {
    "text_offset": list(range(1 + ROWS)), "tokens": [f"token_id:{i}" for i in prompt + answer],
    "token_logprobs": [None] + [row[e].logprob for e, row in zip(answer, rows)],
    "top_logprobs": [None] + [{f"token_id:{i}": x.logprob for i, x in row.items()} for row in rows]}
for name, more in (("vllm-echo.json", {}), ("vllm-echo-ids.json", {"prompt_token_ids": prompt + answer, "token_ids": []})):
    completion = v["CompletionResponse"](
        model="rl", usage=usage, choices=[{"index": 0, "text": "x", "logprobs": echo, "finish_reason": "length", **more}])
    write(name, completion.model_dump_json())
completion = v["CompletionResponse"](
    model="rl", usage=usage, choices=[{"index": 0, "text": "x", "finish_reason": "length", "token_ids": [2],
                                       "prompt_token_ids": prompt + answer, "prompt_logprobs": [None, *rows]}])
write("vllm-completion-prompt.json", completion.model_dump_json())
generated = v["GenerateTokensResponse"](
    request_id="0", prompt_token_ids=prompt, choices=[{"index": 0, "token_ids": answer, "logprobs": {"content": [
        {"token_id": e, "logprob": row[e].logprob, "rank": row[e].rank,
         "top_logprobs": [{"token_id": i, "logprob": x.logprob, "rank": x.rank} for i, x in row.items()]}
        for e, row in zip(answer, rows)]}}])
write("vllm-generate.json", generated.model_dump_json())
with open("vllm-batch.jsonl", "w") as lines:
    failure = {"message": "too long", "type": "BadRequestError", "param": None, "code": 400}
    for custom, status, body, error in (("a", 200, scored, None), ("b", 400, None, {"error": failure})):
        line = v["BatchRequestOutput"](
            id="vllm-0", custom_id=custom, error=error,
            response={"status_code": status, "request_id": "vllm-batch-0", "body": body})
        print(line.model_dump_json(), file=lines)

shared = {}
openai = "sglang/srt/entrypoints/openai/"
classes(sglang, openai + "protocol.py", "ChatCompletionResponse", "CompletionResponse", "LogProbs", "ChoiceLogprobs")
shared["_lossless_token_text"] = lambda tokenizer, id, text: (
    pieces[id].decode("latin-1") if "\ufffd" in text else text)
classes(sglang, openai + "utils.py", "to_openai_style_logprobs")
s = dict(shared)
triples = [(e["logprob"], e["token_id"], text(e["token_id"])) for e in content]
lists = [[(t["logprob"], t["token_id"], text(t["token_id"])) for t in e["top_logprobs"]] for e in content]
legacy = s["to_openai_style_logprobs"](output_token_logprobs=triples, output_top_logprobs=lists)
usage = {"prompt_tokens": 1, "completion_tokens": ROWS, "total_tokens": 1 + ROWS}
write("sglang-completion.json", s["CompletionResponse"](
    id="0", model="rl", usage=usage,
    choices=[{"index": 0, "text": "x", "logprobs": legacy, "finish_reason": "length"}]).model_dump_json())
named = [{"token": t, "bytes": list(pieces[i]), "logprob": x} for x, i, t in triples]
for entry, top in zip(named, lists):
    entry["top_logprobs"] = [{"token": t, "bytes": list(pieces[i]), "logprob": x} for x, i, t in top]
write("sglang-chat.json", s["ChatCompletionResponse"](
    id="0", model="rl", usage=usage,
    choices=[{"index": 0, "message": message, "logprobs": {"content": named}, "finish_reason": "length"}]).model_dump_json())
meta = {"id": "0", "finish_reason": {"type": "length", "length": ROWS}, "prompt_tokens": 1, "completion_tokens": ROWS,
        "input_token_logprobs": [(None, prompt[0], None)], "output_token_logprobs": [(x, i, None) for x, i, _ in triples],
        "output_token_logprobs_length": ROWS, "input_top_logprobs": [None]}
write("sglang-generate.json", {"text": "x", "output_ids": answer, "meta_info": meta | {
    "output_top_logprobs": [[(x, i, None) for x, i, _ in row] for row in lists]}})
values, ids = [x for row in lists for x, _, _ in row], [i for row in lists for _, i, _ in row]
packed = {"val": struct.pack(f"<{len(values)}f", *values), "idx": struct.pack(f"<{len(ids)}i", *ids)}
write("sglang-packed.json", {"text": "x", "output_ids": answer, "meta_info": meta | {
    f"output_top_logprobs_{k}_flat_b64": base64.b64encode(b).decode() for k, b in packed.items()} | {
    "output_top_logprobs_val_flat_b64_dtype": "float32", "output_top_logprobs_idx_flat_b64_dtype": "int32",
    "output_top_logprobs_shape": [ROWS, K], "output_top_logprobs_null_prefix": 0}})
