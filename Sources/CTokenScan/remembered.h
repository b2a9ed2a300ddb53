// The table of remembered pieces, compiled once for each set of instructions.
#include "paths.h"

static void locate(
    const tokenscan_piece *pieces, const int32_t *unknown, size_t count, tokenscan_remembered remembered,
    int32_t *places) {
  for (size_t index = 0; index < count; index++) {
    const tokenscan_piece *const piece = pieces + unknown[index];
    const uint32_t tag = tokenscan_tag(tokenscan_hash(piece->low, piece->high));
    const uint32_t number = tokenscan_likely_entry((size_t)places[index], tag, remembered);
    tokenscan_prefetch(remembered.entries + number);
    places[index] = (int32_t)number;
  }
}

static size_t recall(
    const tokenscan_piece *pieces, const int32_t *unknown, size_t count, tokenscan_remembered remembered,
    tokenscan_entry *entries, int32_t *places) {
  size_t left = 0;
  for (size_t index = 0; index < count; index++) {
    const tokenscan_piece *const piece = pieces + unknown[index];
    const uint64_t low = piece->low, high = piece->high;
    const tokenscan_entry *found = remembered.entries + places[index];
    // The free entry is that of the key 0. One question, of which the answer can be foreseen: whether a piece is new, or
    // held, cannot.
    const uint64_t isThere = (uint64_t)(-(int64_t)places[index] >> 63);
    const uint64_t differs = (found->low ^ (low & isThere)) | (found->high ^ (high & isThere));
    if (__builtin_expect(differs != 0, 0)) found = tokenscan_entry_by_key(low, high, remembered);
    entries[index] = *found;
    const uint32_t isHeld = (found->high >> 63 == 0) & (found->count <= TOKENSCAN_HELD);
    tokenscan_prefetch(remembered.tokens + (found->first & (isHeld - 1)));
    places[left] = (int32_t)index;
    left += found->high == 0;
  }
  return left;
}
