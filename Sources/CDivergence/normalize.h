// The first pass: every token's mass, the log-sum-exp and the entropy of a row, and its group maxima.

/// How far before the token in use its memory is called for, in bytes.
enum { PREFETCH_DISTANCE = 4096 };

/// How far a score may lie above the centre before the centre moves. Scores near the centre lose least when the
/// centre is subtracted.
#define CENTRE_SLACK 4.0f

/// Every token's `e^(x − c)`, so that the second pass need not compute it again, and the centre c that each group had.
struct kept {
  float *masses, *centres;
};

ALWAYS_INLINE struct kept kept_in(float *room, size_t count) {
  return (struct kept){room, room ? room + (count + GROUP - 1) / GROUP * GROUP : NULL};
}

/// The running sums of one row around a centre c, which is one of its scores.
struct mass {
  float centre;
  /// `Σ e^(x − c)` and `Σ (x − c) e^(x − c)`.
  doubles sum, weighted;
  struct kept kept;
  struct groups groups;
};

/// The same sums of one group.
struct group_mass {
  struct lanes sum, weighted, greatest;
};

/// `ln Σ e^(x − c)`, to a multiple of 2⁻³⁶: the sum with a centre that grows by a constant then grows by it exactly.
ALWAYS_INLINE double log_sum(const struct mass *mass) { return rint(log(total(mass->sum)) * 0x1p36) * 0x1p-36; }

static void move_centre(struct mass *mass, float centre) {
  double step = (double)mass->centre - centre, factor = exp(step);
  mass->weighted = factor * (mass->weighted + step * mass->sum);
  mass->sum *= factor;
  mass->centre = centre;
}

ALWAYS_INLINE void prefetch(struct scores row, size_t i) {
  __builtin_prefetch(row.bytes + i * score_size(row) + PREFETCH_DISTANCE, 0, 3);
}

/// The sums of `count` tokens, a multiple of SUMS and at most GROUP. `masses` takes each token's mass if `keeps`.
ALWAYS_INLINE struct group_mass sum_group(
  struct scores row, size_t count, float centre, bool keeps, float *masses
) {
  struct group_mass group;
  EACH_PART {
    floats sum = 0, weighted = 0, greatest = all(-INFINITY);
    EACH_VECTOR(i, part, count) {
      if (part == 0) prefetch(row, i);
      floats x = load(row, i), below = bounded(x - centre), e = exponential(below);
      greatest = greater(x, greatest);
      sum += e;
      weighted = multiply_add(e, below, weighted);
      if (keeps) set_vector(masses + i, e);
    }
    put(&group.sum, part, sum);
    put(&group.weighted, part, weighted);
    put(&group.greatest, part, greatest);
  }
  return group;
}

/// Adds the group that begins at token `first` to the sums of its row.
///
/// - Returns: False where a NaN or +∞ stands in the group.
ALWAYS_INLINE bool take_group(
  struct scores group, size_t first, size_t count, bool keeps, struct mass *mass
) {
  float *masses = keeps ? mass->kept.masses + first : NULL;
  for (;;) {
    struct group_mass sums = sum_group(group, count, mass->centre, keeps, masses);
    float top = greatest(&sums.greatest);
    if (top == INFINITY) return false;
    // The comparison is of a difference: a constant added to a row must not change what happens to it.
    if (top - mass->centre > CENTRE_SLACK) {
      move_centre(mass, top);
      continue;
    }
    doubles weighted = widened(&sums.weighted);
    if (isnan(total(weighted))) return false;
    mass->sum += widened(&sums.sum);
    mass->weighted += weighted;
    note_greatest(&mass->groups, first, top);
    if (keeps) mass->kept.centres[first / GROUP] = mass->centre;
    return true;
  }
}
