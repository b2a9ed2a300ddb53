// What 64 bytes are, compiled once for each set of instructions that has `lanes`: those bytes in registers.
#include "paths.h"

#include <immintrin.h>

// The bytes from `first` on, `count` of them, at most 128; those that are one; and those that have one of some bits.
INLINE uint64_t within(lanes bytes, uint8_t first, uint8_t count);
INLINE uint64_t equal(lanes bytes, uint8_t wanted);
INLINE uint64_t with_class(lanes classes, uint8_t wanted);
INLINE uint64_t beyond_ascii(lanes bytes);
// The bytes with the bit that makes capitals small.
INLINE lanes small(lanes bytes);
INLINE lanes lanes_at(const uint8_t *bytes);

// The ASCII of 64 bytes, a bit per byte.
INLINE void classify_ascii(lanes bytes, tokenscan_block *block) {
  block->letters = within(small(bytes), 'a', 26);
  block->capitals = within(bytes, 'A', 26);
  block->caseless = block->marks = 0;
  block->digits = within(bytes, '0', 10);
  block->spaces = equal(bytes, ' ');
  block->tabs = equal(bytes, '\t');
  block->newlines = equal(bytes, '\n') | equal(bytes, '\r');
  block->signs = within(bytes, '!', '~' - ' ') & ~(block->letters | block->digits);
  block->apostrophes = equal(bytes, '\'');
  block->slashes = equal(bytes, '/');
}

static void classify(const uint8_t *bytes, tokenscan_block *block) {
  classify_ascii(lanes_at(bytes), block);
  block->joints = 0;
  block->starts = ~0ull;
}

INLINE uint32_t word_at(const uint8_t *bytes) {
  uint32_t word;
  memcpy(&word, bytes, 4);
  return word;
}

// Where the bytes of 64 stand that begin characters of two, three and four, and which bytes begin characters up
// to the first that is not well-formed or goes on behind the block.
typedef struct {
  uint64_t two, three, four, starts;
} tokenscan_leads;

INLINE tokenscan_leads find_leads(lanes bytes) {
  const uint64_t two = within(bytes, 0xC2, 0x1E), three = within(bytes, 0xE0, 0x10),
                 four = within(bytes, 0xF0, 5), later = within(bytes, 0x80, 0x40),
                 leads = two | three | four;
  const uint64_t expected = leads << 1 | (three | four) << 2 | four << 3;
  // Table 3-7 of the Unicode standard: what may not follow some leads, and what leads nothing.
  const uint64_t wrong = (later ^ expected) | (within(bytes, 0xC0, 2) | within(bytes, 0xF5, 11)) |
                         (equal(bytes, 0xE0) << 1 & within(bytes, 0x80, 0x20)) |
                         (equal(bytes, 0xED) << 1 & within(bytes, 0xA0, 0x20)) |
                         (equal(bytes, 0xF0) << 1 & within(bytes, 0x80, 0x10)) |
                         (equal(bytes, 0xF4) << 1 & within(bytes, 0x90, 0x30));
  const uint64_t open = (two & 1ull << 63) | (three & 3ull << 62) | (four & 7ull << 61);
  tokenscan_leads found = {two, three, four, ~later};
  if (open) found.starts &= (open & -open) - 1;
  if (wrong) {
    // The byte that is wrong may be in the midst of the last character before it.
    found.starts &= (wrong & -wrong) - 1;
    if (found.starts) found.starts &= ~(1ull << (63 - __builtin_clzll(found.starts)) & leads);
  }
  return found;
}

// The characters of some leads that are letters whatever follows: Han from U+4E00 and most of Hangul, and where
// case does not matter Latin from U+0100 to U+027F and Cyrillic from U+0400 to U+047F.
INLINE uint64_t sure_letters(lanes bytes, bool is_cased) {
  const uint64_t letters = within(bytes, 0xE5, 5) | within(bytes, 0xEB, 2) |
                           (equal(bytes, 0xE4) & within(bytes, 0xB8, 8) >> 1);
  return is_cased ? letters : letters | within(bytes, 0xC4, 6) | within(bytes, 0xD0, 2);
}

// Adds characters beyond ASCII, whose classes are looked up one by one, without a branch.
INLINE void add_looked_up(
    const uint8_t *bytes, const uint8_t *classes, tokenscan_leads leads, uint64_t asked, tokenscan_block *block) {
  uint8_t found[64] __attribute__((aligned(64))) = {0};
  for (uint64_t rest = asked & leads.two; rest; rest &= rest - 1) {
    const int place = __builtin_ctzll(rest);
    const uint32_t word = word_at(bytes + place);
    found[place] = classes[(word & 0x1F) << 6 | (word >> 8 & 0x3F)];
  }
  for (uint64_t rest = asked & leads.three; rest; rest &= rest - 1) {
    const int place = __builtin_ctzll(rest);
    const uint32_t word = word_at(bytes + place);
    found[place] = classes[(word & 0x0F) << 12 | (word >> 2 & 0xFC0) | (word >> 16 & 0x3F)];
  }
  for (uint64_t rest = asked & leads.four; rest; rest &= rest - 1) {
    const int place = __builtin_ctzll(rest);
    const uint32_t word = word_at(bytes + place);
    found[place] =
        classes[(word & 7) << 18 | (word << 4 & 0x3F000) | (word >> 10 & 0xFC0) | (word >> 24 & 0x3F)];
  }
  const lanes looked_up = lanes_at(found);
  const uint64_t letters = with_class(looked_up, 7), marks = with_class(looked_up, 8),
                 numbers = with_class(looked_up, 16), white = with_class(looked_up, 32);
  block->letters |= letters;
  block->capitals |= with_class(looked_up, 1);
  block->caseless |= with_class(looked_up, 4);
  block->marks = marks;
  block->digits |= numbers;
  block->tabs |= white;
  block->signs |= asked & ~(letters | marks | numbers | white);
}

static size_t classify_characters(
    const uint8_t *bytes, const uint8_t *classes, bool is_cased, tokenscan_block *block) {
  const lanes all = lanes_at(bytes);
  tokenscan_block found;
  classify_ascii(all, &found);
  if (!beyond_ascii(all)) {
    found.starts = ~0ull;
    found.joints = 0;
    *block = found;
    return 64;
  }
  const tokenscan_leads leads = find_leads(all);
  const uint64_t starts = leads.starts, wide = (leads.two | leads.three | leads.four) & starts;
  const uint64_t sure = sure_letters(all, is_cased) & wide;
  found.letters |= sure;
  found.caseless |= sure;
  if (wide & ~sure) add_looked_up(bytes, classes, leads, wide & ~sure, &found);
  block->letters = _pext_u64(found.letters, starts);
  block->capitals = _pext_u64(found.capitals, starts);
  block->caseless = _pext_u64(found.caseless, starts);
  block->digits = _pext_u64(found.digits, starts);
  block->spaces = _pext_u64(found.spaces, starts);
  block->tabs = _pext_u64(found.tabs, starts);
  block->newlines = _pext_u64(found.newlines, starts);
  block->signs = _pext_u64(found.signs, starts);
  block->apostrophes = _pext_u64(found.apostrophes, starts);
  block->slashes = _pext_u64(found.slashes, starts);
  block->marks = _pext_u64(found.marks, starts);
  block->starts = starts;
  block->joints = (leads.two | leads.three) & starts & beyond_ascii(all) << 1;
  return (size_t)__builtin_popcountll(starts);
}

static uint64_t first_byte_bits(uint64_t characters, uint64_t starts) { return _pdep_u64(characters, starts); }
