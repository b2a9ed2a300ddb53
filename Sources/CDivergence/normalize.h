// The first pass: the log-sum-exp and the entropy of both rows, and the group maxima.

/// Tokens that are read in one go. A multiple of GROUP.
enum { BLOCK = 2048 };

/// How far before the token in use its memory is called for, in bytes.
enum { PREFETCH_DISTANCE = 8192 };

/// How far a score may lie above the centre before the centre moves. Scores near the centre lose least when the
/// centre is subtracted.
#define CENTRE_SLACK 4.0f

/// The running sums of one row around a centre c, which is one of its scores.
struct mass {
  float centre;
  /// `Σ e^(x − c)` and `Σ (x − c) e^(x − c)`.
  double sum, weighted;
  /// The greatest score among the tokens that the other row excludes.
  float greatest_alone;
  struct groups groups;
};

/// The sums of one block. `unordered` is set in the lanes that saw a NaN.
struct block_mass {
  f64x8 sum, weighted;
  float greatest, greatest_alone;
  i32x16 unordered;
};

ALWAYS_INLINE double log_sum(const struct mass *mass) { return log(mass->sum); }

ALWAYS_INLINE void move_centre(struct mass *mass, float centre) {
  double step = (double)mass->centre - centre, factor = exp(step);
  mass->weighted = factor * (mass->weighted + step * mass->sum);
  mass->sum *= factor;
  mass->centre = centre;
}

/// Scores this far below the centre have no mass in single precision.
#define FLOOR -200.0f

/// Whether tokens without probability are among the scores.
enum exclusion { NONE_EXCLUDED, SOME_EXCLUDED };

struct group_mass {
  f32x16 sum, weighted, greatest, greatest_alone;
  i32x16 unordered;
};

ALWAYS_INLINE void add_mass(
  struct group_mass *sums, f32x16 x, f32x16 other, float centre, enum exclusion exclusion
) {
  sums->greatest = greater(x, sums->greatest);
  f32x16 below = x - centre;
  if (exclusion == SOME_EXCLUDED) {
    sums->unordered |= x != x;
    sums->greatest_alone = greater(other == -INFINITY ? x : all(-INFINITY), sums->greatest_alone);
    below = greater(below, all(FLOOR));
  }
  f32x16 e = exponential(below);
  sums->sum += e;
  sums->weighted = multiply_add(e, below, sums->weighted);
}

ALWAYS_INLINE void fold_group(
  struct block_mass *block, struct groups *groups, size_t token, const struct group_mass *sums,
  enum exclusion exclusion
) {
  float top = greatest(sums->greatest);
  note_greatest(groups, token, top);
  if (top > block->greatest) block->greatest = top;
  block->sum += widened(sums->sum);
  block->weighted += widened(sums->weighted);
  if (exclusion == SOME_EXCLUDED) {
    block->unordered |= sums->unordered;
    float alone = greatest(sums->greatest_alone);
    if (alone > block->greatest_alone) block->greatest_alone = alone;
  }
}

static const struct group_mass no_group_mass = {.greatest = -INFINITY, .greatest_alone = -INFINITY};
static const struct block_mass no_block_mass = {.greatest = -INFINITY, .greatest_alone = -INFINITY};

ALWAYS_INLINE void prefetch(struct scores row, size_t i) {
  const unsigned char *ahead = row.bytes + i * score_size(row) + PREFETCH_DISTANCE;
  __builtin_prefetch(ahead, 0, 3);
  if (row.encoding == DIVERGENCE_FLOAT32) __builtin_prefetch(ahead + 64, 0, 3);
}

/// The sums of `count` tokens, a multiple of 32, of which the first is token `first` of the row.
ALWAYS_INLINE void sum_block(
  struct scores reference, struct scores tuned, size_t first, size_t count, struct mass *reference_mass,
  struct mass *tuned_mass, enum exclusion exclusion, struct block_mass *reference_block,
  struct block_mass *tuned_block
) {
  const float reference_centre = reference_mass->centre, tuned_centre = tuned_mass->centre;
  *reference_block = *tuned_block = no_block_mass;
  for (size_t start = 0; start < count; start += GROUP) {
    size_t end = start + GROUP < count ? start + GROUP : count;
    struct group_mass r = no_group_mass, t = no_group_mass;
    for (size_t i = start; i < end; i += 2 * LANES) {
      prefetch(reference, i);
      prefetch(tuned, i);
      struct two x = load_two(reference, i), y = load_two(tuned, i);
      add_mass(&r, x.first, y.first, reference_centre, exclusion);
      add_mass(&t, y.first, x.first, tuned_centre, exclusion);
      add_mass(&r, x.second, y.second, reference_centre, exclusion);
      add_mass(&t, y.second, x.second, tuned_centre, exclusion);
    }
    fold_group(reference_block, &reference_mass->groups, first + start, &r, exclusion);
    fold_group(tuned_block, &tuned_mass->groups, first + start, &t, exclusion);
  }
}

ALWAYS_INLINE bool raised(struct mass *mass, float greatest) {
  // The comparison is of a difference: a constant added to a row must not change what happens to it.
  if (!(greatest - mass->centre > CENTRE_SLACK)) return false;
  move_centre(mass, greatest);
  return true;
}

ALWAYS_INLINE void add_block(struct mass *mass, const struct block_mass *block) {
  mass->sum += total(block->sum);
  mass->weighted += total(block->weighted);
  if (block->greatest_alone > mass->greatest_alone) mass->greatest_alone = block->greatest_alone;
}

ALWAYS_INLINE bool is_finite(const struct block_mass *block) {
  return total(block->sum) + total(block->weighted) < INFINITY;
}

/// Adds one block to the sums of both rows.
///
/// - Returns: False where a NaN or +∞ stands in the block.
ALWAYS_INLINE bool take_block(
  struct scores reference, struct scores tuned, size_t first, size_t count, struct mass *reference_mass,
  struct mass *tuned_mass, enum exclusion exclusion
) {
  struct block_mass r, t;
  for (;;) {
    if (exclusion == NONE_EXCLUDED)
      sum_block(reference, tuned, first, count, reference_mass, tuned_mass, NONE_EXCLUDED, &r, &t);
    else
      sum_block(reference, tuned, first, count, reference_mass, tuned_mass, SOME_EXCLUDED, &r, &t);
    if (r.greatest == INFINITY || t.greatest == INFINITY || any(r.unordered | t.unordered)) return false;
    bool reference_moved = raised(reference_mass, r.greatest), tuned_moved = raised(tuned_mass, t.greatest);
    if (reference_moved || tuned_moved) continue;
    if (exclusion == SOME_EXCLUDED || (is_finite(&r) && is_finite(&t))) break;
    exclusion = SOME_EXCLUDED;
  }
  add_block(reference_mass, &r);
  add_block(tuned_mass, &t);
  return true;
}
