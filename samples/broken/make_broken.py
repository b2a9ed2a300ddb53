"""Writes one small file for each way in which a trace can be broken. Needs NumPy and zstandard. Run it in this folder."""

import gzip
import io
import json
import struct
import zipfile

import numpy as np
import zstandard


def safetensors(tensors, metadata=None, names=None):
    """The bytes of a safetensors file; `tensors` maps names to (type, array)."""
    header, data = {}, b""
    if metadata:
        header["__metadata__"] = metadata
    for name, (dtype, array) in tensors.items():
        raw = array.tobytes()
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def dense(logits, tokens=(1, 2, 0, 3), dtype="F32", kind=np.float32, trace_id="tiny"):
    return safetensors(
        {"tokens": ("I32", np.array(tokens, np.int32)), "logits": (dtype, np.array(logits, kind))},
        {"trace_format": "1", "trace_id": trace_id, "values": "logits"})


def llama(context=4, vocabulary=5, chunks=2):
    """A whole `_logits_` file: every row has scale 0.001 and minimum -8."""
    rows = context - 1 - context // 2
    record = np.zeros(2 * ((vocabulary + 1) // 2) + 4, np.uint16)
    record[:4] = np.frombuffer(struct.pack("<ff", 0.001, -8.0), np.uint16)
    record[4:4 + vocabulary] = np.arange(vocabulary) * 1500
    tokens = np.arange(context * chunks, dtype=np.int32) % vocabulary
    return (b"_logits_" + struct.pack("<iii", context, vocabulary, chunks) + tokens.tobytes()
            + record.tobytes() * (chunks * rows))


def entry(token, logprob, rank, top):
    return {"token_id": token, "logprob": logprob, "rank": rank,
            "top_logprobs": [{"token_id": t, "logprob": p, "rank": r} for t, p, r in top]}


def record(trace_id="tiny", tokens=(2, 0), first=None):
    first = first or entry(tokens[0], -0.5, 1, [(tokens[0], -0.5, 1), (7, -1.25, 2)])
    second = entry(tokens[1], -3.0, 5, [(4, -0.25, 1), (5, -2.0, 2)])
    return {"trace_id": trace_id, "model": "tiny", "prompt_token_ids": [1, 3],
            "choices": [{"index": 0, "token_ids": list(tokens), "logprobs": {"content": [first, second]}}]}


def write(name, content):
    with open(name, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())


def lines(*records):
    return "".join(json.dumps(r) + "\n" for r in records)


GOOD = [[0.0, 1.0, 2.0, 3.0], [1.0, 0.0, -1.0, 2.0], [0.5, 0.25, 0.0, -0.5]]
NAN = [[0.0, 1.0, 2.0, 3.0], [1.0, float("nan"), -1.0, 2.0], [0.5, 0.25, 0.0, -0.5]]

# Whole files, from which the broken ones differ in one thing.
write("whole.safetensors", dense(GOOD))
write("whole.kld", llama())
write("whole.jsonl", lines(record(), record("tiny-2")))
packed = gzip.compress(lines(record(), record("tiny-2")).encode(), mtime=0)
write("packed.jsonl.gz", packed)
packed_zstandard = zstandard.ZstdCompressor(write_checksum=True).compress(lines(record(), record("tiny-2")).encode())
write("packed.jsonl.zst", packed_zstandard)

# The file as a whole.
write("truncated.jsonl.gz", packed[:-3])
write("truncated.jsonl.zst", packed_zstandard[:-3])
write("corrupt.jsonl.gz", packed[:60] + b"\xff" * 8 + packed[68:])
write("corrupt.jsonl.zst", packed_zstandard[:-4] + b"\xff" * 4)
write("trailing.jsonl.gz", packed + b"trailing")
write("empty.jsonl", b"")
write("unknown.bin", bytes([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]))
write("truncated.safetensors", dense(GOOD)[:-3])
write("truncated-header.safetensors", dense(GOOD)[:40])
write("truncated.kld", llama()[:-10])
write("truncated.jsonl", lines(record(), record("tiny-2"))[:-40])
write("trailing.kld", llama() + b"\0\0")
write("negative.kld", b"_logits_" + struct.pack("<iii", 4, -5, 2))

# Something else.
with zipfile.ZipFile("archive.zip", "w") as file:
    file.writestr(zipfile.ZipInfo("notes.txt"), "notes")
with zipfile.ZipFile("tensors.pt", "w") as file:
    file.writestr(zipfile.ZipInfo("tensors/data.pkl"), b"\x80\x02}q\x00.")
np.save("array.npy", np.zeros((2, 3), np.float32))
write("image.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 8)
with zipfile.ZipFile("log.eval", "w") as log:
    log.writestr(zipfile.ZipInfo("samples/1_epoch_1.json"), "{}")
write("table.parquet", b"PAR1" + b"\0" * 8 + b"PAR1")
write("tensors.h5", b"\x89HDF\r\n\x1a\n" + b"\0" * 8)
write("object.pickle", b"\x80\x04K\x01.")
write("notes.txt", "Mean KLD: 0.17\n")
write("lm-eval-samples.jsonl", lines({"doc_id": 0, "doc": {}, "target": "yes", "resps": [[["-12.5", "False"]]],
                                      "filtered_resps": [["-12.5", "False"]]}))

# Tensors.
write("integer-logits.safetensors", dense(GOOD, dtype="I32", kind=np.int32))
write("float8-logits.safetensors", dense(np.zeros((3, 4)), dtype="F8_E4M3", kind=np.uint8))
write("no-tokens.safetensors", safetensors({"logits": ("F32", np.array(GOOD, np.float32))}))
write("other-names.safetensors", safetensors({"tokens": ("I32", np.array([1, 2, 0, 3], np.int32)),
                                              "lm_head_out": ("F32", np.array(GOOD, np.float32))}))
write("batch.safetensors", safetensors({"tokens": ("I32", np.array([1, 2, 0, 3], np.int32)),
                                        "logits": ("F32", np.array([GOOD, GOOD], np.float32))}))
write("rows.safetensors", dense(GOOD[:2]))
write("outside-vocabulary.safetensors", dense(GOOD, tokens=(1, 2, 9, 3)))
hole = dense(GOOD)
write("hole.safetensors", hole.replace(b"[16, 64]", b"[20, 68]"))
write("negative-position.safetensors", safetensors({
    "tokens": ("I32", np.array([1, 2, 0, 3], np.int32)), "logits": ("F32", np.array(GOOD, np.float32)),
    "positions": ("I32", np.array([1, 1, 3], np.int32))}))

write("batch-without-mask.safetensors", safetensors({"tokens": ("I32", np.array([[1, 2, 0, 3]] * 2, np.int32)),
                                                     "logits": ("F32", np.array([GOOD, GOOD], np.float32))}))
write("prompt-length.safetensors", safetensors({
    "tokens": ("I32", np.array([1, 2, 0, 3], np.int32)), "logits": ("F32", np.array(GOOD, np.float32))},
    {"prompt_length": "5"}))
write("listed-logits.safetensors", safetensors({
    "tokens": ("I32", np.array([1, 2, 0, 3], np.int32)), "logits": ("F32", np.array(GOOD, np.float32)),
    "indices": ("U32", np.array([[0, 1, 2, 3]] * 3, np.uint32))}))


def archive(name, packed=False, **arrays):
    """An archive as numpy.savez writes it, but with the same bytes at any time of day."""
    method = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(name, "w", method) as file:
        for key, value in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, np.asanyarray(value))
            file.writestr(zipfile.ZipInfo(key + ".npy"), content.getvalue(), method)


TOKENS = np.array([1, 2, 0, 3])
archive("whole.npz", tokens=TOKENS, logits=np.array(GOOD, np.float32), trace_id="tiny", prompt_length=2)
archive("packed.npz", packed=True, tokens=TOKENS, logits=np.array(GOOD, np.float32))
archive("double.npz", tokens=TOKENS, logits=np.array(GOOD))
archive("columns.npz", tokens=TOKENS, logits=np.asfortranarray(np.array(GOOD, np.float32)))
write("truncated.npz", open("whole.npz", "rb").read()[:-30])

# Pairs.
write("nan-reference.safetensors", dense(GOOD))
write("nan-tuned.safetensors", dense(NAN))
write("vocabulary-reference.safetensors", dense(GOOD))
write("vocabulary-tuned.safetensors", dense([row + [0.0] for row in GOOD]))
write("other-tokens.safetensors", dense(GOOD, tokens=(1, 2, 1, 3)))

# JSON.
write("object.json", json.dumps({"name": "tiny", "version": 3}))
write("comma.jsonl", lines(record()) + '{"trace_id": "b",, "choices": []}\n')
write("deep.json", '{"prompt_logprobs": ' + "[" * 100 + "]" * 100 + "}")
write("no-logprobs.jsonl", lines({"trace_id": "a", "choices": [{"token_ids": [1, 2], "logprobs": None}]}))
write("text-tokens.jsonl", lines({"trace_id": "a", "choices": [{"logprobs": {"content": [
    {"token": "Hello", "logprob": -0.3, "top_logprobs": [{"token": "Hello", "logprob": -0.3}]}]}}]}))
write("sampled-token-unknown.json", json.dumps({"choices": [{"logprobs": {"content": [
    {"id": 7, "token": "H", "logprob": -0.25, "top_logprobs": [{"id": 7, "token": "H", "logprob": -0.25}]}]}}]}))
write("no-token-ids.jsonl", lines({"trace_id": "a", "prompt_logprobs": [None, {"5": {"logprob": -1.0, "rank": 2}}]}))
write("missing-row.jsonl", lines(record(tokens=(2, 0)) | {"choices": [{"token_ids": [2, 0], "logprobs": {"content": [
    entry(2, -0.5, 1, [(2, -0.5, 1)])]}}]}))
write("other-emitted.jsonl", lines(record(first=entry(9, -0.5, 1, [(9, -0.5, 1)]))))
write("logits.jsonl", lines(record(first=entry(2, 17.5, 1, [(2, 17.5, 1), (7, 16.25, 2)]))))
write("prompt-length.jsonl", lines({"trace_id": "a", "prompt_length": -1, "prompt_token_ids": [1, 5],
                                    "prompt_logprobs": [None, {"5": {"logprob": -1.0, "rank": 2}}]}))
write("negative-token.jsonl", lines(record(tokens=(2, 0)) | {"prompt_token_ids": [1, -3]}))
write("twice.jsonl", lines(record(), record("other"), record()))
