# make demo        build, measure samples/, print what SFT moved and what RL moved
# make test        build and run all tests
# make lint        formatting and imports; warnings are errors
# make format      rewrite the sources in the house format
# make golden      rewrite the golden texts; read the diff before you commit it
# make fixtures    regenerate expectations with NumPy, tiktoken, tokenizers (needs Python)
# make verify      the tests on the whole study: DATA=folder with dense/ and topk/
# make sanitize    the kernel's tests under the address and undefined-behaviour sanitizers
# make sanitize-kernel    the kernel and the bounds of lists alone on input of every kind under both sanitizers
# make fuzz        changed files for every reader under the address sanitizer: READER=name COUNT=1000000 SEED=0 FROM=resume
# make emulate     the kernel's tests with the AVX-512 path compiled for AVX2, the tokenizer's without instructions of x86
# make errors      the kernel's errors over the whole range
# make bench       the kernel against memory, a whole batch against the kernel
# make bench-index the tables of an index of 5 million positions
# make bench-dense the reading of dense files against a sum of the same bytes
# make bench-memory       the memory of 0.5 and 5 GB, lines of JSON and dense rows
# make capture-check      runs the capture recipe for transformers and reads what it wrote (needs Python)
# make bench-rivals       the same beside PyTorch, NumPy, tiktoken, tokenizers (needs Python and CORPUS="a.txt b.txt")
# make test-vocabularies  token ids against tiktoken, tokenizers, sentencepiece (needs Python and CORPUS)
# make fuzz-tokenizer     random bytes come back and time grows as the text does, whole vocabularies (needs Python): SECONDS_EACH=75 SEED=1
# make install     put the program into PREFIX/bin (default /usr/local)
#
# Each installs the system packages it lacks, which needs root or sudo; where they are there, it needs neither.

PACKAGES = libsqlite3-dev zlib1g-dev libzstd-dev libxxhash-dev
STRICT = --explicit-target-dependency-import-check error
# C without optimisation is 20 times slower, and the tests measure real rows.
DEBUG = -Xcc -O2 $(STRICT)
PREFIX = /usr/local
PROGRAM = .build/release/tokenshift
DEMO = .build/demo
PYTHON = python3
VOCABULARIES = Tests/TokenizationTests/Vocabularies

demo: release
	@mkdir -p $(DEMO)
	$(PROGRAM) batch samples/study.yaml --index $(DEMO)/samples.sqlite --force
	@echo
	$(PROGRAM) top $(DEMO)/samples.sqlite --model sft --limit 5
	@echo
	$(PROGRAM) top $(DEMO)/samples.sqlite --model rl --limit 5
	@echo
	$(PROGRAM) tokens $(DEMO)/samples.sqlite --contrast sft rl --source base --limit 10
	@echo
	$(PROGRAM) summary $(DEMO)/samples.sqlite
	@echo
	$(PROGRAM) tokens $(DEMO)/samples.sqlite --model sft --limit 8
	@echo
	$(PROGRAM) tokens $(DEMO)/samples.sqlite --model rl --limit 8

release: setup
	swift build -c release $(STRICT) --product tokenshift

test: setup
	swift test $(DEBUG) --parallel

lint: setup
	swift format lint --strict --recursive Sources Tests Package.swift
	swift build --build-tests $(DEBUG)

format:
	swift format --in-place --recursive Sources Tests Package.swift

golden: setup
	RECORD_GOLDEN=1 swift test $(DEBUG) --filter 'ShiftStoreTests|CommandTests'

fixtures:
	@echo 'Each Fixtures folder under Tests has the script that made it; every script says what it needs.'
	@ls Tests/*/Fixtures/*.py samples/*.py samples/*/*.py

verify: setup
	TOKENSHIFT_DATA=$(abspath $(DATA)) swift test $(DEBUG) --filter 'DenseReferenceTests|FullStudyTests'

# LeakSanitizer reports six small allocations of XCTest itself.
sanitize: setup
	TOKENSHIFT_SANITIZE=1 ASAN_OPTIONS=detect_leaks=0 swift test -Xcc -O1 --sanitize address \
	  --scratch-path .build-asan --filter 'MeasuresTests|TracesTests'

