"""Our speed beside the rivals': megabytes per second of CPU time, one thread, ids hashed before timing.

    pip install tiktoken==0.14.0 tokenizers==0.23.3 [gigatoken==0.10.0 fastokens==0.3.5]
    swift build -c release --product tokenize-bench
    python bench_rivals.py CORPUS…          # UTF-8 files, 20 MB each are a good measure

`tokenizers` is given documents of 16 KB, its best case, and the first 2 MB only.
"""

import pathlib
import subprocess
import sys
import time

import tiktoken
import vocabularies as known

PROGRAM = known.ROOT / ".build/release/tokenize-bench"


def speed(encode, text):
    start = time.process_time()
    ids = encode(text)
    return len(text.encode()) / 1e6 / (time.process_time() - start), ids


def digest(ids):
    value = 0
    for i in ids:
        value = (value * 31 + i) & 0xFFFFFFFFFFFFFFFF
    return value


def documents(tokenizer):
    def encode(text):
        parts = [text[start : start + 16384] for start in range(0, len(text), 16384)]
        return [i for part in parts for i in tokenizer.encode(part, add_special_tokens=False).ids]

    return encode


path = known.fetch("cl100k")
reference = tiktoken.Encoding("cl100k", pat_str=known.CL100K, mergeable_ranks=known.ranks(path), special_tokens={})
print("corpus", "encoder", "cold", "warm", "ids", sep="\t")
for corpus in sys.argv[1:]:
    text = pathlib.Path(corpus).read_bytes().decode()
    rate, ids = speed(reference.encode_ordinary, text)
    print(pathlib.Path(corpus).name, f"tiktoken {tiktoken.__version__}", f"{rate:.1f}", "", "reference", sep="\t", flush=True)
    line = subprocess.run([PROGRAM, "time", path, "cl100k", corpus], capture_output=True, text=True, check=True).stdout
    words = line.splitlines()[-1].split()
    same = "same" if int(words[-1]) == digest(ids) else "DIFFERENT"
    print("", "tokenshift", f"{float(words[2]):.1f}", f"{float(words[4]):.1f}", same, sep="\t", flush=True)
    try:
        import tokenizers

        tokenizer = tokenizers.Tokenizer.from_file(str(known.SAMPLE))
        rate, _ = speed(documents(tokenizer), text[:2_000_000])
        print("", f"tokenizers {tokenizers.__version__} (SmolLM2)", f"{rate:.1f}", "", "", sep="\t", flush=True)
    except ImportError:
        pass
