// Two rows, token by token: how much probability each token can have under either model.
//
// Tokens that both rows list stand first, then those of the tuned row alone, those of the reference's row alone, and last
// all tokens that neither lists, lumped together: they have the same bounds, and of all ways to share out their mass the
// even one makes the two distributions most alike (the log-sum inequality).

struct boxes {
  /// The smallest and the largest probability of each token; behind the last one stands a vector of zeros.
  double *tuned_low, *tuned_high, *reference_low, *reference_high;
  /// Where the tokens of each kind end.
  size_t shared, tuned_alone, count;
  /// Where those of the reference alone end: `count` where no token is unlisted.
  size_t reference_alone;
};

typedef int32_t ids __attribute__((ext_vector_type(16)));
typedef bool id_bits __attribute__((ext_vector_type(16)));

/// Rows of so many tokens are compared each with each; longer ones through a hash table.
enum { SHORT_LIST = 64 };

/// Where each token of one list stands in another, and which tokens of that have a place.
struct places {
  /// -1 where it is not in it.
  int32_t *of;
  uint64_t *taken;
  int32_t *slots;
};

ALWAYS_INLINE bool is_taken(const struct places *places, size_t place) {
  return places->taken[place / 64] >> (place % 64) & 1;
}

ALWAYS_INLINE void place_in_short_list(
  const struct truncation_row *tuned, const struct truncation_row *reference, struct places *places) {
  ids listed[SHORT_LIST / 16];
  if (reference->count > 0) memcpy(listed, reference->tokens, reference->count * sizeof *reference->tokens);
  uint64_t valid = reference->count == 64 ? UINT64_MAX : ((uint64_t)1 << reference->count) - 1;
  uint64_t taken = 0;
  for (size_t i = 0; i < tuned->count; i++) {
    uint64_t same = 0;
    for (size_t group = 0; 16 * group < reference->count; group++) {
      id_bits set = __builtin_convertvector(listed[group] == (ids)(tuned->tokens[i]), id_bits);
      uint16_t bits;
      memcpy(&bits, &set, sizeof bits);
      same |= (uint64_t)bits << (16 * group);
    }
    same &= valid;
    taken |= same;
    places->of[i] = same ? __builtin_ctzll(same) : -1;
  }
  places->taken[0] = taken;
}

/// Fibonacci hashing: the upper bits of the id times 2⁶⁴ divided by the golden ratio.
ALWAYS_INLINE size_t slot_of(int32_t token, int bits) {
  return (uint64_t)(int64_t)token * 0x9E3779B97F4A7C15 >> (64 - bits);
}

/// Open addressing, at most half full.
ALWAYS_INLINE int slot_bits(size_t count) { return 65 - __builtin_clzll(count | 1); }

static void place_in_long_list(
  const struct truncation_row *tuned, const struct truncation_row *reference, struct places *places) {
  int bits = slot_bits(reference->count);
  size_t last = ((size_t)1 << bits) - 1;
  for (size_t slot = 0; slot <= last; slot++) places->slots[slot] = -1;
  for (size_t place = 0; place < reference->count; place++) {
    size_t slot = slot_of(reference->tokens[place], bits);
    while (places->slots[slot] >= 0) slot = (slot + 1) & last;
    places->slots[slot] = (int32_t)place;
  }
  memset(places->taken, 0, (reference->count + 63) / 64 * sizeof *places->taken);
  for (size_t i = 0; i < tuned->count; i++) {
    size_t slot = slot_of(tuned->tokens[i], bits);
    while (places->slots[slot] >= 0 && reference->tokens[places->slots[slot]] != tuned->tokens[i])
      slot = (slot + 1) & last;
    int32_t place = places->slots[slot];
    places->of[i] = place;
    if (place >= 0) places->taken[place / 64] |= (uint64_t)1 << (place % 64);
  }
}

ALWAYS_INLINE void place_tokens(const struct truncation_request *request, struct places *places) {
  if (request->reference.count <= SHORT_LIST) {
    place_in_short_list(&request->tuned, &request->reference, places);
  } else {
    place_in_long_list(&request->tuned, &request->reference, places);
  }
}

