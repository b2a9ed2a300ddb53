// The greatest score of every group of neighbouring tokens: what finds the most probable tokens without looking at most
// of the row again.

/// Tokens that one group maximum stands for, at least.
enum { GROUP = DIVERGENCE_GROUP };
/// Group maxima that are kept. A row of more than GROUP · GROUP_LIMIT tokens has larger groups.
enum { GROUP_LIMIT = 1024 };

struct groups {
  /// The size is GROUP · 2^doublings.
  size_t count, size, doublings;
  float greatest[GROUP_LIMIT];
};

static void start_groups(struct groups *groups, size_t count) {
  groups->doublings = 0;
  while ((count - 1) / GROUP >> groups->doublings >= GROUP_LIMIT) groups->doublings++;
  groups->size = (size_t)GROUP << groups->doublings;
  groups->count = (count - 1) / groups->size + 1;
  for (size_t g = 0; g < groups->count; g++) groups->greatest[g] = -INFINITY;
}

ALWAYS_INLINE void note_greatest(struct groups *groups, size_t token, float score) {
  float *slot = &groups->greatest[token / GROUP >> groups->doublings];
  if (score > *slot) *slot = score;
}

ALWAYS_INLINE bool has_finite(const struct groups *groups) {
  for (size_t g = 0; g < groups->count; g++)
    if (groups->greatest[g] > -INFINITY) return true;
  return false;
}

/// The best ones of a stream of scores, by falling score, ties by rising token.
struct leaders {
  size_t count, limit;
  uint32_t tokens[DIVERGENCE_TOP_LIMIT];
  float scores[DIVERGENCE_TOP_LIMIT];
};

/// Takes a score in where it is among the best. Tokens must come by rising id.
static void consider(struct leaders *leaders, uint32_t token, float score) {
  size_t place;
  if (leaders->count < leaders->limit) {
    place = leaders->count++;
  } else {
    place = leaders->limit - 1;
    if (!(score > leaders->scores[place])) return;
  }
  for (; place > 0 && leaders->scores[place - 1] < score; place--) {
    leaders->scores[place] = leaders->scores[place - 1];
    leaders->tokens[place] = leaders->tokens[place - 1];
  }
  leaders->scores[place] = score;
  leaders->tokens[place] = token;
}

/// A score that at least `limit` tokens reach: the `limit`-th greatest group maximum.
static float reached_by(const struct groups *groups, size_t limit) {
  struct leaders best = {.limit = limit};
  for (size_t g = 0; g < groups->count; g++) consider(&best, 0, groups->greatest[g]);
  return best.count < limit ? -INFINITY : best.scores[limit - 1];
}

/// The `leaders->limit` most probable tokens. Excluded tokens are not among them.
ALWAYS_INLINE void find_leaders(
  struct scores row, size_t count, const struct groups *groups, struct leaders *leaders
) {
  float least = reached_by(groups, leaders->limit);
  for (size_t g = 0; g < groups->count; g++) {
    if (!(groups->greatest[g] >= least)) continue;
    size_t i = g * groups->size, end = i + groups->size < count ? i + groups->size : count;
    for (; i + LANES <= end; i += LANES) {
      uint32_t reaching = bits(load(row, i) >= least);
      if (!reaching) continue;
      for (; reaching; reaching &= reaching - 1) {
        size_t token = i + (size_t)__builtin_ctz(reaching);
        float x = score(row, token);
        if (x > -INFINITY) consider(leaders, (uint32_t)token, x);
      }
      // What comes later must be greater than the last one of a full list.
      if (leaders->count == leaders->limit) least = leaders->scores[leaders->limit - 1];
    }
    for (; i < end; i++) {
      float x = score(row, i);
      if (x >= least && x > -INFINITY) consider(leaders, (uint32_t)i, x);
    }
  }
}
