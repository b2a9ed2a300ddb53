// Langdale and Lemire, "Parsing gigabytes of JSON per second" (2019): one bit for each of 64 bytes says where quotes and
// brackets stand, and a running parity of the quotes says which of them are inside of strings.
#include "blocks.h"

// Bit i of the result is the parity of bits 0…i: 1 from an opening quote up to its closing one.
INLINED uint64_t parity(uint64_t bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

INLINED size_t pass(
  const uint8_t *bytes, size_t start, size_t end, long deepest, json_scan_state *state) {
  long depth = state->depth;
  uint64_t open = state->in_string ? UINT64_MAX : 0;
  size_t place = start;
  for (; end - place >= 64; place += 64) {
    block text;
    memcpy(&text, bytes + place, sizeof text);
    // The file is new to the caches, and is passed faster than it comes.
    __builtin_prefetch(bytes + place + 4096);
    if (BITS((text == '\\') | (text < 0x20)) != 0) break;
    uint64_t strings = parity(BITS(text == '"')) ^ open;
    // Setting this bit makes one of [ and {, and one of ] and }; no other bytes of JSON fall together with them.
    block braces = text | 0x20;
    long opening = __builtin_popcountll(BITS(braces == '{') & ~strings);
    long closing = __builtin_popcountll(BITS(braces == '}') & ~strings);
    if (closing >= depth || depth + opening > deepest) break;
    depth += opening - closing;
    open = strings >> 63 ? UINT64_MAX : 0;
  }
  state->depth = depth;
  state->in_string = open != 0;
  return place;
}

#if defined(__x86_64__)
FOR_AVX2 static size_t pass_avx2(
  const uint8_t *bytes, size_t start, size_t end, long deepest, json_scan_state *state) {
  return pass(bytes, start, end, deepest, state);
}
FOR_AVX512 static size_t pass_avx512(
  const uint8_t *bytes, size_t start, size_t end, long deepest, json_scan_state *state) {
  return pass(bytes, start, end, deepest, state);
}
#endif

size_t json_scan_pass(const uint8_t *bytes, size_t start, size_t end, long deepest, json_scan_state *state) {
#if defined(__x86_64__)
  if (HAS_AVX512) return pass_avx512(bytes, start, end, deepest, state);
  if (HAS_AVX2) return pass_avx2(bytes, start, end, deepest, state);
#endif
  return pass(bytes, start, end, deepest, state);
}
