// What Swift has no word for.
#pragma once

#include <stdbool.h>
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

/// The number with a key in its upper 43 bits, or all bits, in a table of buckets of eight numbers.
///
/// It is in the bucket with this index, or if that and those behind are full in the first behind that is not. A
/// number with the highest bit set is a free place.
uint64_t tokenscan_find(const uint64_t *buckets, size_t index, size_t count, uint64_t key);

/// Sets one of 32 numbers, aligned to 64 bytes, to the largest there is and two to values, in this order, and
/// returns the smallest of all.
///
/// In one go and in whole registers: what has been written in parts is not there yet for a read of the whole.
uint32_t tokenscan_set_least(
    uint32_t *numbers, uint32_t cleared, uint32_t first, uint32_t first_value, uint32_t second,
    uint32_t second_value);

/// What 64 bytes, or the characters in them, are: a bit each, from the lowest.
typedef struct {
  /// Letters, and of them the capitals and those without case.
  uint64_t letters, capitals, caseless;
  /// Numbers: of ASCII `0` to `9`.
  uint64_t digits;
  /// Spaces, and other white space that is no newline: of ASCII tabs.
  uint64_t spaces, tabs;
  /// `\r` and `\n`.
  uint64_t newlines;
  /// ASCII that is seen and is neither letter nor digit, all that is beyond ASCII and in no other set, and two
  /// signs that have rules of their own.
  uint64_t signs, apostrophes, slashes;
  /// Combining marks.
  uint64_t marks;
  /// The bytes that begin the characters, and of them those that begin one of three bytes behind another that is
  /// not ASCII.
  uint64_t starts, joints;
} tokenscan_block;

/// Says of 64 bytes what they are. Those beyond ASCII are in no set.
void tokenscan_classify(const uint8_t *bytes, tokenscan_block *block);

/// Whether this machine can say it of characters, which takes AVX-512.
bool tokenscan_classifies_characters(void);

/// Says what the characters are that lie in 64 bytes as a whole, and returns how many: those up to the first
/// that is not well-formed UTF-8. A control character of ASCII is in no set.
///
/// `classes` has the class of every code point, as `ScalarClass` numbers them, and the bytes begin a character.
/// Where case does not matter, capitals and what has no case may be left unsaid beyond ASCII.
size_t tokenscan_classify_characters(
    const uint8_t *bytes, const uint8_t *classes, bool is_cased, tokenscan_block *block);

/// The bytes that begin some characters of a block.
uint64_t tokenscan_first_byte_bits(uint64_t characters, uint64_t starts);
