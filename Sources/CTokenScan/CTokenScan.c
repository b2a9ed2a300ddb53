#include "CTokenScan.h"

static size_t first_least_portable(const uint32_t *numbers, size_t count) {
  size_t place = 0;
  for (size_t index = 1; index < count; index++) {
    if (numbers[index] < numbers[place]) place = index;
  }
  return place;
}

static uint64_t find_portable(const uint64_t *buckets, size_t index, size_t count, uint64_t key) {
  for (;; index = index + 1 == count ? 0 : index + 1) {
    for (const uint64_t *place = buckets + index * 8; place < buckets + index * 8 + 8; place++) {
      if (*place >> 21 == key) return *place;
      if (*place >> 63) return UINT64_MAX;
    }
  }
}

static uint32_t least_portable(const uint32_t *numbers) {
  uint32_t least = numbers[0];
  for (int index = 1; index < 32; index++) least = numbers[index] < least ? numbers[index] : least;
  return least;
}

typedef uint64_t find_function(const uint64_t *buckets, size_t index, size_t count, uint64_t key);
typedef uint32_t least_function(const uint32_t *numbers);

#define INLINE __attribute__((always_inline)) static inline

INLINE uint64_t pair_key(int32_t left, int32_t right) { return (uint64_t)(uint32_t)left << 21 | (uint32_t)right; }

// What becomes of a pair, as `number` of the pair at a place: all bits where it has no rule. Without a branch: that
// cannot be foreseen.
typedef struct {
  uint32_t number;
  int32_t merged;
} pair_outcome;

INLINE pair_outcome outcome_of(tokenscan_pair pair, uint32_t place, tokenscan_rules rules, find_function *find) {
  const uint64_t rule = find(rules.buckets, pair.bucket, rules.count, pair.key);
  const uint32_t none = (uint32_t)((int64_t)rule >> 63), number = rule & 0x1FFFFF;
  if (rules.outcomes) {
    const tokenscan_outcome found = rules.outcomes[none ? 0 : number];
    return (pair_outcome){found.priority << 5 | place | none, found.merged};
  }
  return (pair_outcome){number << 5 | place | none, (int32_t)number + rules.shift};
}

INLINE tokenscan_pair pair_of(int32_t left, int32_t right, tokenscan_rules rules) {
  const uint64_t key = pair_key(left, right);
  return (tokenscan_pair){key, tokenscan_bucket(key, rules.count)};
}

// The pair of two symbols, of which the rule is asked for.
INLINE tokenscan_pair asked_for(int32_t left, int32_t right, tokenscan_rules rules) {
  const tokenscan_pair pair = pair_of(left, right, rules);
  tokenscan_prefetch(rules.buckets + pair.bucket * 8);
  return pair;
}

// The places of the symbols beside one, or its own where there is none.
INLINE uint32_t place_above(uint64_t left, uint32_t place) {
  const uint64_t above = left & ~1ull << place;
  return above ? (uint32_t)__builtin_ctzll(above) : place;
}

INLINE uint32_t place_below(uint64_t left, uint32_t place) {
  const uint64_t below = left & ((1ull << place) - 1);
  return below ? 63 - (uint32_t)__builtin_clzll(below) : place;
}

// Looks up the rules of a list of which none has been.
INLINE void settle_all(tokenscan_symbols *list, tokenscan_rules rules, find_function *find) {
  for (uint32_t place = 0; place + 1 < list->unsettled; place++) {
    const tokenscan_pair pair = pair_of(list->symbols[place], list->symbols[place + 1], rules);
    const pair_outcome found = outcome_of(pair, place, rules, find);
    list->numbers[place] = found.number;
    list->merged[place] = found.merged;
  }
}

