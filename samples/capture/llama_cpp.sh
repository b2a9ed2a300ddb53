#!/bin/sh
# Keeps every logprob of a corpus with llama.cpp: sh llama_cpp.sh MODEL.gguf CORPUS.txt OUT.kld
#
# Run it on the same corpus with each model. Only the second half of each chunk is kept, and what lies 16 nats below
# the most probable token is kept as a floor. Check the size of OUT: a full disk is not noticed.
set -eu
llama-perplexity -m "$1" -f "$2" -c 512 --chunks 50 --save-all-logits "$3"
