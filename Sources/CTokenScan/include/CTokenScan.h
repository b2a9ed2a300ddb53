// What Swift has no word for.
#pragma once

#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

/// Asks for the cache line at an address, ahead of the read that will need it.
static inline void tokenscan_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

/// The first place of the smallest of `count` numbers. `count` is a multiple of 8 and not 0.
size_t tokenscan_first_least(const uint32_t *numbers, size_t count);

/// Of 64 bytes, which are ASCII letters and which are spaces, a bit each.
///
/// `case_bit` is 0x20 for all letters and 0 for small ones.
static inline void tokenscan_words(
    const uint8_t *bytes, uint8_t case_bit, uint64_t *letters, uint64_t *spaces) {
#if defined(__x86_64__)
  uint64_t found = 0, blank = 0;
  for (int part = 0; part < 4; part++) {
    const __m128i block = _mm_loadu_si128((const __m128i *)(bytes + 16 * part));
    const __m128i small = _mm_or_si128(block, _mm_set1_epi8((char)case_bit));
    // Moved so that "a" is the smallest signed number, the letters are those below the 27th.
    const __m128i moved = _mm_sub_epi8(small, _mm_set1_epi8((char)('a' + 128)));
    const __m128i letter = _mm_cmplt_epi8(moved, _mm_set1_epi8((char)(-128 + 26)));
    found |= (uint64_t)(uint32_t)_mm_movemask_epi8(letter) << (16 * part);
    blank |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(block, _mm_set1_epi8(' '))) << (16 * part);
  }
  *letters = found;
  *spaces = blank;
#else
  uint64_t found = 0, blank = 0;
  for (int index = 0; index < 64; index++) {
    const uint8_t small = bytes[index] | case_bit;
    found |= (uint64_t)(small >= 'a' && small <= 'z') << index;
    blank |= (uint64_t)(bytes[index] == ' ') << index;
  }
  *letters = found;
  *spaces = blank;
#endif
}
