"""Our speed beside the rivals': megabytes per second of CPU time, one thread, documents of 16 KB.

    pip install tiktoken==0.14.0 tokenizers==0.23.3
    swift build -c release --product tokenize-bench
    python bench_rivals.py CORPUS…          # UTF-8 files, 20 MB each are a good measure
    RIVALS="venv1/bin/python venv2/bin/python" python bench_rivals.py CORPUS…

All encode with cl100k; ids are compared with tiktoken's in the same run. Rivals that need another environment
(tokenizers==1.0.0rc3, fastokens==0.3.5, gigatoken==0.10.0) are timed by the Pythons named in RIVALS.
`cold` is the first pass over the corpus, `warm` the better of two more; tokenizers 0.23 gets the first 2 MB.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent


def documents(data):
    start = 0
    while start < len(data):
        end = min(start + 16384, len(data))
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end += 1
        yield data[start:end].decode()
        start = end


def digest(parts):
    value = 0
    for part in parts:
        for i in part:
            value = (value * 31 + i) & 0xFFFFFFFFFFFFFFFF
    return value


def measure(name, encode, texts, passes=3):
    size = sum(len(text.encode()) for text in texts) / 1e6
    encode(["A line."])
    rates = []
    for _ in range(passes):
        start = time.process_time()
        parts = encode(texts)
        rates.append(size / (time.process_time() - start))
    return [name, rates[0], max(rates[1:], default=0), digest(map(int, part) for part in parts), size]


def converted(path):
    """cl100k as a tokenizer.json: every split of every token into two tokens is a merge, by the token's rank."""
    import vocabularies as known

    ranks = known.ranks(path)
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table = {b: chr(b) for b in printable}
    table |= {b: chr(256 + n) for n, b in enumerate(b for b in range(256) if b not in printable)}
    name = lambda token: "".join(table[b] for b in token)
    merges = [
        [name(token[:cut]), name(token[cut:])]
        for token, _ in sorted(ranks.items(), key=lambda item: item[1])
        for cut in range(1, len(token))
        if token[:cut] in ranks and token[cut:] in ranks
    ]
    split = {"type": "Split", "pattern": {"Regex": known.CL100K}, "behavior": "Isolated", "invert": False}
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
    model = {"type": "BPE", "vocab": {name(t): r for t, r in ranks.items()}, "merges": merges, "ignore_merges": True}
    return json.dumps({
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split, byte_level]}, "post_processor": None,
        "decoder": byte_level, "model": model,
    })  # fmt: skip


def rivals(vocabulary, corpus):
    """What is installed in this Python, one line of JSON each."""
    data = pathlib.Path(corpus).read_bytes()
    texts, few = list(documents(data)), list(documents(data[: data.rfind(b"\n", 0, 2_000_000)]))
    try:
        import tokenizers

        t = tokenizers.Tokenizer.from_file(vocabulary)
        one_by_one = lambda texts: [t.encode(text, add_special_tokens=False).ids for text in texts]
        slow = tokenizers.__version__.startswith("0.")
        yield measure("tokenizers " + tokenizers.__version__, one_by_one, few if slow else texts, 2 if slow else 3)
    except ImportError:
        pass
    try:
        import fastokens

        t = fastokens.Tokenizer.from_file(vocabulary)
        yield measure("fastokens", lambda texts: [t.encode(text).ids for text in texts], texts)
    except ImportError:
        pass
    try:
        import gigatoken

        t = gigatoken.Tokenizer(vocabulary)
        yield measure("gigatoken", lambda texts: [t.encode(text) for text in texts], texts)
    except ImportError:
        pass


def main(corpora):
    import tiktoken
    import vocabularies as known

    program = known.ROOT / ".build/release/tokenize-bench"
    path = known.fetch("cl100k")
    reference = tiktoken.Encoding("cl100k", pat_str=known.CL100K, mergeable_ranks=known.ranks(path), special_tokens={})
    os.environ["RAYON_NUM_THREADS"] = os.environ["TOKENIZERS_PARALLELISM"] = "1"
    with tempfile.TemporaryDirectory() as folder:
        vocabulary = pathlib.Path(folder) / "tokenizer.json"
        vocabulary.write_text(converted(path))
        print("corpus", "encoder", "cold", "warm", "cold / tiktoken", "ids", sep="\t")
        for corpus in corpora:
            data = pathlib.Path(corpus).read_bytes()
            texts = list(documents(data))
            encode = lambda texts: [reference.encode_ordinary(text) for text in texts]
            rows = [measure("tiktoken " + tiktoken.__version__, encode, texts, 2)]
            base, expected = rows[0][1], rows[0][3]
            few = digest(encode(documents(data[: data.rfind(b"\n", 0, 2_000_000)])))
            line = subprocess.run([program, "time", path, "cl100k", corpus], capture_output=True, text=True, check=True).stdout
            words = line.splitlines()[-1].split()
            rows.append(["tokenshift", float(words[-5]), float(words[-3]), int(words[-1]), 0])
            for python in [sys.executable, *os.environ.get("RIVALS", "").split()]:
                run = subprocess.run([python, __file__, "--rivals", vocabulary, corpus], capture_output=True, text=True)
                rows += [json.loads(line) for line in run.stdout.splitlines() if line.startswith("[")]
                if run.returncode:
                    print(run.stderr.strip().splitlines()[-1], file=sys.stderr)
            for name, cold, warm, found, _ in rows:
                same = "same" if found in (expected, few) else "DIFFERENT"
                print(pathlib.Path(corpus).name, name, f"{cold:.1f}", f"{warm:.1f}", f"{cold / base:.1f}", same, sep="\t", flush=True)


if sys.argv[1:2] == ["--rivals"]:
    for row in rivals(sys.argv[2], sys.argv[3]):
        print(json.dumps(row), flush=True)
else:
    main(sys.argv[1:])
