"""Compares our ids with the references' on everything that has ever been hard. Any difference is a failure.

    swift build -c release --product tokenize-bench
    python test_vocabularies.py [NAME…] [--corpus FILE…] [--llama FOLDER]

FOLDER holds llama.cpp's models/ggml-vocab-*.gguf with their .inp and .out, as the source package of
llama-cpp-python has them in vendor/llama.cpp/models. Each text of a corpus (UTF-8; 20 MB of English, code and many
languages each are a good measure) is cut at several offsets.

The texts go through in portions of 16 MB, so memory stays below 2 GB. What the references said is kept as a hash per
text in .build/vocabularies/references: a run that was stopped goes on where it was, and the next run, after a change
of ours, takes seconds per vocabulary instead of minutes.
"""

import argparse
import array
import hashlib
import importlib.metadata
import importlib.util
import itertools
import pathlib
import struct
import subprocess
import sys
import tempfile

import vocabularies as known

PROGRAM = known.ROOT / ".build/release/tokenize-bench"
KEPT = known.FOLDER / "references"
ALPHABET = [" ", "\n", "a", "1", "!", "\0", "世", "\u00a0", "\t", "'"]
PORTION = 16_000_000
DIGEST = 8


def digest(ids):
    return hashlib.blake2b(ids, digest_size=DIGEST).digest()


def answers(path, pattern, texts, special="text"):
    """Our ids of every text, as bytes."""
    frames = b"".join(struct.pack("<I", len(b)) + b for b in (text.encode() for text in texts))
    command = [PROGRAM, "ids", path, pattern, special]
    output = subprocess.run(command, input=frames, stdout=subprocess.PIPE, check=True).stdout
    place = 0
    while place < len(output):
        (count,) = struct.unpack_from("<I", output, place)
        yield output[place + 4 : place + 4 + 4 * count]
        place += 4 + 4 * count


def ours(path, pattern, texts, special="text"):
    return [list(array.array("i", ids)) for ids in answers(path, pattern, texts, special)]


def portions(texts):
    """The texts in lists of about PORTION bytes."""
    portion, size = [], 0
    for text in texts:
        portion.append(text)
        size += len(text.encode()) + 4
        if size >= PORTION:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def expected_digests(encode, key, texts):
    """A hash of the reference's ids per text, worked out once for a vocabulary, its reference and these texts."""
    contents = hashlib.blake2b(key.encode(), digest_size=16)
    for text in texts:
        contents.update(text.encode() + b"\xff")
    kept = KEPT / contents.hexdigest()
    if not kept.exists():
        parts = []
        for start in range(0, len(texts), 256):
            parts += [digest(array.array("i", ids).tobytes()) for ids in encode(texts[start : start + 256])]
        KEPT.mkdir(parents=True, exist_ok=True)
        unfinished = kept.with_suffix(".unfinished")
        unfinished.write_bytes(b"".join(parts))
        unfinished.rename(kept)
    digests = kept.read_bytes()
    return [digests[start : start + DIGEST] for start in range(0, len(digests), DIGEST)]


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
    """Two threads, and a file read in parts of several sizes, against the whole text.

    A SentencePiece text is one piece and never parted: all of it is merged fifteen times to see that, and a megabyte
    shows as much as twenty, in seconds instead of ten minutes.
    """
    if not files:
        return True
    with tempfile.TemporaryDirectory() as folder:
        if path.suffix == ".model":
            files = [shortened(file, folder) for file in files]
        return subprocess.run([PROGRAM, "parts", path, pattern, *files], check=False).returncode == 0


def shortened(file, folder):
    """The first megabyte of a file, to the end of a line."""
    data = pathlib.Path(file).read_bytes()[:1_000_000]
    copy = pathlib.Path(folder) / pathlib.Path(file).name
    copy.write_bytes(data[: data.rfind(b"\n") + 1])
    return copy


def compare_llama(folder):
    """llama.cpp's own inputs and outputs, for the vocabularies whose pre-tokenizer is one we know."""
    agrees = True
    for file in sorted(pathlib.Path(folder).glob("*.gguf.inp")):
        texts = file.read_bytes().decode().split("\n__ggml_vocab_test__\n")
        lines = file.with_suffix(".out").read_text().split("\n")
        expected = [[int(i) for i in line.split()] for line in lines][: len(texts)]
        try:
            found = ours(file.with_suffix(""), "-", texts)
        except subprocess.CalledProcessError:
            print(f"{file.name}: refused")
            continue
        different = sum(a != b for a, b in zip(found, expected, strict=True))
        agrees &= not different
        print(f"{file.name}: {len(texts)} texts, {different} differences", flush=True)
    return agrees


def versions():
    packages = [package for package in ("tiktoken", "tokenizers", "sentencepiece") if importlib.util.find_spec(package)]
    return [f"{package} {importlib.metadata.version(package)}" for package in packages]


def compare(name, files):
    encode, vocabulary = known.reference(name)
    path = known.SAMPLE if name == "smollm2" else known.fetch(name)
    pattern = "-" if name == "smollm2" else known.FILES[name][3]
    key = " ".join([pattern, hashlib.sha256(path.read_bytes()).hexdigest(), *versions()])
    texts = itertools.chain(sweeps(), code_points(), tokens(vocabulary), corpora(files))
    if path.suffix == ".model":
        texts = (text for text in texts if text and "\0" not in text)  # SentencePiece ends a text there.
    count, size, different = 0, 0, []
    for portion in portions(texts):
        pairs = zip(portion, expected_digests(encode, key, portion), answers(path, pattern, portion), strict=True)
        for text, expected, found in pairs:
            count += 1
            size += len(found) // 4
            if digest(found) != expected:
                different.append((text, encode([text])[0], list(array.array("i", found))))
    added, added_count = compare_added(name, path, pattern)
    different += added
    print(f"{name}: {count + added_count} texts, {size} tokens, {len(different)} differences", flush=True)
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
