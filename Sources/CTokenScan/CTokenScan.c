#include "paths.h"

// What this machine can run.
static inline const struct tokenscan_functions *functions(void) {
#ifdef TOKENSCAN_HAS_PATHS
  if (__builtin_cpu_supports("bmi2") && __builtin_cpu_supports("lzcnt")) {
    if (__builtin_cpu_supports("avx512bw")) return &tokenscan_avx512;
    if (__builtin_cpu_supports("avx2")) return &tokenscan_avx2;
  }
#endif
  return &tokenscan_portable;
}

void tokenscan_make_keys(
    tokenscan_piece *pieces, size_t count, const uint8_t *text, size_t size, tokenscan_known known, int32_t *lines) {
  functions()->make_keys(pieces, count, text, size, known, lines);
}

size_t tokenscan_find_known(
    const tokenscan_piece *pieces, size_t count, tokenscan_known known, int32_t *tokens, int32_t *unknown) {
  return functions()->find_known(pieces, count, known, tokens, unknown);
}

void tokenscan_locate(
    const tokenscan_piece *pieces, const int32_t *unknown, size_t count, tokenscan_remembered remembered,
    int32_t *places) {
  functions()->locate(pieces, unknown, count, remembered, places);
}

size_t tokenscan_recall(
    const tokenscan_piece *pieces, const int32_t *unknown, size_t count, tokenscan_remembered remembered,
    tokenscan_entry *entries, int32_t *places) {
  return functions()->recall(pieces, unknown, count, remembered, entries, places);
}

size_t tokenscan_first_least(const uint32_t *numbers, size_t count) {
  return functions()->first_least(numbers, count);
}

uint64_t tokenscan_find(const uint64_t *buckets, size_t index, size_t count, uint64_t key) {
  return functions()->find(buckets, index, count, key);
}

void tokenscan_begin(
    tokenscan_symbols *list, const uint8_t *piece, size_t count, size_t readable, tokenscan_characters characters,
    tokenscan_bytes bytes, tokenscan_rules rules) {
  functions()->begin(list, piece, count, readable, characters, bytes, rules);
}

void tokenscan_merge(tokenscan_symbols *lists, size_t count, tokenscan_rules rules) {
  functions()->merge(lists, count, rules);
}

void tokenscan_classify(const uint8_t *bytes, tokenscan_block *block) { functions()->classify(bytes, block); }

bool tokenscan_classifies_characters(void) {
#ifdef TOKENSCAN_HAS_PATHS
  // These take hundreds of cycles to press or to spread bits.
  if (__builtin_cpu_is("bdver4") || __builtin_cpu_is("znver1") || __builtin_cpu_is("znver2")) return false;
#endif
  return functions()->classify_characters != NULL;
}

size_t tokenscan_classify_characters(
    const uint8_t *bytes, const uint8_t *classes, bool is_cased, tokenscan_block *block) {
  return functions()->classify_characters(bytes, classes, is_cased, block);
}

uint64_t tokenscan_first_byte_bits(uint64_t characters, uint64_t starts) {
  return functions()->first_byte_bits(characters, starts);
}
