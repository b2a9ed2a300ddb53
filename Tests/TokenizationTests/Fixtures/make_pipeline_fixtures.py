"""Writes what tokenizers 0.23.3 makes of small tokenizers that use one part of tokenizer.json each.

    pip install tokenizers==0.23.3
    python make_pipeline_fixtures.py          # rewrites pipelines.json beside this file
"""

import json
import pathlib

import tokenizers

HERE = pathlib.Path(__file__).parent
SPACE = "▁"
TEXTS = [
    "", " ", "hello world", "  hello   world ", "a1b22 333", "Hello, World! (ok)", "x\ny\n\nz", "éàü e\u0301 ﬁ Å ①",
    "<x> a<x>b <x>", "ab <y> cd <y>", "İSTANBUL ǅ ẞ", "한국 각 \u1112\u1161\u11ab", "▁a ▁▁b", "世界 unk☃☃ a☃", "a <z>b c<z> <z>d", "q̣̇ q̣̇", "\u0344\u0f73 \u212b \u2126",
]  # fmt: skip


def byte_alphabet():
    own = [*range(33, 127), *range(161, 173), *range(174, 256)]
    points, extra = {b: b for b in own}, 256
    for b in range(256):
        if b not in points:
            points[b] = extra
            extra += 1
    return [chr(points[b]) for b in range(256)]


def added(token, id, **flags):
    base = dict(single_word=False, lstrip=False, rstrip=False, normalized=False, special=False)
    return dict(id=id, content=token, **(base | flags))


def byte_model(**options):
    vocab = {c: i for i, c in enumerate(byte_alphabet())}
    merges = ["h e", "l l", "he ll", "hell o", "Ġ w", "Ġ Ġ", "o r", "Ġ a", "1 b", "2 2", "3 3"]
    for merge in merges:
        vocab.setdefault(merge.replace(" ", ""), len(vocab))
    vocab |= {"world": len(vocab)}
    return dict(type="BPE", vocab=vocab, merges=merges, **options)


def character_model(fallback, **options):
    vocab = {"<unk>": 0}
    if fallback:
        vocab |= {f"<0x{b:02X}>": len(vocab) + b for b in range(256)}
    for c in SPACE + "abcdehloruwx123!,H W世界é":
        vocab.setdefault(c, len(vocab))
    merges = [["h", "e"], ["l", "l"], ["he", "ll"], ["hell", "o"], [SPACE, "w"], [SPACE, SPACE], [SPACE, "hello"], ["o", "r"]]
    for left, right in merges:
        vocab.setdefault(left + right, len(vocab))
    return dict(type="BPE", vocab=vocab, merges=merges, unk_token="<unk>", byte_fallback=fallback, **options)


BYTES = dict(type="ByteLevel", add_prefix_space=False, trim_offsets=True, use_regex=False)
GPT2 = BYTES | dict(use_regex=True)


def split(pattern, behavior, invert=False):
    key = "Regex" if pattern.startswith("/") else "String"
    return dict(type="Split", pattern={key: pattern.lstrip("/")}, behavior=behavior, invert=invert)


def sequence(*parts):
    return dict(type="Sequence", pretokenizers=list(parts))


def normalizers(*parts):
    return dict(type="Sequence", normalizers=list(parts))


def configurations():
    for form in ("NFC", "NFD", "NFKC", "NFKD", "Lowercase"):
        yield form, dict(normalizer=dict(type=form), pre_tokenizer=GPT2, model=byte_model())
    yield "prefix space", dict(pre_tokenizer=GPT2 | dict(add_prefix_space=True), model=byte_model())
    yield "digits", dict(pre_tokenizer=sequence(dict(type="Digits", individual_digits=True), GPT2), model=byte_model())
    yield "digit runs", dict(pre_tokenizer=sequence(dict(type="Digits", individual_digits=False), BYTES), model=byte_model())
    yield "ignore merges", dict(pre_tokenizer=sequence(dict(type="Whitespace"), BYTES), model=byte_model(ignore_merges=True))
    for behavior in ("Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"):
        kind = behavior
        yield f"split {behavior}", dict(pre_tokenizer=sequence(split("l", kind), BYTES), model=byte_model())
        yield f"regex {behavior}", dict(pre_tokenizer=sequence(split(r"/[\s,]", kind), BYTES), model=byte_model())
        yield f"inverted {behavior}", dict(pre_tokenizer=sequence(split(r"/\w+", kind, True), BYTES), model=byte_model())
        yield f"punctuation {behavior}", dict(
            pre_tokenizer=sequence(dict(type="Punctuation", behavior=kind), BYTES), model=byte_model())
    yield "whitespace split", dict(pre_tokenizer=sequence(dict(type="WhitespaceSplit"), BYTES), model=byte_model())
    llama = normalizers(dict(type="Prepend", prepend=SPACE), dict(type="Replace", pattern={"String": " "}, content=SPACE))
    yield "llama", dict(normalizer=llama, model=character_model(True, fuse_unk=True))
    yield "llama without bytes", dict(normalizer=llama, model=character_model(False, fuse_unk=True))
    yield "unknown apart", dict(normalizer=llama, model=character_model(False, fuse_unk=False))
    yield "replace regex", dict(
        normalizer=dict(type="Replace", pattern={"Regex": r" {2,}"}, content=" "), pre_tokenizer=GPT2, model=byte_model())
    yield "strip", dict(normalizer=dict(type="Strip", strip_left=True, strip_right=True), pre_tokenizer=GPT2, model=byte_model())
    for scheme in ("always", "first", "never"):
        for cuts in (True, False):
            space = dict(type="Metaspace", replacement=SPACE, prepend_scheme=scheme, split=cuts)
            yield f"metaspace {scheme} {cuts}", dict(pre_tokenizer=space, model=character_model(True))
    flags = [added("<x>", 900, lstrip=True), added("<y>", 901, rstrip=True, special=True), added("<z>", 902, single_word=True)]
    yield "added", dict(added_tokens=flags, pre_tokenizer=GPT2, model=byte_model())
    flags = [added("É", 900, normalized=True), added("hello", 901, normalized=True), added("ell", 902)]
    yield "normalized", dict(
        added_tokens=flags, normalizer=dict(type="Lowercase"), pre_tokenizer=GPT2, model=byte_model())


def main():
    cases = []
    for name, parts in configurations():
        parts = dict(version="1.0", truncation=None, padding=None, added_tokens=[], normalizer=None,
                     pre_tokenizer=None, post_processor=None, decoder=None) | parts
        for token in parts["added_tokens"]:
            token["id"] = len(parts["model"]["vocab"]) + token["id"] - 900
        tokenizer = tokenizers.Tokenizer.from_str(json.dumps(parts))
        texts = [[text, tokenizer.encode(text, add_special_tokens=False).ids] for text in TEXTS]
        cases.append(dict(name=name, tokenizer=parts, texts=texts))
    content = dict(madeBy=f"tokenizers {tokenizers.__version__}", cases=cases)
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace('{"name"', '\n{"name"')
    (HERE / "pipelines.json").write_text(text + "\n", encoding="utf-8", newline="")


main()
