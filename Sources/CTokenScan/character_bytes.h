// Which of 32 bytes begin characters: compiled for every set of instructions that has AVX2.
#include <immintrin.h>

// The bytes from one on.
INLINE uint32_t bytes_from(__m256i bytes, uint8_t first) {
  return (uint32_t)_mm256_movemask_epi8(
      _mm256_cmpeq_epi8(_mm256_max_epu8(bytes, _mm256_set1_epi8((char)first)), bytes));
}

INLINE character_bytes character_bytes_of(const uint8_t *bytes) {
  const __m256i all = _mm256_loadu_si256((const __m256i *)bytes);
  const uint32_t three = bytes_from(all, 0xE0);
  return (character_bytes){
      .later = (uint32_t)_mm256_movemask_epi8(all) & ~bytes_from(all, 0xC0),
      .two = bytes_from(all, 0xC2) & ~three,
      .three = three & ~bytes_from(all, 0xF0)};
}
