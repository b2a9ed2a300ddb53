// The smallest of some numbers, eight at a time: compiled for every set of instructions that has AVX2.
#include <immintrin.h>

INLINE uint32_t least_of_eight(__m256i numbers) {
  __m128i half = _mm_min_epu32(_mm256_castsi256_si128(numbers), _mm256_extracti128_si256(numbers, 1));
  half = _mm_min_epu32(half, _mm_shuffle_epi32(half, 0x4E));
  half = _mm_min_epu32(half, _mm_shuffle_epi32(half, 0xB1));
  return (uint32_t)_mm_cvtsi128_si32(half);
}

// One pass for the smallest number, one for its first place: eight numbers at a time.
static size_t first_least(const uint32_t *numbers, size_t count) {
  __m256i least = _mm256_loadu_si256((const __m256i *)numbers);
  for (size_t index = 8; index < count; index += 8) {
    least = _mm256_min_epu32(least, _mm256_loadu_si256((const __m256i *)(numbers + index)));
  }
  const __m256i wanted = _mm256_set1_epi32((int)least_of_eight(least));
  for (size_t index = 0;; index += 8) {
    const __m256i block = _mm256_loadu_si256((const __m256i *)(numbers + index));
    const int equal = _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpeq_epi32(block, wanted)));
    if (equal) return index + (size_t)__builtin_ctz((unsigned)equal);
  }
}
