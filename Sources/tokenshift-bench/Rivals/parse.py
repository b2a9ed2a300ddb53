"""Parses every line of JSONL files with orjson and does nothing else: the processor time of each round in seconds.

python3 parse.py ROUNDS FILE…
"""

import sys
import time

import orjson

texts = [open(path, "rb").read().splitlines() for path in sys.argv[2:]]
for _ in range(int(sys.argv[1])):
    start = time.thread_time()
    for lines in texts:
        for line in lines:
            orjson.loads(line)
    print(time.thread_time() - start)
