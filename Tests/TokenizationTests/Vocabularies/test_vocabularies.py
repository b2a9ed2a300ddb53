"""Compares our ids with the references' on everything that has ever been hard. Any difference is a failure.

    swift build -c release --product tokenize-bench
    python test_vocabularies.py [NAME…] [--corpus FILE…]

Each text of a corpus (UTF-8; 20 MB of English, code and many languages each are a good measure) is cut at
several offsets. One vocabulary takes about two minutes and 3 GB.
"""

import argparse
import itertools
import pathlib
import struct
import subprocess
import sys

import vocabularies as known

PROGRAM = known.ROOT / ".build/release/tokenize-bench"
ALPHABET = [" ", "\n", "a", "1", "!", "\0", "世", "\u00a0", "\t", "'"]


def ours(path, pattern, texts):
    frames = b"".join(struct.pack("<I", len(b)) + b for b in (text.encode() for text in texts))
    output = subprocess.run([PROGRAM, "ids", path, pattern, "text"], input=frames, stdout=subprocess.PIPE, check=True).stdout
    place = 0
    while place < len(output):
        (count,) = struct.unpack_from("<I", output, place)
        yield list(struct.unpack_from(f"<{count}i", output, place + 4))
        place += 4 + 4 * count


def sweeps():
    for length in (3, 4):
        yield from map("".join, itertools.product(ALPHABET, repeat=length))


def code_points():
    for point in range(0x110000):
        if not 0xD800 <= point < 0xE000:
            c = chr(point)
            yield c
            yield f"a{c}a {c} 1{c}1\n{c}\n{c}{c}'{c}"


def tokens(vocabulary):
    for token in vocabulary:
        try:
            yield token.decode()
        except UnicodeDecodeError:
            pass


def corpora(files):
    for file in files:
        text = pathlib.Path(file).read_text(encoding="utf-8")
        for offset in (0, 1, 7919):
            yield from (text[start : start + 20011] for start in range(offset, len(text), 20011))


def compare(name, files):
    encode, vocabulary = known.reference(name)
    path = known.SAMPLE if name == "smollm2" else known.fetch(name)
    pattern = "-" if name == "smollm2" else known.FILES[name][3]
    texts = [*sweeps(), *code_points(), *tokens(vocabulary), *corpora(files)]
    if path.suffix == ".model":
        texts = [text for text in texts if text and "\0" not in text]  # SentencePiece ends a text there.
    count, different = 0, []
    for text, expected, found in zip(texts, encode(texts), ours(path, pattern, texts), strict=True):
        count += len(expected)
        if expected != found:
            different.append((text, expected, found))
    print(f"{name}: {len(texts)} texts, {count} tokens, {len(different)} differences", flush=True)
    for text, expected, found in different[:5]:
        print(f"  {text[:60]!r}: {found[:10]} and {expected[:10]} is expected")
    return not different


parser = argparse.ArgumentParser()
parser.add_argument("names", nargs="*")
parser.add_argument("--corpus", nargs="*", default=[])
arguments = parser.parse_args()
results = [compare(name, arguments.corpus) for name in arguments.names or ["smollm2", *known.FILES]]
sys.exit(0 if all(results) else 1)
