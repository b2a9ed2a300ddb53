// Entries of a list of logprobs. One comparison of 64 bytes tells where the digits, quotes and spaces of an entry stand, so
// that the place of each member follows from the one before by a few operations on bits, and no number is waited for.
#include "blocks.h"

// An entry at `text`, and what stands where in its first 64 bytes.
typedef struct {
  const uint8_t *text;
  uint64_t digits, spaces, quotes, minuses, unusual;
} window;

// No place behind this one is looked at by its bit.
enum { last_place = 60 };

// The number of bits that are set from `place` on without a gap.
INLINED unsigned run(uint64_t bits, unsigned place) {
  uint64_t others = ~(bits >> place);
  return others ? (unsigned)__builtin_ctzll(others) : 64;
}

// The number that up to eight digits make: zeros come before them, then pairs, fours, eight.
INLINED uint64_t number(const uint8_t *digits, unsigned count) {
  uint64_t word;
  memcpy(&word, digits, sizeof word);
  word = (word & 0x0F0F0F0F0F0F0F0F) << (64 - 8 * count);
  word = (word * 10 + (word >> 8)) & 0x00FF00FF00FF00FF;
  word = (word * 100 + (word >> 16)) & 0x0000FFFF0000FFFF;
  return (word * 10000 + (word >> 32)) & 0xFFFFFFFF;
}

static const uint64_t powers_of_ten[] = {
  1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000,
};

// Each of these goes behind what it takes and tells the place there, or 0 where that is not plain.

INLINED unsigned take_integer(const window *w, unsigned place, int32_t *value) {
  unsigned count = run(w->digits, place);
  if (count == 0 || count > 8) return 0;
  *value = (int32_t)number(w->text + place, count);
  return place + count;
}

INLINED unsigned take_fraction(const window *w, unsigned place, json_scan_entry *entry) {
  unsigned count = run(w->digits, place);
  if (count == 0 || count > 16) return 0;
  unsigned first = count < 8 ? count : 8;
  entry->mantissa = entry->mantissa * powers_of_ten[first] + number(w->text + place, first);
  if (count > 8) {
    if (entry->mantissa >= 100000000000) return 0;
    entry->mantissa = entry->mantissa * powers_of_ten[count - 8] + number(w->text + place + 8, count - 8);
  }
  entry->decimals = (int32_t)count;
  return place + count;
}

INLINED unsigned take_exponent(const window *w, unsigned place, json_scan_entry *entry) {
  int32_t exponent;
  if (w->text[place + 1] != '-' || place + 2 > last_place) return 0;
  place = take_integer(w, place + 2, &exponent);
  if (place == 0 || exponent > JSON_SCAN_MOST_DECIMALS - entry->decimals) return 0;
  entry->decimals += exponent;
  return place;
}

INLINED unsigned take_logprob(const window *w, unsigned place, json_scan_entry *entry) {
  entry->has_logprob = true;
  entry->is_negative = w->minuses >> place & 1;
  place += entry->is_negative;
  int32_t whole;
  place = take_integer(w, place, &whole);
  if (place == 0 || place > last_place) return 0;
  entry->mantissa = (uint64_t)whole;
  entry->decimals = 0;
  if (w->text[place] == '.') {
    place = take_fraction(w, place + 1, entry);
    if (place == 0 || place > last_place) return 0;
  }
  return (w->text[place] | 0x20) == 'e' ? take_exponent(w, place, entry) : place;
}

INLINED unsigned take_text(const window *w, unsigned place) {
  if (w->text[place] != '"') return 0;
  uint64_t ends = w->quotes >> (place + 1);
  if (ends == 0) return 0;
  unsigned length = (unsigned)__builtin_ctzll(ends);
  uint64_t inside = ((uint64_t)1 << length) - 1;
  return w->unusual >> (place + 1) & inside ? 0 : place + length + 2;
}

// Whether a name stands here, with its colon.
#define IS(name) (memcmp(w->text + place, "\"" name "\":", sizeof name + 2) == 0)

