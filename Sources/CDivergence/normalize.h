// The first pass: the log-sum-exp and the entropy of a row, and its group maxima.

/// Tokens that are read in one go. A multiple of GROUP.
enum { BLOCK = 2048 };

/// How far before the token in use its memory is called for, in bytes.
enum { PREFETCH_DISTANCE = 4096 };

/// How far a score may lie above the centre before the centre moves. Scores near the centre lose least when the
/// centre is subtracted.
#define CENTRE_SLACK 4.0f

/// The running sums of one row around a centre c, which is one of its scores.
struct mass {
  float centre;
  /// `Σ e^(x − c)` and `Σ (x − c) e^(x − c)`.
  double sum, weighted;
  struct groups groups;
};

/// The same sums of one block, around the centre of the row.
struct block_mass {
  doubles sum, weighted;
  float greatest;
};

ALWAYS_INLINE double log_sum(const struct mass *mass) { return log(mass->sum); }

ALWAYS_INLINE void move_centre(struct mass *mass, float centre) {
  double step = (double)mass->centre - centre, factor = exp(step);
  mass->weighted = factor * (mass->weighted + step * mass->sum);
  mass->sum *= factor;
  mass->centre = centre;
}

struct lane_mass {
  floats sum, weighted, greatest;
};

ALWAYS_INLINE void add_mass(struct lane_mass *sums, struct chains x, float centre) {
  struct chains below;
  EACH_CHAIN below.of[j] = bounded(x.of[j] - centre);
  struct chains e = exponential(below);
  EACH_CHAIN sums->greatest = greater(x.of[j], sums->greatest);
  EACH_CHAIN sums->sum += e.of[j];
  EACH_CHAIN sums->weighted = multiply_add(e.of[j], below.of[j], sums->weighted);
}

ALWAYS_INLINE void prefetch(struct scores row, size_t i) {
  const unsigned char *ahead = row.bytes + i * score_size(row) + PREFETCH_DISTANCE;
  for (size_t line = 0; line < STEP * score_size(row); line += 64) __builtin_prefetch(ahead + line, 0, 3);
}

/// Adds the sums of `count` tokens, a multiple of STEP and at most GROUP, to those of a block.
ALWAYS_INLINE float sum_group(struct scores row, size_t count, float centre, struct block_mass *block) {
  struct lanes sum, weighted, top;
  EACH_PART {
    struct lane_mass sums = {0, 0, all(-INFINITY)};
    for (size_t i = 0; i < count; i += STEP) {
      if (part == 0) prefetch(row, i);
      add_mass(&sums, load_step(row, i, part), centre);
    }
    put(&sum, part, sums.sum);
    put(&weighted, part, sums.weighted);
    put(&top, part, sums.greatest);
  }
  block->sum += widened(&sum);
  block->weighted += widened(&weighted);
  return greatest(&top);
}

/// The sums of `count` tokens, a multiple of STEP, of which the first is token `first` of the whole row.
ALWAYS_INLINE struct block_mass sum_block(
  struct scores block, size_t first, size_t count, float centre, struct groups *groups
) {
  struct block_mass sums = {0, 0, -INFINITY};
  for (size_t start = 0; start < count; start += GROUP) {
    size_t length = count - start < GROUP ? count - start : GROUP;
    float top = sum_group(from(block, start), length, centre, &sums);
    note_greatest(groups, first + start, top);
    if (top > sums.greatest) sums.greatest = top;
  }
  return sums;
}

/// Adds one block to the sums of its row.
///
/// - Returns: False where a NaN or +∞ stands in the block.
ALWAYS_INLINE bool take_block(struct scores block, size_t first, size_t count, struct mass *mass) {
  for (;;) {
    struct block_mass sums = sum_block(block, first, count, mass->centre, &mass->groups);
    if (sums.greatest == INFINITY) return false;
    // The comparison is of a difference: a constant added to a row must not change what happens to it.
    if (sums.greatest - mass->centre > CENTRE_SLACK) {
      move_centre(mass, sums.greatest);
      continue;
    }
    double weighted = total(sums.weighted);
    if (isnan(weighted)) return false;
    mass->sum += total(sums.sum);
    mass->weighted += weighted;
    return true;
  }
}
