"""Writes one sequence of samples/traces with the response classes of the openai package. Run it in this folder.

What the classes print is what the servers of OpenAI and of those who copy its API send: texts and bytes in the place of
token ids. The tests read these files through the vocabulary and expect the ids of the sample again.

openai 3.54.0, pydantic 2.14.3.
"""

import json

from openai.types import Completion
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.responses import Response

SEQUENCE = "arith-010.rl"
ROWS = 8

tokenizer = json.load(open("../../../../samples/vocabulary/tokenizer.json"))
# GPT-2's alphabet: printable bytes stand for themselves, the others for characters from U+0100 on.
printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
alphabet = {chr(byte): byte for byte in printable}
alphabet |= {chr(256 + i): byte for i, byte in enumerate(b for b in range(256) if b not in printable)}
pieces = {id: bytes(alphabet[letter] for letter in piece) for piece, id in tokenizer["model"]["vocab"].items()}
pieces |= {token["id"]: token["content"].encode() for token in tokenizer["added_tokens"]}

record = next(r for r in map(json.loads, open("../../../../samples/traces/rl-on-rl.jsonl")) if r["trace_id"] == SEQUENCE)
content = record["choices"][0]["logprobs"]["content"][:ROWS]


def named(entry, **more):
    piece = pieces[entry["token_id"]]
    return {"token": piece.decode(errors="replace"), "bytes": list(piece), "logprob": entry["logprob"], **more}


entries = [named(e, top_logprobs=[named(t) for t in e["top_logprobs"]]) for e in content]
text = "".join(e["token"] for e in entries)
usage = {"prompt_tokens": 1, "completion_tokens": ROWS, "total_tokens": 1 + ROWS}
chat = ChatCompletion.model_validate({
    "id": "chatcmpl-1", "object": "chat.completion", "created": 1700000000, "model": "rl", "usage": usage,
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text},
                 "logprobs": {"content": entries, "refusal": None}}]})
completion = Completion.model_validate({
    "id": "cmpl-1", "object": "text_completion", "created": 1700000000, "model": "rl", "usage": usage,
    "choices": [{"index": 0, "finish_reason": "stop", "text": text, "logprobs": {
        "tokens": [e["token"] for e in entries], "token_logprobs": [e["logprob"] for e in entries],
        "top_logprobs": [{t["token"]: t["logprob"] for t in e["top_logprobs"]} for e in entries],
        "text_offset": [0] * ROWS}}]})
response = Response.model_validate({
    "id": "resp_1", "object": "response", "created_at": 1700000000, "model": "rl", "parallel_tool_calls": True,
    "tool_choice": "auto", "tools": [], "output": [
        {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [
            {"type": "output_text", "text": text, "annotations": [], "logprobs": entries}]}]})


def chunk(**choice):
    return ChatCompletionChunk.model_validate({
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1700000000, "model": "rl",
        "choices": [{"index": 0, "finish_reason": None, **choice}] if choice else []})


chunks = [chunk(delta={"role": "assistant", "content": ""})]
chunks += [chunk(delta={"content": e["token"]}, logprobs={"content": [e], "refusal": None}) for e in entries]
chunks += [chunk(delta={}, finish_reason="stop"), chunk()]

open("chat.json", "w").write(chat.model_dump_json())
open("completion.json", "w").write(completion.model_dump_json())
open("response.json", "w").write(response.model_dump_json())
open("stream.txt", "w").write("".join(f"data: {c.model_dump_json()}\n\n" for c in chunks) + "data: [DONE]\n\n")
with open("batch.jsonl", "w") as file:
    for status, body, error in ((200, json.loads(chat.model_dump_json()), None),
                                (429, {"error": {"message": "Rate limit reached", "code": "rate_limit"}}, None),
                                (None, None, {"code": "batch_expired", "message": "This request expired"})):
        answer = {"status_code": status, "request_id": "r", "body": body} if status else None
        line = {"id": "batch_req_1", "custom_id": f"q-{status}", "response": answer, "error": error}
        print(json.dumps(line), file=file)