// Looks up the rules around the last merge.
INLINE void settle(tokenscan_symbols *list, tokenscan_rules rules, find_function *find) {
  const uint32_t place = list->last, below = list->below;
  const pair_outcome before = outcome_of(list->before, below, rules, find),
                     after = outcome_of(list->after, place, rules, find);
  list->numbers[list->gone] = UINT32_MAX;
  // The order matters where there is no symbol below.
  list->numbers[below] = before.number;
  list->merged[below] = before.merged;
  list->numbers[place] = after.number | list->isLast;
  list->merged[place] = after.merged;
}

// Merges the pair whose rule comes first, and asks for the rules around it. Whether there is one.
INLINE bool merge_first(tokenscan_symbols *list, tokenscan_rules rules, least_function *least) {
  const uint32_t number = least(list->numbers);
  if (number == UINT32_MAX) return false;
  const uint32_t place = number & 31, gone = place_above(list->left, place);
  const uint64_t left = list->left & ~(1ull << gone);
  const uint32_t above = place_above(left, place), below = place_below(left, place);
  const int32_t symbol = list->merged[place];
  list->symbols[place] = symbol;
  list->left = left;
  list->last = place;
  list->gone = gone;
  list->below = below;
  list->isLast = above == place ? UINT32_MAX : 0;
  list->after = asked_for(symbol, list->symbols[above], rules);
  list->before = asked_for(list->symbols[below], symbol, rules);
  return true;
}

// How many lists are worked on in turns.
enum { WINDOW = 12 };

// Whenever lists are done the next take their turns. All are settled before the first is read as a whole: a read of
// what has just been written in parts would wait.
INLINE void merge_lists(
    tokenscan_symbols *lists, size_t count, tokenscan_rules rules, find_function *find, least_function *least) {
  tokenscan_symbols *open[WINDOW];
  size_t width = 0, next = 0;
  for (size_t list = 0; list < count; list++) settle_all(lists + list, rules, find);
  do {
    for (size_t turn = 0; turn < width; turn++) settle(open[turn], rules, find);
    size_t left = 0;
    for (size_t turn = 0; turn < width; turn++) {
      tokenscan_symbols *const list = open[turn];
      open[left] = list;
      left += merge_first(list, rules, least);
    }
    for (width = left; width < WINDOW && next < count; next++) {
      open[width] = lists + next;
      width += merge_first(lists + next, rules, least);
    }
  } while (width > 0);
}

static void merge_portable(tokenscan_symbols *lists, size_t count, tokenscan_rules rules) {
  merge_lists(lists, count, rules, find_portable, least_portable);
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
  found.starts = ~0ull;
  *block = found;
}

#if defined(__x86_64__) && !defined(TOKENSCAN_PORTABLE)
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
  block->caseless = block->marks = block->joints = 0;
  block->starts = ~0ull;
}

#define WIDE "avx512bw,bmi,bmi2,popcnt"
#define WIDE_INLINE __attribute__((target(WIDE), always_inline)) static inline

WIDE_INLINE uint64_t wide_within(__m512i bytes, uint8_t first, uint8_t count) {
  const __m512i moved = _mm512_sub_epi8(bytes, _mm512_set1_epi8((char)first));
  return _mm512_cmplt_epu8_mask(moved, _mm512_set1_epi8((char)count));
}

WIDE_INLINE uint64_t wide_equal(__m512i bytes, uint8_t wanted) {
  return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8((char)wanted));
}

WIDE_INLINE uint64_t wide_class(__m512i classes, uint8_t wanted) {
  return _mm512_test_epi8_mask(classes, _mm512_set1_epi8((char)wanted));
}

WIDE_INLINE uint32_t word_at(const uint8_t *bytes) {
  uint32_t word;
  memcpy(&word, bytes, 4);
  return word;
}

