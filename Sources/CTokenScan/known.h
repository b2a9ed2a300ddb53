// Keys of pieces, and the table of known ones, compiled once for each set of instructions.
#include "paths.h"

typedef uint64_t words __attribute__((ext_vector_type(4)));

static void make_keys(
    tokenscan_piece *pieces, size_t count, const uint8_t *text, size_t size, tokenscan_known known, int32_t *lines) {
  for (size_t index = 0; index < count; index++) {
    tokenscan_piece *const piece = pieces + index;
    const size_t start = (size_t)piece->start, length = (size_t)piece->end - start;
    uint64_t low = 0, high = 0;
    if (__builtin_expect(length < 16, 1)) {
      uint8_t copy[16];
      const uint8_t *bytes = text + start;
      if (__builtin_expect(start + 16 > size, 0)) bytes = memcpy(copy, bytes, length);
      tokenscan_first_bytes(bytes, length, &low, &high);
      high |= (uint64_t)length << 56;
    }
    high |= piece->high;
    piece->low = low;
    piece->high = high;
    const size_t line = tokenscan_line(tokenscan_hash(low, high), known);
    tokenscan_prefetch(known.lines + line * 8);
    lines[index] = (int32_t)line;
  }
}

static size_t find_known(
    const tokenscan_piece *pieces, size_t count, tokenscan_known known, int32_t *tokens, int32_t *unknown) {
  size_t left = 0;
  for (size_t index = 0; index < count; index++) {
    const uint64_t *const line = known.lines + (size_t)tokens[index] * 8;
    words low, high;
    memcpy(&low, line, sizeof low);
    memcpy(&high, line + 4, sizeof high);
    const uint64_t wanted = pieces[index].high & ~TOKENSCAN_PART;
    const words same = (words)((low == pieces[index].low) & ((high & ~TOKENSCAN_KNOWN) == wanted));
    // No more than one is the same.
    const words found = same & high;
    const int32_t token = tokenscan_known_token(found.x | found.y | found.z | found.w, pieces[index].high);
    tokens[index] = token;
    unknown[left] = (int32_t)index;
    // Without a branch: which pieces are known cannot be foreseen.
    left += (uint32_t)token >> 31;
  }
  return left;
}
