#include "paths.h"

#ifdef TOKENSCAN_HAS_PATHS
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx512bw,bmi,bmi2,lzcnt,popcnt"))), apply_to = function)
#include "known.h"
#include "merging.h"
#include "remembered.h"

#include "first_least.h"

typedef __m512i lanes;

#include "characters.h"

// Eight at once: whether a key is there, and where, cannot be foreseen.
INLINE uint64_t find(const uint64_t *buckets, size_t index, size_t count, uint64_t key) {
  const __m512i wanted = _mm512_set1_epi64((long long)key);
  for (;; index = index + 1 == count ? 0 : index + 1) {
    const uint64_t *bucket = buckets + index * 8;
    const __m512i all = _mm512_loadu_si512(bucket);
    const uint32_t equal = _mm512_cmpeq_epi64_mask(_mm512_srli_epi64(all, 21), wanted);
    const uint32_t unused = _mm512_cmplt_epi64_mask(all, _mm512_setzero_si512());
    if (__builtin_expect((equal | unused) != 0, 1)) {
      const uint64_t found = bucket[__builtin_ctz(equal | 0x80)];
      return found | (equal ? 0 : UINT64_MAX);
    }
  }
}

INLINE uint32_t least_of(const uint32_t *numbers) {
  return _mm512_reduce_min_epu32(_mm512_min_epu32(_mm512_load_si512(numbers), _mm512_load_si512(numbers + 16)));
}

INLINE lanes lanes_at(const uint8_t *bytes) { return _mm512_loadu_si512(bytes); }

INLINE uint64_t within(lanes bytes, uint8_t first, uint8_t count) {
  const __m512i moved = _mm512_sub_epi8(bytes, _mm512_set1_epi8((char)first));
  return _mm512_cmplt_epu8_mask(moved, _mm512_set1_epi8((char)count));
}

INLINE uint64_t equal(lanes bytes, uint8_t wanted) {
  return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8((char)wanted));
}

INLINE uint64_t with_class(lanes classes, uint8_t wanted) {
  return _mm512_test_epi8_mask(classes, _mm512_set1_epi8((char)wanted));
}

INLINE uint64_t beyond_ascii(lanes bytes) { return _mm512_movepi8_mask(bytes); }

INLINE lanes small(lanes bytes) { return _mm512_or_si512(bytes, _mm512_set1_epi8(0x20)); }

#include "character_bytes.h"

#define FUNCTIONS tokenscan_avx512
#define KNOWS_CHARACTERS
#include "functions.h"
#pragma clang attribute pop
#endif
