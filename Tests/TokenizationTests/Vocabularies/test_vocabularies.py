"""Compares our ids with the references' on everything that has ever been hard. Any difference is a failure.

    swift build -c release --product tokenize-bench
    python test_vocabularies.py [NAME…] [--corpus FILE…] [--llama FOLDER]

FOLDER holds llama.cpp's models/ggml-vocab-*.gguf with their .inp and .out, as the source package of
llama-cpp-python has them in vendor/llama.cpp/models. Each text of a corpus (UTF-8; 20 MB of English, code and many languages each are a good measure) is cut at
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


def ours(path, pattern, texts, special="text"):
    frames = b"".join(struct.pack("<I", len(b)) + b for b in (text.encode() for text in texts))
    output = subprocess.run([PROGRAM, "ids", path, pattern, special], input=frames, stdout=subprocess.PIPE, check=True).stdout
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


def around(names):
    """Added tokens between white space, letters and each other."""
    between = ["", " ", "  ", "\n", " \n ", "\t", "\u00a0", "a", "1", "!", "'s", "世", "a ", " a"]
    chosen = names if len(names) <= 24 else names[:12] + names[-12:]
    for name in chosen:
        yield from (left + name + right for left in between for right in between)
        yield from (name + gap + other for other in chosen for gap in ("", " ", "\n"))


def compare_added(name, path, pattern):
    encode, names = known.added(name, path)
    texts = list(around(names))
    pairs = zip(texts, encode(texts), ours(path, pattern, texts, "parse"), strict=True)
    return [(text, expected, found) for text, expected, found in pairs if expected != found], len(texts)


def compare_parts(path, pattern, files):
    """Two threads, and a file read in parts of several sizes, against the whole text."""
    return not files or subprocess.run([PROGRAM, "parts", path, pattern, *files], check=False).returncode == 0


def compare_llama(folder):
    """llama.cpp's own inputs and outputs, for the vocabularies whose pre-tokenizer is one we know."""
    agrees = True
    for file in sorted(pathlib.Path(folder).glob("*.gguf.inp")):
        texts = file.read_bytes().decode().split("\n__ggml_vocab_test__\n")
        lines = file.with_suffix(".out").read_text().split("\n")
        expected = [[int(i) for i in line.split()] for line in lines][: len(texts)]
        try:
            found = list(ours(file.with_suffix(""), "-", texts))
        except subprocess.CalledProcessError:
            print(f"{file.name}: refused")
            continue
        different = sum(a != b for a, b in zip(found, expected, strict=True))
        agrees &= not different
        print(f"{file.name}: {len(texts)} texts, {different} differences", flush=True)
    return agrees


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
    added, added_count = compare_added(name, path, pattern)
    different += added
    print(f"{name}: {len(texts) + added_count} texts, {count} tokens, {len(different)} differences", flush=True)
    for text, expected, found in different[:5]:
        print(f"  {text[:60]!r}: {found[:10]} and {expected[:10]} is expected")
    return not different and compare_parts(path, pattern, files)


parser = argparse.ArgumentParser()
parser.add_argument("names", nargs="*")
parser.add_argument("--corpus", nargs="*", default=[])
parser.add_argument("--llama")
arguments = parser.parse_args()
results = [compare(name, arguments.corpus) for name in arguments.names or ["smollm2", *known.FILES]]
if arguments.llama:
    results.append(compare_llama(arguments.llama))
sys.exit(0 if all(results) else 1)
