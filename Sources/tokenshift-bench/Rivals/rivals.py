"""Times what others compute of one pair of float32 rows against the kernel's full set.

usage: rivals.py [--llama LLAMA-CPP-PYTHON-x.y.z.tar.gz] [--rounds N]

All run in this process, on one thread, and take turns in every round: a ratio is of two times of the same round. Shown
are the median ratio and its quartiles, at the chunk of positions that suits each rival best. Times are processor time.

NumPy and PyTorch give what the kernel gives: both KLs, both entropies, Jensen-Shannon, total variation, both ranks and
the top 20 of both rows. llama.cpp gives one KL of a reference rounded to 16 bits. The archive is llama-cpp-python's
source distribution, which carries llama.cpp. A rival that is not installed is named and left out.
"""

import argparse
import ctypes
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

import llama

VOCABULARY, POSITIONS, TOP, EMITTED = 151_936, 16, 20, 1000
KERNEL = pathlib.Path(__file__).parents[2] / "CDivergence"


def rows():
    generator = np.random.default_rng(1)
    slope = -1.5 * np.log1p(np.arange(VOCABULARY) / 2000)
    reference = 2 * generator.standard_normal((POSITIONS, VOCABULARY)) + slope + 2
    tuned = reference + 0.3 * generator.standard_normal(reference.shape)
    return reference.astype(np.float32), tuned.astype(np.float32)


def address(row):
    return ctypes.c_void_p(row.ctypes.data)


def kernel_measures(folder):
    output = pathlib.Path(folder, "libkernel.so")
    sources = [pathlib.Path(__file__).with_name("kernel_call.c"), *sorted(KERNEL.glob("*.c"))]
    flags = ["-O2", "-fPIC", "-shared", "-I", KERNEL / "include"]
    subprocess.run(["clang", *flags, *sources, "-o", output, "-lm"], check=True)
    library = ctypes.CDLL(output)
    library.kernel_new_room.restype, library.kernel_measure.restype = ctypes.c_void_p, ctypes.c_double
    room = ctypes.c_void_p(library.kernel_new_room(ctypes.c_size_t(VOCABULARY)))
    size = ctypes.c_size_t(VOCABULARY)

    def measures(reference, tuned):
        for r, t in zip(reference, tuned):
            library.kernel_measure(address(r), address(t), size, ctypes.c_size_t(EMITTED), room)

    return measures


def llama_measures(archive, folder):
    passes = llama.library(archive, folder)
    logprobs = np.zeros((POSITIONS, VOCABULARY + 4), np.uint16)

    def base(reference, tuned):
        for r, stored in zip(reference, logprobs):
            passes.base_pass(VOCABULARY, address(r), address(stored), EMITTED)

    def kl(reference, tuned):
        for t, stored in zip(tuned, logprobs):
            passes.kl_pass(VOCABULARY, address(t), address(stored), EMITTED)

    return base, kl


def numpy_measures(reference, tuned):
    from scipy.special import log_softmax

    r, t = log_softmax(reference, axis=-1), log_softmax(tuned, axis=-1)
    p, q = np.exp(r), np.exp(t)
    mixture = np.log((p + q) / 2)
    kl = [(q * (t - r)).sum(-1), (p * (r - t)).sum(-1)]
    entropies = [-(p * r).sum(-1), -(q * t).sum(-1)]
    jensen_shannon = (p * (r - mixture) + q * (t - mixture)).sum(-1) / 2
    variation = np.abs(p - q).sum(-1) / 2
    ranks = [(row > row[:, EMITTED, None]).sum(-1) + 1 for row in (reference, tuned)]
    top = [np.argpartition(-row, TOP, axis=-1)[:, :TOP] for row in (reference, tuned)]
    return kl, entropies, jensen_shannon, variation, ranks, top


def torch_measures(torch):
    def measures(reference, tuned):
        r, t = torch.log_softmax(reference, -1), torch.log_softmax(tuned, -1)
        p, q = r.exp(), t.exp()
        mixture = ((p + q) / 2).log()
        kl = [(q * (t - r)).sum(-1), (p * (r - t)).sum(-1)]
        entropies = [-(p * r).sum(-1), -(q * t).sum(-1)]
        jensen_shannon = (p * (r - mixture) + q * (t - mixture)).sum(-1) / 2
        variation = (p - q).abs().sum(-1) / 2
        ranks = [(row > row[:, EMITTED : EMITTED + 1]).sum(-1) + 1 for row in (reference, tuned)]
        top = [row.topk(TOP, -1).indices for row in (reference, tuned)]
        return kl, entropies, jensen_shannon, variation, ranks, top

    return measures


def over(measures, pair, chunk):
    """One pass over all positions, `chunk` at a time."""

    def run():
        for i in range(0, POSITIONS, chunk):
            measures(pair[0][i : i + chunk], pair[1][i : i + chunk])

    return run


def microseconds(run):
    start = time.process_time()
    run()
    return (time.process_time() - start) / POSITIONS * 1e6


def at_best_chunk(name, measures, pair):
    """The rival under the name of its fastest chunk; the first call of each warms it up."""
    runs = {chunk: over(measures, pair, chunk) for chunk in (1, 4, POSITIONS)}
    for run in runs.values():
        run()
    chunk = min(runs, key=lambda it: min(microseconds(runs[it]) for _ in range(3)))
    return f"{name}, {chunk} at a time", runs[chunk]


def rivals(arguments, pair, folder):
    if arguments.llama:
        base, kl = (over(it, pair, POSITIONS) for it in llama_measures(arguments.llama, folder))
        yield "llama.cpp, base pass", base
        yield "llama.cpp, KL pass", kl
    try:
        import scipy

        name = f"NumPy {np.__version__}, SciPy {scipy.__version__}"
        yield at_best_chunk(name, numpy_measures, pair)
    except ImportError:
        print("SciPy is not installed", file=sys.stderr)
    try:
        import torch
    except ImportError:
        print("PyTorch is not installed", file=sys.stderr)
        return
    torch.set_num_threads(1)
    tensors = [torch.from_numpy(it) for it in pair]
    yield at_best_chunk(f"PyTorch {torch.__version__}, eager", torch_measures(torch), tensors)
    yield at_best_chunk("PyTorch, compiled", torch.compile(torch_measures(torch)), tensors)


def row(name, times, ours):
    ratios = sorted(other / own for other, own in zip(times, ours))
    low, middle, high = statistics.quantiles(ratios, n=4)
    return f"{name:40} {statistics.median(times):12.0f} {middle:8.2f}  ({low:.2f} … {high:.2f})"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--llama")
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    pair = rows()
    with tempfile.TemporaryDirectory() as folder:
        subjects = {"tokenshift, full set": over(kernel_measures(folder), pair, POSITIONS)}
        subjects |= dict(rivals(arguments, pair, folder))
        times = {name: [] for name in subjects}
        for _ in range(arguments.rounds):
            for name, run in subjects.items():
                times[name].append(microseconds(run))
    ours = next(iter(times.values()))
    print(f"{'':40} {'µs/position':>12} {'× ours':>8}  (quartiles)")
    for name in subjects:
        print(row(name, times[name], ours))


main()