// Takes a name of so many letters, its colon and a space behind that.
INLINED unsigned take_name(const window *w, unsigned place, size_t letters) {
  place += (unsigned)letters + 3;
  // At place 0 stands the brace, where no value is taken.
  return place > last_place ? 0 : place + (w->spaces >> place & 1);
}
#define TAKE(name) take_name(w, place, sizeof name - 1)

// Takes the entry of a window; where `holds_list` is set, its members up to `top_logprobs`. A second logprob is left to
// others, who count the digits of both.
INLINED unsigned take_entry(const window *w, bool holds_list, json_scan_entry *entry) {
  enum { most_members = 4 };
  unsigned place = 1;
  *entry = (json_scan_entry){.token = -1};
  for (int member = 0; member < most_members; member++) {
    place += w->spaces >> place & 1;
    if (IS("token_id")) {
      place = take_integer(w, TAKE("token_id"), &entry->token);
    } else if (!entry->has_logprob && IS("logprob")) {
      place = take_logprob(w, TAKE("logprob"), entry);
    } else if (IS("rank")) {
      place = take_integer(w, TAKE("rank"), &entry->rank);
      if (entry->rank == 0) return 0;
    } else if (holds_list && IS("top_logprobs")) {
      place += sizeof "top_logprobs" + 2;
      place += w->text[place] == ' ';
      return w->text[place] == '[' ? place : 0;
    } else if (IS("decoded_token")) {
      entry->has_text = true;
      place = take_text(w, TAKE("decoded_token"));
    } else {
      return 0;
    }
    if (place == 0 || place > last_place) return 0;
    uint8_t byte = w->text[place++];
    if (byte == '}') return holds_list ? 0 : place;
    if (byte != ',') return 0;
  }
  return 0;
}

// Entries in the layout of most files: `{"token_id": 33, "logprob": -2.982189, "rank": 5}`, or the same without spaces.

// What stands before the three numbers.
typedef struct {
  const char *token, *logprob, *rank;
  unsigned token_length, logprob_length, rank_length;
} layout;
#define LAYOUT(token, logprob, rank) \
  (layout){token, logprob, rank, sizeof token - 1, sizeof logprob - 1, sizeof rank - 1}

INLINED uint64_t without_lowest(uint64_t bits) { return bits & (bits - 1); }

// The lowest place; 64 where there is none.
INLINED unsigned place_of(uint64_t bits) { return bits ? (unsigned)__builtin_ctzll(bits) : 64; }

// Takes an entry in this layout; tells the place behind it, or 0 for an entry in another one.
//
// The digits in it are four runs. Where each begins and ends follows from the mask of all digits: not even a member waits
// for the one before.
INLINED unsigned take_usual(const uint8_t *text, uint64_t digits, layout is, json_scan_entry *entry) {
  enum { token, whole, fraction, rank, runs, longest = 8 };
  uint64_t starts = digits & ~(digits << 1), ends = ~digits & (digits << 1);
  unsigned start[runs], end[runs];
  for (int run = 0; run < runs; run++) {
    start[run] = place_of(starts);
    end[run] = place_of(ends);
    starts = without_lowest(starts);
    ends = without_lowest(ends);
  }
  if (end[rank] > last_place) return 0;
  unsigned sign = end[token] + is.logprob_length;
  bool is_negative = start[whole] != sign;
  bool is_usual = start[token] == is.token_length && memcmp(text, is.token, is.token_length) == 0
    && memcmp(text + end[token], is.logprob, is.logprob_length) == 0 && start[whole] == sign + is_negative
    && (!is_negative || text[sign] == '-') && text[end[whole]] == '.' && start[fraction] == end[whole] + 1
    && start[rank] == end[fraction] + is.rank_length && memcmp(text + end[fraction], is.rank, is.rank_length) == 0
    && text[end[rank]] == '}';
  if (!is_usual) return 0;
  for (int run = 0; run < runs; run++)
    if (end[run] - start[run] > longest) return 0;
  unsigned decimals = end[fraction] - start[fraction];
  *entry = (json_scan_entry){
    .token = (int32_t)number(text + start[token], end[token] - start[token]),
    .mantissa = number(text + start[whole], end[whole] - start[whole]) * powers_of_ten[decimals]
      + number(text + start[fraction], decimals),
    .decimals = (int32_t)decimals,
    .rank = (int32_t)number(text + start[rank], end[rank] - start[rank]),
    .has_logprob = true,
    .is_negative = is_negative,
  };
  return entry->rank > 0 ? end[rank] + 1 : 0;
}

