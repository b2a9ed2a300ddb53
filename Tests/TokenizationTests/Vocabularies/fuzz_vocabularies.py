"""Whole vocabularies for as long as they are let: random bytes come back, and time grows as the text does.

    pip install tiktoken==0.14.0
    swift build -c release --product tokenize-bench
    python fuzz_vocabularies.py [NAME…] [--seconds SECONDS] [--seed SEED]

SECONDS, 75 where nothing is said, are those of each of the byte-level vocabularies; a text that does not come back is
printed with the seed that makes it. Then a megabyte of one thing again and again, and half of one, are encoded: the
whole must not take more than three times as long, where it takes long enough to say.
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


def grows_as_the_text_does(name):
    found = run("growth", name, MEGABYTE)
    agrees = found.returncode == 0
    slowest = ("nothing", 0.0, 0.0)
    for line in found.stdout.splitlines():
        unit, _, rest = line.rpartition(" s, ")
        unit, seconds = unit.rsplit(" ", 1)
        row = (unit, float(seconds), float(rest.split()[0]))
        slowest = max(slowest, row, key=lambda row: row[1])
        if row[1] > LEAST_SECONDS and row[2] > MOST:
            print(f"{name}: a megabyte of one {unit} takes {row[2]:.1f} times as long as half of it", flush=True)
            agrees = False
    print(f"{name}: slowest is {slowest[0]}, {slowest[1]:.2f} s, {slowest[2]:.1f} times half of it", flush=True)
    return agrees


parser = argparse.ArgumentParser()
parser.add_argument("names", nargs="*")
parser.add_argument("--seconds", type=float, default=75)
parser.add_argument("--seed", type=int, default=1)
arguments = parser.parse_args()
results = []
for name in arguments.names or BYTES:
    results += [comes_back(name, arguments.seconds, arguments.seed), grows_as_the_text_does(name)]
sys.exit(0 if all(results) else 1)