// Eight at once: whether a key is there, and where, cannot be foreseen.
__attribute__((target(WIDE))) static uint64_t find_wide(
    const uint64_t *buckets, size_t index, size_t count, uint64_t key) {
  const __m512i wanted = _mm512_set1_epi64((long long)key);
  for (;; index = index + 1 == count ? 0 : index + 1) {
    const uint64_t *bucket = buckets + index * 8;
    const __m512i all = _mm512_loadu_si512(bucket);
    const uint32_t equal = _mm512_cmpeq_epi64_mask(_mm512_srli_epi64(all, 21), wanted);
    const uint32_t unused = _mm512_cmplt_epi64_mask(all, _mm512_setzero_si512());
    if (__builtin_expect((equal | unused) != 0, 1)) {
      const uint64_t found = bucket[__builtin_ctz(equal | 0x80)];
      return found | (equal ? 0 : UINT64_MAX);
    }
  }
}

__attribute__((target(WIDE))) static uint32_t least_wide(const uint32_t *numbers) {
  return _mm512_reduce_min_epu32(_mm512_min_epu32(_mm512_load_si512(numbers), _mm512_load_si512(numbers + 16)));
}

__attribute__((target(WIDE))) static void merge_wide(
    tokenscan_symbols *lists, size_t count, tokenscan_rules rules) {
  merge_lists(lists, count, rules, find_wide, least_wide);
}

// The ASCII of 64 bytes, a bit per byte.
WIDE_INLINE void classify_ascii(__m512i bytes, tokenscan_block *block) {
  block->letters = wide_within(_mm512_or_si512(bytes, _mm512_set1_epi8(0x20)), 'a', 26);
  block->capitals = wide_within(bytes, 'A', 26);
  block->caseless = block->marks = 0;
  block->digits = wide_within(bytes, '0', 10);
  block->spaces = wide_equal(bytes, ' ');
  block->tabs = wide_equal(bytes, '\t');
  block->newlines = wide_equal(bytes, '\n') | wide_equal(bytes, '\r');
  block->signs = wide_within(bytes, '!', '~' - ' ') & ~(block->letters | block->digits);
  block->apostrophes = wide_equal(bytes, '\'');
  block->slashes = wide_equal(bytes, '/');
}

// Where the bytes of 64 stand that begin characters of two, three and four, and which bytes begin characters up
// to the first that is not well-formed or goes on behind the block.
typedef struct {
  uint64_t two, three, four, starts;
} tokenscan_leads;