// Enough for every byte that is read of an entry.
enum { readable = 128 };

INLINED window window_at(const uint8_t *bytes) {
  block text;
  memcpy(&text, bytes, sizeof text);
  return (window){
    bytes, BITS((block)(text - '0') < 10), BITS(text == ' '), BITS(text == '"'), BITS(text == '-'),
    BITS((text == '\\') | (text < 0x20)),
  };
}

// Takes an entry in any layout.
INLINED unsigned take_any(const uint8_t *bytes, json_scan_entry *entry) {
  enum { behind_name = 12 };
  block text;
  memcpy(&text, bytes, sizeof text);
  uint64_t digits = BITS((block)(text - '0') < 10);
  unsigned length = bytes[behind_name] == ' '
    ? take_usual(bytes, digits, LAYOUT("{\"token_id\": ", ", \"logprob\": ", ", \"rank\": "), entry)
    : take_usual(bytes, digits, LAYOUT("{\"token_id\":", ",\"logprob\":", ",\"rank\":"), entry);
  if (length > 0) return length;
  window w = window_at(bytes);
  return take_entry(&w, false, entry);
}

INLINED size_t entries(
  const uint8_t *bytes, size_t start, size_t end, json_scan_entry *found, size_t most) {
  size_t place = start;
  size_t count = 0;
  while (count < most && end - place >= readable && bytes[place] == '{') {
    __builtin_prefetch(bytes + place + 1024);
    unsigned length = take_any(bytes + place, found + count);
    if (length == 0 || found[count].token < 0) break;
    place += length;
    found[count++].end = place;
    if (bytes[place] != ',') break;
    place += 1 + (bytes[place + 1] == ' ');
  }
  return count;
}

INLINED bool head(const uint8_t *bytes, size_t start, size_t end, json_scan_entry *found) {
  if (end - start < readable || bytes[start] != '{') return false;
  window w = window_at(bytes + start);
  unsigned length = take_entry(&w, true, found);
  if (length == 0 || found->token < 0) return false;
  found->end = start + length;
  return true;
}

#if defined(__x86_64__)
FOR_AVX2 static size_t entries_avx2(
  const uint8_t *bytes, size_t start, size_t end, json_scan_entry *found, size_t most) {
  return entries(bytes, start, end, found, most);
}
FOR_AVX512 static size_t entries_avx512(
  const uint8_t *bytes, size_t start, size_t end, json_scan_entry *found, size_t most) {
  return entries(bytes, start, end, found, most);
}
FOR_AVX2 static bool head_avx2(const uint8_t *bytes, size_t start, size_t end, json_scan_entry *found) {
  return head(bytes, start, end, found);
}
FOR_AVX512 static bool head_avx512(const uint8_t *bytes, size_t start, size_t end, json_scan_entry *found) {
  return head(bytes, start, end, found);
}
#endif

size_t json_scan_entries(
  const uint8_t *bytes, size_t start, size_t end, json_scan_entry *found, size_t most) {
#if defined(__x86_64__)
  if (HAS_AVX512) return entries_avx512(bytes, start, end, found, most);
  if (HAS_AVX2) return entries_avx2(bytes, start, end, found, most);
#endif
  return entries(bytes, start, end, found, most);
}

bool json_scan_head(const uint8_t *bytes, size_t start, size_t end, json_scan_entry *found) {
#if defined(__x86_64__)
  if (HAS_AVX512) return head_avx512(bytes, start, end, found);
  if (HAS_AVX2) return head_avx2(bytes, start, end, found);
#endif
  return head(bytes, start, end, found);
}
