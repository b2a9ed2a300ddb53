#!/bin/sh
# Keeps every logprob of a corpus with llama.cpp: sh llama_cpp.sh MODEL.gguf CORPUS.txt OUT.kld
#
# Run it on the same corpus with each model. Only the second half of each chunk is kept, and what lies 16 nats below
# the most probable token is kept as a floor. The text is taken as it is: the marks of a chat are letters like others.
# llama-server gives logprobs only of what it wrote itself, so that finished texts are scored here. llama.cpp of
# October 2026 (llama-cpp-python 0.3.36).
set -eu
context=512
llama-perplexity -m "$1" -f "$2" -c $context --chunks 50 --save-all-logits "$3"

# It ends as if all were well where the disk is full, and where the corpus has less than twice so many tokens.
set -- "$3" $(od -A n -t d4 -j 8 -N 12 "$3")
found=$(($(wc -c < "$1")))
if [ $# -ne 4 ]; then
  echo "$1: $found bytes hold no chunk. The corpus must have at least $((2 * context)) tokens." >&2
  exit 1
fi
expected=$((20 + 4 * $4 * $2 + $4 * ($2 - 1 - $2 / 2) * 2 * (2 * (($3 + 1) / 2) + 4)))
if [ "$found" -ne "$expected" ]; then
  echo "$1: the file has $found bytes, but must have $expected. Is the disk full?" >&2
  exit 1
fi
