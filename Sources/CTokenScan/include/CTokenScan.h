// What Swift has no word for.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/// Asks for the cache line at an address, ahead of the read that will need it.
static inline void tokenscan_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

/// Sixteen bytes as two words, in the order of their places, of which only the first `count` are kept.
///
/// The mask is read from a table: a branch on the length of a word is guessed wrong every other time.
static inline void tokenscan_first_bytes(
    const uint8_t *bytes, size_t count, uint64_t *low, uint64_t *high) {
  static const uint8_t masks[32] = {255, 255, 255, 255, 255, 255, 255, 255,
                                    255, 255, 255, 255, 255, 255, 255, 255};
  uint64_t low_mask, high_mask;
  memcpy(low, bytes, 8);
  memcpy(high, bytes + 8, 8);
  memcpy(&low_mask, masks + 16 - count, 8);
  memcpy(&high_mask, masks + 24 - count, 8);
  *low &= low_mask;
  *high &= high_mask;
}

/// The first place of the smallest of `count` numbers. `count` is a multiple of 8 and not 0.
size_t tokenscan_first_least(const uint32_t *numbers, size_t count);

/// What 64 bytes are, a bit each, from the lowest.
typedef struct {
  /// ASCII letters, and of them the capitals.
  uint64_t letters, capitals;
  /// `0` to `9`.
  uint64_t digits;
  uint64_t spaces, tabs;
  /// `\r` and `\n`.
  uint64_t newlines;
  /// ASCII that is seen and is neither letter nor digit, and of it two that have rules of their own.
  uint64_t signs, apostrophes, slashes;
} tokenscan_block;

/// Says of 64 bytes what they are.
void tokenscan_classify(const uint8_t *bytes, tokenscan_block *block);