ALWAYS_INLINE int32_t shared_top(const struct truncation_request *request, const struct places *places) {
  int32_t shared = 0;
  for (size_t i = 0; i < request->tuned.count && i < TRUNCATION_TOP; i++)
    shared += (uint32_t)places->of[i] < TRUNCATION_TOP;
  return shared;
}

ALWAYS_INLINE void set_box(
  struct boxes *it, size_t place, doubles tuned_low, doubles tuned_high, doubles reference_low, doubles reference_high) {
  set_vector(it->tuned_low + place, tuned_low);
  set_vector(it->tuned_high + place, tuned_high);
  set_vector(it->reference_low + place, reference_low);
  set_vector(it->reference_high + place, reference_high);
}

/// Pairs the tokens of two rows, whose places are known. `sorted` has room for four lists of probabilities.
///
/// Whole vectors are written: what is too much of one kind is where the next kind begins, and is written over.
ALWAYS_INLINE void join(
  const struct truncation_request *request, const struct mass *reference, const struct mass *tuned, double *sorted,
  size_t width, const struct places *places, struct boxes *it) {
  double *tuned_shared = sorted, *reference_shared = sorted + width;
  double *tuned_only = sorted + 2 * width, *reference_only = sorted + 3 * width;
  size_t shared = 0, tuned_alone = 0, reference_alone = 0;
  // Which of the two it is cannot be foreseen: both are written, and one of them is kept.
  for (size_t i = 0; i < tuned->count; i++) {
    int32_t place = places->of[i];
    bool is_shared = place >= 0;
    tuned_shared[shared] = tuned_only[tuned_alone] = tuned->probabilities[i];
    reference_shared[shared] = reference->probabilities[is_shared ? place : 0];
    shared += is_shared;
    tuned_alone += !is_shared;
  }
  for (size_t i = 0; i < reference->count; i++) {
    reference_only[reference_alone] = reference->probabilities[i];
    reference_alone += !is_taken(places, i);
  }
  for (size_t i = 0; i < shared; i += LANES) {
    doubles p = vector(tuned_shared + i), q = vector(reference_shared + i);
    set_box(it, i, low(tuned, p), high(tuned, p), low(reference, q), high(reference, q));
  }
  for (size_t i = 0; i < tuned_alone; i += LANES) {
    doubles p = vector(tuned_only + i);
    set_box(it, shared + i, low(tuned, p), high(tuned, p), all(reference->unlisted_low), all(reference->cap));
  }
  for (size_t i = 0; i < reference_alone; i += LANES) {
    doubles q = vector(reference_only + i);
    set_box(
      it, shared + tuned_alone + i, all(tuned->unlisted_low), all(tuned->cap), low(reference, q), high(reference, q));
  }
  it->shared = shared;
  it->tuned_alone = shared + tuned_alone;
  it->reference_alone = it->count = shared + tuned_alone + reference_alone;
  bool knows_count = request->knows_vocabulary_size;
  double count = knows_count ? most_of(0, (double)request->vocabulary_size - (double)it->count) : 0;
  doubles none = all(0);
  set_box(it, it->count, none, none, none, none);
  if (knows_count && count == 0) return;
  it->tuned_low[it->count] = count * tuned->unlisted_low;
  it->tuned_high[it->count] = room_of(knows_count, count, tuned->cap);
  it->reference_low[it->count] = count * reference->unlisted_low;
  it->reference_high[it->count] = room_of(knows_count, count, reference->cap);
  it->count++;
  set_box(it, it->count, none, none, none, none);
}

/// The boxes of eight tokens.
struct box {
  doubles tuned_low, tuned_high, reference_low, reference_high;
};

ALWAYS_INLINE struct box box_at(const struct boxes *boxes, size_t place) {
  return (struct box){
    vector(boxes->tuned_low + place), vector(boxes->tuned_high + place), vector(boxes->reference_low + place),
    vector(boxes->reference_high + place)};
}

#define EACH_BOX(i, boxes) for (size_t i = 0; i < (boxes)->count; i += LANES)
