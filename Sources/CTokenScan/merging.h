// Merging of several lists in turns, compiled once for each set of instructions, with its `find` and `least_of`.
#include "paths.h"

#define INLINE __attribute__((always_inline)) static inline

// The number with a key, as `tokenscan_find` says.
INLINE uint64_t find(const uint64_t *buckets, size_t index, size_t count, uint64_t key);

// The smallest of 32 numbers.
INLINE uint32_t least_of(const uint32_t *numbers);

INLINE uint64_t pair_key(int32_t left, int32_t right) { return (uint64_t)(uint32_t)left << 21 | (uint32_t)right; }

// What becomes of a pair, as `number` of the pair at a place: all bits where it has no rule. Without a branch: that
// cannot be foreseen.
typedef struct {
  uint32_t number;
  int32_t merged;
} pair_outcome;

INLINE pair_outcome outcome_of(tokenscan_pair pair, uint32_t place, tokenscan_rules rules) {
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

// What 32 bytes are, a bit each: those that go on with a character, and those that begin one of two or three bytes.
typedef struct {
  uint32_t later, two, three;
} character_bytes;

INLINE character_bytes character_bytes_of(const uint8_t *bytes);

// Whether a token reaches across the border of two characters from inside of one.
INLINE uint64_t is_crossed(const uint8_t *border, tokenscan_characters characters) {
  const size_t pair = (size_t)border[-1] << 8 | border[0];
  return characters.crossed[pair / 64] >> (pair % 64) & 1;
}

// Sets the symbol of a character of two bytes, and says whether it has one.
INLINE uint64_t set_two(tokenscan_symbols *list, const uint8_t *piece, size_t place, const int32_t *tokens) {
  const int32_t token = tokens[(piece[place] & 0x1F) << 6 | (piece[place + 1] & 0x3F)];
  list->symbols[place] = token;
  return token >= 0;
}

// The same of three bytes. Surrogates have none.
INLINE uint64_t set_three(tokenscan_symbols *list, const uint8_t *piece, size_t place, const int32_t *tokens) {
  uint32_t word;
  memcpy(&word, piece + place, 4);
  const uint32_t point = (word & 0x0F) << 12 | (word >> 2 & 0xFC0) | (word >> 16 & 0x3F);
  const int32_t token = tokens[point];
  list->symbols[place] = token;
  return (token >= 0) & (point >= 0x800);
}

// Sets the symbols of the characters that merging may begin with, as `FormedCharacters` says, and returns where those
// of two and of three bytes are.
INLINE character_bytes form_characters(
    tokenscan_symbols *list, const uint8_t *piece, size_t count, tokenscan_characters characters) {
  const uint64_t all = (1ull << count) - 1;
  const character_bytes bytes = character_bytes_of(piece);
  const uint64_t later = bytes.later & all;
  // As many bytes follow as the lead says. In the way are those that belong to no character.
  const uint64_t two = bytes.two & later >> 1 & ~(later >> 2), three = bytes.three & later >> 1 & later >> 2 & ~(later >> 3);
  uint64_t formed = 0, crossed = 0;
  for (uint64_t rest = two; rest; rest &= rest - 1) {
    const size_t place = (size_t)__builtin_ctzll(rest);
    formed |= set_two(list, piece, place, characters.tokens) << place;
  }
  for (uint64_t rest = three; rest; rest &= rest - 1) {
    const size_t place = (size_t)__builtin_ctzll(rest);
    formed |= set_three(list, piece, place, characters.tokens) << place;
  }
  // The borders in front of characters and behind them.
  for (uint64_t rest = (two | three | two << 2 | three << 3) & all & ~1ull; rest; rest &= rest - 1) {
    const size_t place = (size_t)__builtin_ctzll(rest);
    crossed |= is_crossed(piece + place, characters) << place;
  }
  formed &= ~crossed;
  return (character_bytes){
      .two = (uint32_t)(two & formed & ~(crossed >> 2)), .three = (uint32_t)(three & formed & ~(crossed >> 3))};
}

INLINE void set_symbol(
    tokenscan_symbols *list, const uint8_t *piece, size_t place, uint64_t singles, tokenscan_bytes bytes) {
  const int32_t token = bytes.tokens[piece[place]];
  list->symbols[place] = singles >> place & 1 ? token : list->symbols[place];
}

// Sets the symbols of single bytes and what is known of pairs of them, and says which of those may be merged before
// anything else: a bit for each.
//
// A pair is sure of its merge if every rule that would take its first byte away to the left, or its second to the right,
// has a higher priority: these two borders have limits, known by their bytes, so that this holds whatever else has been
// merged. Until it is merged only rules of lower priority are done, or its own elsewhere. None of them touches the pair, nor
// what it becomes, whose rules all come later: to merge it now changes none of them.
INLINE uint64_t note_pairs(
    tokenscan_symbols *list, const uint8_t *piece, size_t count, uint64_t singles, tokenscan_bytes bytes) {
  const uint64_t both = singles & singles >> 1;
  // The pairs, the borders beside them, and all between.
  const uint64_t noted = (both | both >> 1 | both << 1) & ((1ull << (count - 1)) - 1);
  // Of the pair before: its priority and the border in front of it. And the border inside of it.
  uint32_t early = UINT32_MAX, border = UINT32_MAX, inside = UINT32_MAX;
  uint64_t sure = 0, rest = singles;
  if (noted) {
    const size_t first = (size_t)__builtin_ctzll(noted), end = 64 - (size_t)__builtin_clzll(noted);
    for (size_t place = first; place < end; place++) {
      set_symbol(list, piece, place, singles, bytes);
      const tokenscan_byte_pair found = bytes.pairs[(size_t)piece[place] << 8 | piece[place + 1]];
      const uint32_t unknown = (uint32_t)(both >> place & 1) - 1;
      sure |= (uint64_t)(early < border && early < found.limit) << place;
      border = inside;
      inside = found.limit;
      early = found.early | unknown;
      list->numbers[place] =
          (found.priority << 5 | (uint32_t)place) | -(uint32_t)(found.priority == UINT32_MAX) | unknown;
      list->merged[place] = found.merged;
    }
    sure |= (uint64_t)(early < border) << end;
    rest &= ~((1ull << end) - (1ull << first));
  }
  for (; rest; rest &= rest - 1) set_symbol(list, piece, (size_t)__builtin_ctzll(rest), singles, bytes);
  return sure >> 1;
}

// Merges the pairs that are sure of it.
INLINE void merge_sure(tokenscan_symbols *list, uint64_t sure) {
  for (uint64_t rest = sure; rest; rest &= rest - 1) {
    const int place = __builtin_ctzll(rest);
    list->symbols[place] = list->merged[place];
    list->numbers[place] = list->numbers[place + 1] = UINT32_MAX;
  }
  list->left &= ~(sure << 1);
}

INLINE void begin_list(
    tokenscan_symbols *list, const uint8_t *piece, size_t count, size_t readable, tokenscan_characters characters,
    tokenscan_bytes bytes, tokenscan_rules rules) {
  memset(list->numbers, 0xFF, sizeof list->numbers);
  list->left = (1ull << count) - 1;
  uint64_t singles = list->left;
  if (characters.tokens) {
    uint8_t copy[TOKENSCAN_READ] = {0};
    const bool isShort = readable < TOKENSCAN_READ;
    const character_bytes formed =
        form_characters(list, __builtin_expect(isShort, 0) ? memcpy(copy, piece, count) : piece, count, characters);
    list->left &= ~((uint64_t)(formed.two | formed.three) << 1 | (uint64_t)formed.three << 2);
    singles = list->left & ~(uint64_t)(formed.two | formed.three);
  }
  const uint64_t sure = note_pairs(list, piece, count, singles, bytes);
  merge_sure(list, sure);
  // All pairs but those of single bytes.
  const uint64_t single = singles & ~(sure | sure << 1);
  list->unsettled = list->left & ~(1ull << (63 - __builtin_clzll(list->left))) & ~(single & single >> 1);
  for (uint64_t rest = list->unsettled; rest; rest &= rest - 1) {
    const uint32_t place = (uint32_t)__builtin_ctzll(rest);
    asked_for(list->symbols[place], list->symbols[place_above(list->left, place)], rules);
  }
}

// Looks up the rules of a list that have not been.
INLINE void settle_all(tokenscan_symbols *list, tokenscan_rules rules) {
  for (uint64_t rest = list->unsettled; rest; rest &= rest - 1) {
    const uint32_t place = (uint32_t)__builtin_ctzll(rest), above = place_above(list->left, place);
    const tokenscan_pair pair = pair_of(list->symbols[place], list->symbols[above], rules);
    const pair_outcome found = outcome_of(pair, place, rules);
    list->numbers[place] = found.number;
    list->merged[place] = found.merged;
  }
}

// Looks up the rules around the last merge.
INLINE void settle(tokenscan_symbols *list, tokenscan_rules rules) {
  const uint32_t place = list->last, below = list->below;
  const pair_outcome before = outcome_of(list->before, below, rules),
                     after = outcome_of(list->after, place, rules);
  list->numbers[list->gone] = UINT32_MAX;
  // The order matters where there is no symbol below.
  list->numbers[below] = before.number;
  list->merged[below] = before.merged;
  list->numbers[place] = after.number | list->isLast;
  list->merged[place] = after.merged;
}

// Merges the pair whose rule comes first, and asks for the rules around it. Whether there is one.
INLINE bool merge_first(tokenscan_symbols *list, tokenscan_rules rules) {
  const uint32_t number = least_of(list->numbers);
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
INLINE void merge_lists(tokenscan_symbols *lists, size_t count, tokenscan_rules rules) {
  tokenscan_symbols *open[WINDOW];
  size_t width = 0, next = 0;
  for (size_t list = 0; list < count; list++) settle_all(lists + list, rules);
  do {
    for (size_t turn = 0; turn < width; turn++) settle(open[turn], rules);
    size_t left = 0;
    for (size_t turn = 0; turn < width; turn++) {
      tokenscan_symbols *const list = open[turn];
      open[left] = list;
      left += merge_first(list, rules);
    }
    for (width = left; width < WINDOW && next < count; next++) {
      open[width] = lists + next;
      width += merge_first(lists + next, rules);
    }
  } while (width > 0);
}
