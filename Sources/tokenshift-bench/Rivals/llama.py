"""llama.cpp's own KL routine, cut out of its source and compiled as it ships."""

import ctypes
import pathlib
import subprocess
import tarfile

# What stands between these marks of tools/perplexity/perplexity.cpp: no function that needs a model.
CUTS = [
    ("struct results_log_softmax", "static void process_logits("),
    ("struct kl_divergence_result", "static void process_logits(int n_vocab, const float * logits, const int * tokens"),
]
HEAD = "#include <algorithm>\n#include <cmath>\n#include <cstdint>\n#include <cstring>\n#include <utility>\n#include <vector>\n"
CALLS = """
extern "C" void base_pass(int n, const float *logits, uint16_t *logprobs, int token) {
  log_softmax(n, logits, logprobs, token);
}
extern "C" double kl_pass(int n, const float *logits, const uint16_t *logprobs, int token) {
  kl_divergence_result it;
  log_softmax(n, logits, logprobs, token, it);
  return it.sum_kld;
}
"""


def source(archive):
    with tarfile.open(archive) as files:
        name = next(it for it in files.getnames() if it.endswith("tools/perplexity/perplexity.cpp"))
        text = files.extractfile(name).read().decode()
    parts = [text[(start := text.index(first)) : text.index(last, start)] for first, last in CUTS]
    return HEAD + "".join(parts) + CALLS


def library(archive, folder):
    """The two passes, compiled with the flags of llama.cpp's release build."""
    code, output = pathlib.Path(folder, "llama.cpp"), pathlib.Path(folder, "libllama-kl.so")
    code.write_text(source(archive))
    flags = ["-O3", "-DNDEBUG", "-std=gnu++17", "-fPIC", "-shared", "-w"]
    subprocess.run(["c++", *flags, code, "-o", output], check=True)
    passes = ctypes.CDLL(output)
    passes.kl_pass.restype = ctypes.c_double
    return passes
