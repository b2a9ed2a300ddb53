"""Times what others compute of one pair of float32 rows against the kernel's full set.

usage: rivals.py PATH-TO-TOKENSHIFT-BENCH

Every rival gives both KLs, both entropies, Jensen-Shannon, total variation, both ranks and the top 20 of both rows, on
one thread, at the chunk of positions that suits it best. Times are processor time. A rival that is not installed is
named and left out.
"""

import json
import subprocess
import sys
import time

import numpy as np

VOCABULARY, POSITIONS, ROUNDS, TOP = 151_936, 16, 5, 20


def rows():
    generator = np.random.default_rng(1)
    slope = -1.5 * np.log1p(np.arange(VOCABULARY) / 2000)
    reference = 2 * generator.standard_normal((POSITIONS, VOCABULARY)) + slope + 2
    tuned = reference + 0.3 * generator.standard_normal(reference.shape)
    return reference.astype(np.float32), tuned.astype(np.float32)


def numpy_measures(reference, tuned, emitted):
    from scipy.special import log_softmax

    r, t = log_softmax(reference, axis=-1), log_softmax(tuned, axis=-1)
    p, q = np.exp(r), np.exp(t)
    mixture = np.log((p + q) / 2)
    kl = [(q * (t - r)).sum(-1), (p * (r - t)).sum(-1)]
    entropies = [-(p * r).sum(-1), -(q * t).sum(-1)]
    jensen_shannon = (p * (r - mixture) + q * (t - mixture)).sum(-1) / 2
    variation = np.abs(p - q).sum(-1) / 2
    ranks = [(row > row[:, emitted, None]).sum(-1) + 1 for row in (reference, tuned)]
    top = [np.argpartition(-row, TOP, axis=-1)[:, :TOP] for row in (reference, tuned)]
    return kl, entropies, jensen_shannon, variation, ranks, top


def torch_measures(torch):
    def measures(reference, tuned, emitted):
        r, t = torch.log_softmax(reference, -1), torch.log_softmax(tuned, -1)
        p, q = r.exp(), t.exp()
        mixture = ((p + q) / 2).log()
        kl = [(q * (t - r)).sum(-1), (p * (r - t)).sum(-1)]
        entropies = [-(p * r).sum(-1), -(q * t).sum(-1)]
        jensen_shannon = (p * (r - mixture) + q * (t - mixture)).sum(-1) / 2
        variation = (p - q).abs().sum(-1) / 2
        ranks = [(row > row[:, emitted : emitted + 1]).sum(-1) + 1 for row in (reference, tuned)]
        top = [row.topk(TOP, -1).indices for row in (reference, tuned)]
        return kl, entropies, jensen_shannon, variation, ranks, top

    return measures


def best_time(measures, reference, tuned):
    """The least processor time of a position in microseconds, and the chunk it was reached with."""
    best = (float("inf"), 0)
    for chunk in (1, 4, POSITIONS):
        measures(reference[:chunk], tuned[:chunk], 1000)
        for _ in range(ROUNDS):
            start = time.process_time()
            for i in range(0, POSITIONS, chunk):
                measures(reference[i : i + chunk], tuned[i : i + chunk], 1000)
            best = min(best, ((time.process_time() - start) / POSITIONS * 1e6, chunk))
    return best


def rivals(reference, tuned):
    try:
        import scipy

        yield f"NumPy {np.__version__}, SciPy {scipy.__version__}", best_time(numpy_measures, reference, tuned)
    except ImportError:
        print("SciPy is not installed", file=sys.stderr)
    try:
        import torch
    except ImportError:
        print("PyTorch is not installed", file=sys.stderr)
        return
    torch.set_num_threads(1)
    pair = torch.from_numpy(reference), torch.from_numpy(tuned)
    with torch.inference_mode():
        yield f"PyTorch {torch.__version__}, eager", best_time(torch_measures(torch), *pair)
        yield "PyTorch, compiled", best_time(torch.compile(torch_measures(torch)), *pair)


def main():
    arguments = [sys.argv[1], "--format", "json", "--rounds", "5", "--positions", "24"]
    comparisons = json.loads(subprocess.run(arguments, check=True, capture_output=True).stdout)
    ours = next(it["ours"] for it in comparisons if it["name"] == "full f32 / sum f32")
    print(f"{'':40} {'µs/position':>12} {'× ours':>8}")
    print(f"{'tokenshift, full set':40} {ours:12.0f} {1:8.1f}")
    for name, (microseconds, chunk) in rivals(*rows()):
        print(f"{f'{name}, {chunk} at a time':40} {microseconds:12.0f} {microseconds / ours:8.1f}")


main()