# Twice: with the AVX-512 path compiled for AVX2, and as it is, where the machine has the instructions.
sanitize-kernel:
	@mkdir -p .build
	for emulation in -DDIVERGENCE_EMULATES_AVX512 ""; do \
	  clang -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined $$emulation \
	    -ISources/CDivergence/include Sources/tokenshift-bench/Rivals/any_rows.c Sources/CDivergence/*.c \
	    -o .build/any_rows -lm && .build/any_rows || exit 1; \
	  clang -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined $$emulation \
	    -ISources/CTruncation/include Sources/tokenshift-bench/Rivals/any_lists.c Sources/CTruncation/*.c \
	    -o .build/any_lists -lm && .build/any_lists || exit 1; \
	done

fuzz: setup
	swift build --build-tests -c release -Xswiftc -enable-testing --sanitize address --scratch-path .build-fuzz
	$(if $(wildcard /dev/shm),TMPDIR=/dev/shm) FUZZ=$(or $(COUNT),100000) \
	  FUZZ_READER=$(READER) FUZZ_SEED=$(or $(SEED),0) FUZZ_FROM=$(or $(FROM),0) \
	  FUZZ_FOLDER=.build-fuzz/progress ASAN_OPTIONS=detect_leaks=0:max_allocation_size_mb=300:quarantine_size_mb=8 \
	  swift test --skip-build -c release --sanitize address --scratch-path .build-fuzz --no-parallel --filter FuzzTests

emulate: setup
	swift test -Xcc -O2 -Xcc -DDIVERGENCE_EMULATES_AVX512 -Xcc -DTOKENSCAN_PORTABLE --scratch-path .build-emulate \
	  --filter 'MeasuresTests|TokenizationTests'

errors:
	@mkdir -p .build
	clang -O2 -ISources/CDivergence/include Sources/tokenshift-bench/Rivals/error_table.c \
	  Sources/CDivergence/*.c -o .build/error_table -lm && .build/error_table

capture-check: release
	TOKENSHIFT=$(PROGRAM) sh samples/capture/check.sh

bench-index: setup
	swift build -c release $(STRICT) --product tokenshift-bench
	.build/release/tokenshift-bench index

bench-dense: setup
	swift build -c release $(STRICT) --product tokenshift-bench
	.build/release/tokenshift-bench dense

bench-memory: setup
	swift build -c release $(STRICT) --product tokenshift-bench
	for kind in json dense; do for size in 500 5000; do \
	  .build/release/tokenshift-bench memory $$kind $$size || exit 1; done; done

bench: setup
	swift build -c release $(STRICT) --product tokenshift-bench
	.build/release/tokenshift-bench

bench-rivals: setup
	swift build -c release $(STRICT) --product tokenshift-bench
	swift build -c release $(STRICT) --product tokenize-bench
	OMP_NUM_THREADS=1 $(PYTHON) Sources/tokenshift-bench/Rivals/rivals.py $(if $(LLAMA),--llama $(LLAMA))
	cd $(VOCABULARIES) && $(PYTHON) bench_rivals.py $(abspath $(CORPUS))

test-vocabularies: setup
	swift build -c release $(STRICT) --product tokenize-bench
	cd $(VOCABULARIES) && $(PYTHON) test_vocabularies.py --corpus $(abspath $(CORPUS))

fuzz-tokenizer: setup
	swift build -c release $(STRICT) --product tokenize-bench
	cd $(VOCABULARIES) && $(PYTHON) fuzz_vocabularies.py --seconds $(or $(SECONDS_EACH),75) --seed $(or $(SEED),1)

install: release
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/tokenshift

setup:
	@if ! printf '#include <sqlite3.h>\n#include <zlib.h>\n#include <zstd.h>\n#include <xxhash.h>\n' | clang -E -x c - >/dev/null 2>&1; then \
	  if [ "$$(id -u)" = 0 ]; then SUDO=; \
	  elif command -v sudo >/dev/null; then SUDO=sudo; \
	  else echo 'Headers are missing. Ask root to run: apt-get install $(PACKAGES)' >&2; exit 1; fi; \
	  $$SUDO apt-get update -q && $$SUDO apt-get install -q -y --no-install-recommends $(PACKAGES); \
	fi

.PHONY: demo release test lint format golden fixtures verify sanitize sanitize-kernel fuzz fuzz-tokenizer emulate errors \
  capture-check bench bench-index bench-dense bench-memory bench-rivals test-vocabularies install setup
