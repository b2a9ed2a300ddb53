"""Writes what the reference tokenizers say about hard texts, for the tests to compare with.

    pip install tokenizers==0.23.3 tiktoken==0.14.0
    python make_fixtures.py          # rewrites smollm2.json, pieces.json and ranks.json beside this file
"""

import base64
import itertools
import json
import pathlib

import tiktoken
import tokenizers
from tokenizers import Regex, pre_tokenizers

HERE = pathlib.Path(__file__).parent
SAMPLE = HERE.parents[2] / "samples/vocabulary/tokenizer.json"
VERSIONS = f"tokenizers {tokenizers.__version__}, tiktoken {tiktoken.__version__}"

ALPHABET = [" ", "\n", "a", "1", "!", "\0", "世", "\u00a0", "\t", "'"]

TEXTS = [
    "", " ", "  ", "   ", "\n", "\n\n", "\r\n", " \n ", "a\n\n b", "a  \n\n   b", "\t\tx", "x\u3000y", "\u0085 a",
    "\u180e\u200b\u001c\ufeff x", "Hello, world!", "it's IT'S we'll WE'LL they'VE I'd 'ſ it'ſ it'S'", "''s '' 's'",
    "1234567890", "12 345 6789", "٣٤٥٦ ½ ⅷ ²³", "naïve café", "cafe\u0301 e\u0301\u0301", "नमस्ते दुनिया", "ภาษาไทย",
    "日本語のテキスト、漢字かな交じり。", "한국어 텍스트", "العربية", "עברית", "Ǆ ǅ ǆ ʰ ª º", "ABCdef ABCDef aBC McDonald HTTPServer",
    "👩‍👩‍👧‍👦 🇩🇪 🏳️‍🌈", "\u202eabc\u202c", "a\0b\u0001\u001b[31m", "https://a.b/c?d=e&f=g#h", "foo_bar.baz(x) -> y; // z\n",
    "def f(x):\n    return x ** 2  # ok\n\n\n", "<|endoftext|>", "a <|im_start|> b<|im_end|>\n<|im_start", "<|im_start|><|im_start|>",
    "$100.00 €5 £3", "…—–‘’“”", "\U0001d400\U0001d7d8", "\U000e0001", "\ufffd\ufffe\uffff", "0" * 17, "x" * 300, " " * 90 + "a",
    "!" * 40 + "\n\n", "/\n/ a//\r\n", "a" + "\u0301" * 40, "\u0345", "ᾳ ſ K Å", "ꙮ ꙰", "𐐀𐐨", "ʕ ʔ",
]  # fmt: skip

CONTRACTION = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
TAIL = r"\s*[\r\n]+|\s+(?!\S)|\s+"
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
BEFORE = r"[^\r\n\p{L}\p{N}]?"


def cased(suffix, without=""):
    upper, lower = UPPER[:-1] + without + "]", LOWER[:-1] + without + "]"
    return rf"{BEFORE}{upper}*{lower}+{suffix}|{BEFORE}{upper}+{lower}*{suffix}"


NOT_HAN = r"&&[^\p{Han}]"
PATTERNS = {
    "gpt2": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "cl100k": rf"{CONTRACTION}|{BEFORE}\p{{L}}+|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{TAIL}",
    "qwen2": rf"{CONTRACTION}|{BEFORE}\p{{L}}+|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{TAIL}",
    "qwen3.5": rf"{CONTRACTION}|{BEFORE}[\p{{L}}\p{{M}}]+|\p{{N}}| ?[^\s\p{{L}}\p{{M}}\p{{N}}]+[\r\n]*|{TAIL}",
    "o200k": rf"{cased(CONTRACTION + '?')}|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{TAIL}",
    "kimi": rf"[\p{{Han}}]+|{cased(CONTRACTION + '?', NOT_HAN)}|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{TAIL}",
    "tekken": rf"{cased('')}|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{TAIL}",
}
DEEPSEEK = [
    r"\p{N}{1,3}",
    r"[一-龥぀-ゟ゠-ヿ]+",
    r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
    rf"| ?[\p{{P}}\p{{S}}]+[\r\n]*|{TAIL}",
]


def sweep(length):
    return ["".join(letters) for letters in itertools.product(ALPHABET, repeat=length)]


def write(name, **content):
    text = json.dumps({"madeBy": VERSIONS, **content}, ensure_ascii=False, separators=(",", ":"))
    (HERE / name).write_text(text.replace("],[\"", "],\n[\"") + "\n", encoding="utf-8", newline="")


def smollm2():
    tokenizer = tokenizers.Tokenizer.from_file(str(SAMPLE))
    parsed = [[text, tokenizer.encode(text).ids] for text in TEXTS + sweep(3)]
    tokenizer.encode_special_tokens = True
    plain = [[text, tokenizer.encode(text).ids] for text in TEXTS if "<|" in text]
    write("smollm2.json", parsed=parsed, plain=plain)


def pieces():
    """The lengths in bytes of the pieces of every text, by pattern."""
    cutters = {name: [pattern] for name, pattern in PATTERNS.items()} | {"deepseek-v3": DEEPSEEK}
    result = {}
    for name, patterns in cutters.items():
        split = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(p), "isolated") for p in patterns])
        cut = lambda text: [len(piece.encode()) for piece, _ in split.pre_tokenize_str(text)]
        result[name] = [[text, cut(text)] for text in TEXTS + sweep(3)]
    write("pieces.json", patterns=result)


def small_ranks():
    """Every byte, and 400 merges learnt from the texts above."""
    words = [[bytes([b]) for b in text.encode()] for text in TEXTS for _ in range(2)]
    tokens = [bytes([b]) for b in range(256)]
    while len(tokens) < 656:
        counts = {}
        for word in words:
            for pair in zip(word, word[1:]):
                counts[pair] = counts.get(pair, 0) + 1
        pair = max(counts, key=lambda p: (counts[p], p))
        merged = pair[0] + pair[1]
        if merged not in tokens:
            tokens.append(merged)
        for place, word in enumerate(words):
            new = []
            for symbol in word:
                if new and (new[-1], symbol) == pair:
                    new[-1] = merged
                else:
                    new.append(symbol)
            words[place] = new
    return {token: rank for rank, token in enumerate(tokens)}


def ranks():
    ranks = small_ranks()
    lines = [base64.b64encode(token).decode() + f" {rank}\n" for token, rank in ranks.items()]
    (HERE / "small.tiktoken").write_text("".join(lines))
    result = {}
    for name, pattern in PATTERNS.items():
        encoding = tiktoken.Encoding(name, pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
        result[name] = [[text, encoding.encode_ordinary(text)] for text in TEXTS]
    write("ranks.json", patterns=result)


smollm2()
pieces()
ranks()
