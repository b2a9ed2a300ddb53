// The table of remembered pieces, compiled once for each set of instructions.
#include "paths.h"

static size_t recall(
    const tokenscan_piece *pieces, const int32_t *unknown, size_t count, tokenscan_remembered remembered,
    tokenscan_entry *entries, int32_t *places) {
  size_t left = 0;
  for (size_t index = 0; index < count; index++) {
    const tokenscan_piece *const piece = pieces + unknown[index];
    const uint64_t low = piece->low, high = piece->high;
    size_t place = (size_t)places[index];
    const tokenscan_entry *found;
    for (;; place = (place + 2) & remembered.mask) {
      found = remembered.entries + place;
      // Which of the two of a line it is cannot be foreseen, so there is no branch; that it is one of them can.
      const bool isFirst = (((found->low ^ low) | (found->high ^ high)) == 0) | (found->high == 0);
      const bool isSecond = (((found[1].low ^ low) | (found[1].high ^ high)) == 0) | (found[1].high == 0);
      found += !isFirst;
      if (__builtin_expect(isFirst | isSecond, 1)) break;
    }
    entries[index] = *found;
    const bool isHeld = (found->high >> 63 == 0) & (found->count <= TOKENSCAN_HELD);
    tokenscan_prefetch(remembered.tokens + (isHeld ? 0 : found->first));
    places[left] = (int32_t)index;
    left += found->high == 0;
  }
  return left;
}
