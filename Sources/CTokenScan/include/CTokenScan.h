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

/// A piece of a text. Of up to 15 bytes the key is they themselves, and the length in the highest byte of the second
/// word.
typedef struct {
  uint64_t low, high;
  ptrdiff_t start, end;
} tokenscan_piece;

/// Set in the second word of the key of a part.
#define TOKENSCAN_PART (1ull << 62)

/// Mixes the two words of a key: every bit of them counts in every bit of the hash, but that a part has the hash of a
/// piece.
static inline uint64_t tokenscan_hash(uint64_t low, uint64_t high) {
  const unsigned __int128 product =
      (unsigned __int128)(low ^ 0x9E3779B97F4A7C15ull) * ((high & ~TOKENSCAN_PART) ^ 0xC2B2AE3D27D4EB4Full);
  return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

/// Pieces that are one token, in lines of four: four first words of keys, and four second words with the token in 24
/// bits that those of up to 12 bytes do not use. A second word of 0 is a free place.
typedef struct {
  const uint64_t *lines;
  size_t count;
} tokenscan_known;

/// The bits of a token in a second word, and above them one that says that merging does not arrive at it.
#define TOKENSCAN_TOKEN (0xFFFFFFull << 32)
#define TOKENSCAN_ONLY_WHOLE (1ull << 60)
#define TOKENSCAN_KNOWN (TOKENSCAN_TOKEN | TOKENSCAN_ONLY_WHOLE)

/// The line where a piece is, if it is known.
static inline size_t tokenscan_line(uint64_t hash, tokenscan_known known) {
  return (size_t)((hash >> 32) * known.count >> 32);
}

/// The token that a second word tells to a piece with the second word of a key, or -1: of a part, what merging arrives at.
static inline int32_t tokenscan_known_token(uint64_t found, uint64_t high) {
  const uint64_t is_wrong = (found == 0) | ((high >> 62) & (found >> 60) & 1);
  return (int32_t)(found >> 32 & 0xFFFFFF) | -(int32_t)is_wrong;
}

/// Gives the pieces of a text that have up to 15 bytes their keys, says in which lines all may be known, and asks for
/// those. Of a key no bit may be set but that of a part.
void tokenscan_make_keys(
    tokenscan_piece *pieces, size_t count, const uint8_t *text, size_t size, tokenscan_known known, int32_t *lines);

/// Puts the tokens of pieces in the place of their lines, -1 for those that are not known, and returns how many those
/// are, and which.
size_t tokenscan_find_known(
    const tokenscan_piece *pieces, size_t count, tokenscan_known known, int32_t *tokens, int32_t *unknown);

/// A remembered piece: its key, and its tokens, or where they begin in a list when there are more than three or the
/// piece is longer. Free where the second word is 0, which no key has.
typedef struct {
  uint64_t low, high;
  uint32_t first, second, third, count;
} tokenscan_entry;

/// How many tokens an entry holds itself.
#define TOKENSCAN_HELD 3

/// Remembered pieces, one behind the other in the order they were met, and lines of sixteen places that say where: each
/// has its place in the first line with room from that of its hash on, filled from the first place on.
///
/// A place is the number of an entry, and in the bits above some of the hash. The first entry is a free one, so that a
/// place that is 0 says that there is nothing.
typedef struct {
  const uint32_t *places;
  /// How many lines there are, less one.
  size_t mask;
  const tokenscan_entry *entries;
  /// The tokens that entries do not hold.
  const int32_t *tokens;
} tokenscan_remembered;

#define TOKENSCAN_LINE 16
/// How many bits of a place say the number of an entry.
#define TOKENSCAN_NUMBER_BITS 20
#define TOKENSCAN_NUMBER 0xFFFFFu

/// The line where the place of a piece is looked for first.
static inline size_t tokenscan_first_line(uint64_t hash, size_t mask) { return (size_t)hash & mask; }

/// The upper bits of the place of a piece.
static inline uint32_t tokenscan_tag(uint64_t hash) {
  return (uint32_t)(hash >> 32) & ~TOKENSCAN_NUMBER;
}

/// Which places of a line have some bits, a bit for each.
static inline uint32_t tokenscan_places_with(const uint32_t *line, uint32_t mask, uint32_t wanted) {
  typedef uint32_t places __attribute__((ext_vector_type(TOKENSCAN_LINE)));
  typedef bool bits __attribute__((ext_vector_type(TOKENSCAN_LINE)));
  places all;
  memcpy(&all, line, sizeof all);
  const bits equal = __builtin_convertvector((all & mask) == wanted, bits);
  uint16_t found;
  memcpy(&found, &equal, sizeof found);
  return found;
}

/// How many places of a line are taken.
static inline size_t tokenscan_taken(const uint32_t *line) {
  return (size_t)__builtin_ctz(tokenscan_places_with(line, ~0u, 0) | 1u << TOKENSCAN_LINE);
}

/// The number of the entry that a piece has if it is remembered, or 0 if it is sure that it is not. The entry may be
/// that of another piece with the same tag.
static inline uint32_t tokenscan_likely_entry(size_t line, uint32_t tag, tokenscan_remembered remembered) {
  for (;; line = (line + 1) & remembered.mask) {
    const uint32_t *const first = remembered.places + line * TOKENSCAN_LINE;
    // All are compared at once: which of them it is cannot be foreseen. Free places, which may have the tag, come last.
    const uint32_t equal = tokenscan_places_with(first, ~TOKENSCAN_NUMBER, tag);
    const uint32_t number = first[__builtin_ctz(equal | 1u << (TOKENSCAN_LINE - 1))] & TOKENSCAN_NUMBER;
    if (__builtin_expect((equal != 0) | (first[TOKENSCAN_LINE - 1] == 0), 1)) return equal ? number : 0;
  }
}

/// The entry with a key, or the free one, place by place.
static inline const tokenscan_entry *tokenscan_entry_by_key(
    uint64_t low, uint64_t high, tokenscan_remembered remembered) {
  const uint64_t hash = tokenscan_hash(low, high);
  const size_t size = (remembered.mask + 1) * TOKENSCAN_LINE;
  for (size_t place = tokenscan_first_line(hash, remembered.mask) * TOKENSCAN_LINE;; place = (place + 1) & (size - 1)) {
    const uint32_t found = remembered.places[place];
    const tokenscan_entry *const entry = remembered.entries + (found & TOKENSCAN_NUMBER);
    if (found == 0) return entry;
    if ((found & ~TOKENSCAN_NUMBER) == tokenscan_tag(hash) && entry->low == low && entry->high == high) return entry;
  }
}

/// The entry with a key, or the free one.
static inline const tokenscan_entry *tokenscan_entry_of(
    uint64_t low, uint64_t high, uint64_t hash, tokenscan_remembered remembered) {
  const uint32_t number = tokenscan_likely_entry(
      tokenscan_first_line(hash, remembered.mask), tokenscan_tag(hash), remembered);
  const tokenscan_entry *const entry = remembered.entries + number;
  const bool isIt = (entry->low == low) & (entry->high == high);
  return __builtin_expect(isIt | (number == 0), 1) ? entry : tokenscan_entry_by_key(low, high, remembered);
}

/// Says which entries those pieces have that are not known, of each of which `places` has the line, and asks for them. Puts
/// their numbers into `places`; an entry may be that of another piece.
void tokenscan_locate(
    const tokenscan_piece *pieces, const int32_t *unknown, size_t count, tokenscan_remembered remembered,
    int32_t *places);

/// Says what is remembered of those pieces that are not known, of each of which `places` has the number of the entry it
/// may have, and asks for the tokens that the entries do not hold. Puts into `places` which have not been met, and returns
/// how many those are.
size_t tokenscan_recall(
    const tokenscan_piece *pieces, const int32_t *unknown, size_t count, tokenscan_remembered remembered,
    tokenscan_entry *entries, int32_t *places);

/// The first place of the smallest of `count` numbers. `count` is a multiple of 8 and not 0.
size_t tokenscan_first_least(const uint32_t *numbers, size_t count);

/// The number with a key in its upper 43 bits, or all bits, in a table of buckets of eight numbers.
///
/// It is in the bucket with this index, or if that and those behind are full in the first behind that is not. A
/// number with the highest bit set is a free place.
uint64_t tokenscan_find(const uint64_t *buckets, size_t index, size_t count, uint64_t key);

/// The bucket of a key, of so many.
static inline size_t tokenscan_bucket(uint64_t key, size_t count) {
  return (size_t)(((key * 0x9E3779B97F4A7C15ull) >> 32) * count >> 32);
}

/// Two symbols beside each other: the key of their rule, and the bucket where it is looked for.
typedef struct {
  uint64_t key;
  size_t bucket;
} tokenscan_pair;

/// Up to 32 symbols that are being merged: a multiple of 64 bytes, so that of many each begins at one.
typedef struct {
  /// Of the pair that begins at each place, `priority · 32 + place`, so that the smallest says which rule comes
  /// first and where, the leftmost of equal ones; all bits where a pair has no rule.
  uint32_t numbers[32];
  /// What that pair becomes.
  int32_t merged[32];
  int32_t symbols[32];
  /// A bit for each symbol that is left.
  uint64_t left;
  /// The place of the last merge, of which the rules around have not been looked up, that of the symbol that was
  /// taken away, and that of the symbol below; its own where there is none.
  uint32_t last, gone, below;
  /// All bits where there is no symbol above.
  uint32_t isLast;
  /// The pairs around the last merge.
  tokenscan_pair before, after;
  /// The places of the pairs of which the rule has not been looked up.
  uint64_t unsettled;
} tokenscan_symbols;

/// What a pair becomes, and in which order.
typedef struct {
  uint32_t priority;
  int32_t merged;
} tokenscan_outcome;

/// Rules for pairs of symbols: buckets of numbers for `tokenscan_find`, of which the keys are the two symbols, 21
/// bits each, and the other 21 bits say the outcome: its place in a list, or where there is none the priority, which
/// is so far from the symbol that is made.
typedef struct {
  const uint64_t *buckets;
  size_t count;
  const tokenscan_outcome *outcomes;
  int32_t shift;
} tokenscan_rules;

/// What is known of two bytes beside each other.
typedef struct {
  /// What becomes of their tokens; all bits, and -1, where they have no rule.
  uint32_t priority;
  int32_t merged;
  /// The priority once more, if all rules for the token they become come later; else all bits.
  uint32_t early;
  /// No rule of a lower priority has a token that ends with the one before a token that begins with the other.
  uint32_t limit;
} tokenscan_byte_pair;

/// The tokens of bytes, and all pairs of them, by `first * 256 + second`.
typedef struct {
  const int32_t *tokens;
  const tokenscan_byte_pair *pairs;
} tokenscan_bytes;

/// How many bytes `tokenscan_prefetch_pairs` reads.
#define TOKENSCAN_PREFETCHED 9

/// Asks for what is known of the first bytes of a piece beside each other, as many as most pieces have: how many it has
/// cannot be foreseen.
static inline void tokenscan_prefetch_pairs(const uint8_t *piece, tokenscan_bytes bytes) {
  for (size_t place = 0; place + 1 < TOKENSCAN_PREFETCHED; place++) {
    tokenscan_prefetch(bytes.pairs + ((size_t)piece[place] << 8 | piece[place + 1]));
  }
}

/// Characters that merging makes one token of before it does anything else with their bytes, as `FormedCharacters` says.
typedef struct {
  /// The token of each code point below U+10000, or -1. No list where there is none.
  const int32_t *tokens;
  /// A bit for two bytes, `first * 256 + second`, the last of a character and the first of the next, if a token may reach
  /// across from inside of one.
  const uint64_t *crossed;
} tokenscan_characters;

/// From how many bytes on the text must have a piece is read where it is.
#define TOKENSCAN_READ 36

/// Begins a list with the symbols that a piece of 1 to 32 bytes begins with, each at the place of its first byte: those
/// of characters, and those of all other bytes.
///
/// Says what becomes of pairs of bytes, and asks for the rules of the others. Two bytes whose rule is sure to come
/// before any that would take one of them away are merged at once. `readable` says how many bytes the text has from the
/// piece on.
void tokenscan_begin(
    tokenscan_symbols *list, const uint8_t *piece, size_t count, size_t readable, tokenscan_characters characters,
    tokenscan_bytes bytes, tokenscan_rules rules);

/// Merges the symbols of several lists, aligned to 64 bytes, until no pair has a rule: one rule at a turn, so that
/// while one waits for memory others are worked on.
void tokenscan_merge(tokenscan_symbols *lists, size_t count, tokenscan_rules rules);

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
  /// The bytes that begin the characters, and of them those that begin one of two or three bytes behind another that
  /// is not ASCII.
  uint64_t starts, joints;
} tokenscan_block;

/// Says of 64 bytes what they are. Those beyond ASCII are in no set.
void tokenscan_classify(const uint8_t *bytes, tokenscan_block *block);

/// Whether this machine can say it of characters, which takes AVX2, and BMI2 that is not slow.
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