WIDE_INLINE tokenscan_leads find_leads(__m512i bytes) {
  const uint64_t two = wide_within(bytes, 0xC2, 0x1E), three = wide_within(bytes, 0xE0, 0x10),
                 four = wide_within(bytes, 0xF0, 5), later = wide_within(bytes, 0x80, 0x40),
                 leads = two | three | four;
  const uint64_t expected = leads << 1 | (three | four) << 2 | four << 3;
  // Table 3-7 of the Unicode standard: what may not follow some leads, and what leads nothing.
  const uint64_t wrong = (later ^ expected) | (wide_within(bytes, 0xC0, 2) | wide_within(bytes, 0xF5, 11)) |
                         (wide_equal(bytes, 0xE0) << 1 & wide_within(bytes, 0x80, 0x20)) |
                         (wide_equal(bytes, 0xED) << 1 & wide_within(bytes, 0xA0, 0x20)) |
                         (wide_equal(bytes, 0xF0) << 1 & wide_within(bytes, 0x80, 0x10)) |
                         (wide_equal(bytes, 0xF4) << 1 & wide_within(bytes, 0x90, 0x30));
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
WIDE_INLINE uint64_t sure_letters(__m512i bytes, bool is_cased) {
  const uint64_t letters = wide_within(bytes, 0xE5, 5) | wide_within(bytes, 0xEB, 2) |
                           (wide_equal(bytes, 0xE4) & wide_within(bytes, 0xB8, 8) >> 1);
  return is_cased ? letters : letters | wide_within(bytes, 0xC4, 6) | wide_within(bytes, 0xD0, 2);
}

// Adds characters beyond ASCII, whose classes are looked up one by one, without a branch.
WIDE_INLINE void add_looked_up(
    const uint8_t *bytes, const uint8_t *classes, tokenscan_leads leads, uint64_t asked, tokenscan_block *block) {
  uint8_t found[64] __attribute__((aligned(64)));
  _mm512_store_si512(found, _mm512_setzero_si512());
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
  const __m512i looked_up = _mm512_load_si512(found);
  const uint64_t letters = wide_class(looked_up, 7), marks = wide_class(looked_up, 8),
                 numbers = wide_class(looked_up, 16), white = wide_class(looked_up, 32);
  block->letters |= letters;
  block->capitals |= wide_class(looked_up, 1);
  block->caseless |= wide_class(looked_up, 4);
  block->marks = marks;
  block->digits |= numbers;
  block->tabs |= white;
  block->signs |= asked & ~(letters | marks | numbers | white);
}

__attribute__((target(WIDE))) static size_t classify_wide(
    const uint8_t *bytes, const uint8_t *classes, bool is_cased, tokenscan_block *block) {
  const __m512i all = _mm512_loadu_si512(bytes);
  tokenscan_block found;
  classify_ascii(all, &found);
  if (!_mm512_movepi8_mask(all)) {
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
  block->joints = leads.three & starts & _mm512_movepi8_mask(all) << 1;
  return (size_t)__builtin_popcountll(starts);
}

__attribute__((target(WIDE))) static uint64_t first_byte_bits_wide(uint64_t characters, uint64_t starts) {
  return _pdep_u64(characters, starts);
}

size_t tokenscan_first_least(const uint32_t *numbers, size_t count) {
  return __builtin_cpu_supports("avx2") ? first_least_avx2(numbers, count)
                                        : first_least_portable(numbers, count);
}

uint64_t tokenscan_find(const uint64_t *buckets, size_t index, size_t count, uint64_t key) {
  return __builtin_cpu_supports("avx512bw") ? find_wide(buckets, index, count, key)
                                            : find_portable(buckets, index, count, key);
}

void tokenscan_merge(tokenscan_symbols *lists, size_t count, tokenscan_rules rules) {
  if (__builtin_cpu_supports("avx512bw")) {
    merge_wide(lists, count, rules);
  } else {
    merge_portable(lists, count, rules);
  }
}

void tokenscan_classify(const uint8_t *bytes, tokenscan_block *block) {
  if (__builtin_cpu_supports("avx2")) {
    classify_avx2(bytes, block);
  } else {
    classify_portable(bytes, block);
  }
}

bool tokenscan_classifies_characters(void) {
  return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("bmi2");
}

size_t tokenscan_classify_characters(
    const uint8_t *bytes, const uint8_t *classes, bool is_cased, tokenscan_block *block) {
  return classify_wide(bytes, classes, is_cased, block);
}

uint64_t tokenscan_first_byte_bits(uint64_t characters, uint64_t starts) {
  return first_byte_bits_wide(characters, starts);
}
#else
size_t tokenscan_first_least(const uint32_t *numbers, size_t count) {
  return first_least_portable(numbers, count);
}

uint64_t tokenscan_find(const uint64_t *buckets, size_t index, size_t count, uint64_t key) {
  return find_portable(buckets, index, count, key);
}

void tokenscan_merge(tokenscan_symbols *lists, size_t count, tokenscan_rules rules) {
  merge_portable(lists, count, rules);
}

void tokenscan_classify(const uint8_t *bytes, tokenscan_block *block) { classify_portable(bytes, block); }

bool tokenscan_classifies_characters(void) { return false; }

size_t tokenscan_classify_characters(
    const uint8_t *bytes, const uint8_t *classes, bool is_cased, tokenscan_block *block) {
  __builtin_trap();
}

uint64_t tokenscan_first_byte_bits(uint64_t characters, uint64_t starts) { __builtin_trap(); }
#endif
