#!/bin/sh
# Reading JSONL beside simdjson on-demand and orjson, one thread each, in turns:
#
#   reading.sh TOKENSHIFT-BENCH TOKENSHIFT STUDY.yaml FILE…
#
# FILE… are the JSONL files of the study; repeat.py beside this makes them as large as wanted. Wants a C++ compiler,
# libsimdjson-dev, and orjson (PYTHON names the Python).
# Prints megabytes per second: reading alone, simdjson walking, orjson parsing, a whole batch of the study.
set -eu
bench=$1 program=$2 study=$3
shift 3
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
python=${PYTHON:-python3}
# What a wrapper around Python used before it is no part of the time.
processor_time='import resource, subprocess, sys
def used():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
before = used()
subprocess.run(sys.argv[1:], check=True, capture_output=True)
print(used() - before)'
c++ -O3 -march=native "$here/walk.cpp" -lsimdjson -o "$work/walk"
for round in 1 2 3 4 5; do
  "$bench" --reading 3 "$@" >>"$work/reading" 2>/dev/null
  "$work/walk" 3 "$@" >>"$work/simdjson" 2>/dev/null
  "$python" "$here/parse.py" 3 "$@" >>"$work/orjson"
  rm -f "$work/index.sqlite"
  "$python" -c "$processor_time" "$program" batch "$study" --index "$work/index.sqlite" --jobs 1 >>"$work/batch"
done
bytes=$(cat "$@" | wc -c)
for name in reading simdjson orjson batch; do
  sort -n "$work/$name" | awk -v name="$name" -v bytes="$bytes" \
    '{ t[NR] = $1 } END { printf "%-9s %7.0f MB/s\n", name, bytes / t[int((NR + 1) / 2)] / 1e6 }'
done
