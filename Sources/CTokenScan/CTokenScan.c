#include "CTokenScan.h"

static size_t first_least_portable(const uint32_t *numbers, size_t count) {
  size_t place = 0;
  for (size_t index = 1; index < count; index++) {
    if (numbers[index] < numbers[place]) place = index;
  }
  return place;
}

#if defined(__x86_64__)
#include <immintrin.h>

// One pass for the smallest number, one for its first place: eight numbers at a time.
__attribute__((target("avx2"))) static size_t first_least_avx2(const uint32_t *numbers, size_t count) {
  __m256i least = _mm256_loadu_si256((const __m256i *)numbers);
  for (size_t index = 8; index < count; index += 8) {
    least = _mm256_min_epu32(least, _mm256_loadu_si256((const __m256i *)(numbers + index)));
  }
  __m128i half = _mm_min_epu32(_mm256_castsi256_si128(least), _mm256_extracti128_si256(least, 1));
  half = _mm_min_epu32(half, _mm_shuffle_epi32(half, 0x4E));
  half = _mm_min_epu32(half, _mm_shuffle_epi32(half, 0xB1));
  const __m256i wanted = _mm256_broadcastd_epi32(half);
  for (size_t index = 0;; index += 8) {
    const __m256i block = _mm256_loadu_si256((const __m256i *)(numbers + index));
    const int equal = _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpeq_epi32(block, wanted)));
    if (equal) return index + (size_t)__builtin_ctz((unsigned)equal);
  }
}

size_t tokenscan_first_least(const uint32_t *numbers, size_t count) {
  return __builtin_cpu_supports("avx2") ? first_least_avx2(numbers, count)
                                        : first_least_portable(numbers, count);
}
#else
size_t tokenscan_first_least(const uint32_t *numbers, size_t count) {
  return first_least_portable(numbers, count);
}
#endif
