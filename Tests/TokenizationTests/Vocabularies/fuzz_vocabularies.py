"""Whole vocabularies for as long as they are let: random bytes come back, and time grows as the text does.

    pip install tiktoken==0.14.0
    swift build -c release --product tokenize-bench
    python fuzz_vocabularies.py [NAME…] [--seconds SECONDS] [--seed SEED]

SECONDS, 75 where nothing is said, are those of each of the byte-level vocabularies; a text that does not come back is
printed with the seed that makes it. Then a megabyte of one thing again and again, and half of one, are encoded: the
whole must not take more than three times as long, where it takes long enough to say, in three runs of three.
"""

import argparse
import subprocess
import sys

import vocabularies as known

PROGRAM = known.ROOT / ".build/release/tokenize-bench"
# Those that neither rewrite the text nor merge characters.
BYTES = ["cl100k", "o200k", "gpt2", "kimi", "qwen", "qwen3.5", "llama3", "llama4", "deepseek", "tekken"]
MEGABYTE = 1_000_000
MOST, LEAST_SECONDS = 3, 0.02


def run(command, name, *numbers):
    path = known.fetch(name)
    arguments = [PROGRAM, command, path, known.FILES[name][3], *map(str, numbers)]
    return subprocess.run(arguments, stdout=subprocess.PIPE, text=True, check=False)


def comes_back(name, seconds, seed):
    found = run("fuzz", name, seconds, seed)
    print(f"{name}: {found.stdout.strip()}", flush=True)
    return found.returncode == 0


def growths(name):
    """What is repeated, the seconds that a megabyte of it takes, and how many times those of half of it."""
    found = run("growth", name, MEGABYTE)
    for line in found.stdout.splitlines():
        unit, _, ratio = line.partition(" s, ")
        unit, seconds = unit.rsplit(" ", 1)
        yield unit, float(seconds), float(ratio.split()[0])


def grows_as_the_text_does(name):
    rows = list(growths(name))
    large = {unit for unit, seconds, ratio in rows if seconds > LEAST_SECONDS and ratio > MOST}
    # Other load is not there every time; what grows faster than the text is.
    for _ in range(2):
        if large:
            large &= {unit for unit, _, ratio in growths(name) if ratio > MOST}
    for unit in sorted(large):
        print(f"{name}: a megabyte of one {unit} takes more than {MOST} times as long as half of it, three times over")
    unit, seconds, ratio = max(rows, key=lambda row: row[1])
    print(f"{name}: slowest is {unit}, {seconds:.2f} s, {ratio:.1f} times half of it", flush=True)
    return not large


parser = argparse.ArgumentParser()
parser.add_argument("names", nargs="*")
parser.add_argument("--seconds", type=float, default=75)
parser.add_argument("--seed", type=int, default=1)
arguments = parser.parse_args()
results = []
for name in arguments.names or BYTES:
    results += [comes_back(name, arguments.seconds, arguments.seed), grows_as_the_text_does(name)]
sys.exit(0 if all(results) else 1)
