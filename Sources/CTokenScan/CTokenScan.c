#include "CTokenScan.h"

static size_t first_least_portable(const uint32_t *numbers, size_t count) {
  size_t place = 0;
  for (size_t index = 1; index < count; index++) {
    if (numbers[index] < numbers[place]) place = index;
  }
  return place;
}

static void classify_portable(const uint8_t *bytes, tokenscan_block *block) {
  tokenscan_block found = {0};
  for (int index = 0; index < 64; index++) {
    const uint8_t byte = bytes[index], small = byte | 0x20;
    const uint64_t bit = 1ull << index;
    if (small >= 'a' && small <= 'z') {
      found.letters |= bit;
      if (byte != small) found.capitals |= bit;
    } else if (byte >= '0' && byte <= '9') {
      found.digits |= bit;
    } else if (byte == ' ') {
      found.spaces |= bit;
    } else if (byte == '\t') {
      found.tabs |= bit;
    } else if (byte == '\n' || byte == '\r') {
      found.newlines |= bit;
    } else if (byte > ' ' && byte < 0x7F) {
      found.signs |= bit;
      if (byte == '\'') found.apostrophes |= bit;
      if (byte == '/') found.slashes |= bit;
    }
  }
  *block = found;
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

// The bytes from `first` on, `count` of them: moved so that the first is the smallest signed number.
__attribute__((target("avx2"))) static inline __m256i within(__m256i bytes, char first, char count) {
  const __m256i moved = _mm256_sub_epi8(bytes, _mm256_set1_epi8((char)(first + 128)));
  return _mm256_cmpgt_epi8(_mm256_set1_epi8((char)(count - 128)), moved);
}

__attribute__((target("avx2"))) static inline __m256i equal(__m256i bytes, char wanted) {
  return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(wanted));
}

__attribute__((target("avx2"))) static inline uint64_t bits(__m256i low, __m256i high) {
  return (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32 | (uint32_t)_mm256_movemask_epi8(low);
}

__attribute__((target("avx2"))) static void classify_avx2(const uint8_t *bytes, tokenscan_block *block) {
  const __m256i low = _mm256_loadu_si256((const __m256i *)bytes);
  const __m256i high = _mm256_loadu_si256((const __m256i *)(bytes + 32));
  const __m256i small = _mm256_set1_epi8(0x20);
  block->letters =
      bits(within(_mm256_or_si256(low, small), 'a', 26), within(_mm256_or_si256(high, small), 'a', 26));
  block->capitals = bits(within(low, 'A', 26), within(high, 'A', 26));
  block->digits = bits(within(low, '0', 10), within(high, '0', 10));
  block->spaces = bits(equal(low, ' '), equal(high, ' '));
  block->tabs = bits(equal(low, '\t'), equal(high, '\t'));
  block->newlines = bits(equal(low, '\n'), equal(high, '\n')) | bits(equal(low, '\r'), equal(high, '\r'));
  const uint64_t visible = bits(within(low, '!', '~' - ' '), within(high, '!', '~' - ' '));
  block->signs = visible & ~(block->letters | block->digits);
  block->apostrophes = bits(equal(low, '\''), equal(high, '\''));
  block->slashes = bits(equal(low, '/'), equal(high, '/'));
}

size_t tokenscan_first_least(const uint32_t *numbers, size_t count) {
  return __builtin_cpu_supports("avx2") ? first_least_avx2(numbers, count)
                                        : first_least_portable(numbers, count);
}

void tokenscan_classify(const uint8_t *bytes, tokenscan_block *block) {
  if (__builtin_cpu_supports("avx2")) {
    classify_avx2(bytes, block);
  } else {
    classify_portable(bytes, block);
  }
}
#else
size_t tokenscan_first_least(const uint32_t *numbers, size_t count) {
  return first_least_portable(numbers, count);
}

void tokenscan_classify(const uint8_t *bytes, tokenscan_block *block) { classify_portable(bytes, block); }
#endif
