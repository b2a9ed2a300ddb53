#include "paths.h"

#ifdef TOKENSCAN_HAS_PATHS
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt"))), apply_to = function)
#include "known.h"
#include "merging.h"
#include "remembered.h"

#include "first_least.h"

typedef struct {
  __m256i low, high;
} lanes;

#include "characters.h"

INLINE uint32_t signs_of(const __m256i numbers) {
  return (uint32_t)_mm256_movemask_pd(_mm256_castsi256_pd(numbers));
}

// Four at once: whether a key is there, and where, cannot be foreseen.
INLINE uint64_t find(const uint64_t *buckets, size_t index, size_t count, uint64_t key) {
  const __m256i wanted = _mm256_set1_epi64x((long long)key);
  for (;; index = index + 1 == count ? 0 : index + 1) {
    const uint64_t *bucket = buckets + index * 8;
    const __m256i low = _mm256_loadu_si256((const __m256i *)bucket);
    const __m256i high = _mm256_loadu_si256((const __m256i *)(bucket + 4));
    const uint32_t equal = signs_of(_mm256_cmpeq_epi64(_mm256_srli_epi64(low, 21), wanted)) |
                           signs_of(_mm256_cmpeq_epi64(_mm256_srli_epi64(high, 21), wanted)) << 4;
    // Those that fill a bucket come first: its last place is free if one is.
    const uint32_t unused = signs_of(high) & 8;
    if (__builtin_expect((equal | unused) != 0, 1)) {
      const uint64_t found = bucket[__builtin_ctz(equal | 0x80)];
      return found | (equal ? 0 : UINT64_MAX);
    }
  }
}

INLINE uint32_t least_of(const uint32_t *numbers) {
  const __m256i *parts = (const __m256i *)numbers;
  const __m256i low = _mm256_min_epu32(_mm256_load_si256(parts), _mm256_load_si256(parts + 1));
  const __m256i high = _mm256_min_epu32(_mm256_load_si256(parts + 2), _mm256_load_si256(parts + 3));
  return least_of_eight(_mm256_min_epu32(low, high));
}

INLINE lanes lanes_at(const uint8_t *bytes) {
  return (lanes){_mm256_loadu_si256((const __m256i *)bytes), _mm256_loadu_si256((const __m256i *)(bytes + 32))};
}

// The highest bit of every byte. The compiler may not look through it: it would work on 64 separate bits, and move
// them byte by byte.
INLINE uint32_t half_bits(__m256i bytes) {
  uint32_t found = (uint32_t)_mm256_movemask_epi8(bytes);
  __asm__("" : "+r"(found));
  return found;
}

INLINE uint64_t bits(__m256i low, __m256i high) { return (uint64_t)half_bits(high) << 32 | half_bits(low); }

// Moved so that the first is the smallest signed number.
INLINE __m256i within_half(__m256i bytes, uint8_t first, uint8_t count) {
  const __m256i moved = _mm256_sub_epi8(bytes, _mm256_set1_epi8((char)(first + 128)));
  return _mm256_cmpgt_epi8(_mm256_set1_epi8((char)(count - 128)), moved);
}

INLINE uint64_t within(lanes bytes, uint8_t first, uint8_t count) {
  return bits(within_half(bytes.low, first, count), within_half(bytes.high, first, count));
}

INLINE uint64_t equal(lanes bytes, uint8_t wanted) {
  const __m256i all = _mm256_set1_epi8((char)wanted);
  return bits(_mm256_cmpeq_epi8(bytes.low, all), _mm256_cmpeq_epi8(bytes.high, all));
}

INLINE uint64_t with_class(lanes classes, uint8_t wanted) {
  const __m256i all = _mm256_set1_epi8((char)wanted), none = _mm256_setzero_si256();
  return ~bits(
      _mm256_cmpeq_epi8(_mm256_and_si256(classes.low, all), none),
      _mm256_cmpeq_epi8(_mm256_and_si256(classes.high, all), none));
}

INLINE uint64_t beyond_ascii(lanes bytes) { return bits(bytes.low, bytes.high); }

INLINE lanes small(lanes bytes) {
  const __m256i bit = _mm256_set1_epi8(0x20);
  return (lanes){_mm256_or_si256(bytes.low, bit), _mm256_or_si256(bytes.high, bit)};
}

#include "character_bytes.h"

#define FUNCTIONS tokenscan_avx2
#define KNOWS_CHARACTERS
#include "functions.h"
#pragma clang attribute pop
#endif
