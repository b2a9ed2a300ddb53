// The first pass: every token's mass, the log-sum-exp and the entropy of a row, and its group maxima.

/// How far before the token in use its memory is called for, in bytes: by the first pass from memory, by the second from
/// the third-level cache.
enum { FIRST_PREFETCH = 8192, SECOND_PREFETCH = 4096 };

/// Of the first pass over single precision with wide vectors, which waits for memory: into the second-level cache early,
/// and from there into the first-level one, which has few places for what is on its way.
enum { FAR_PREFETCH = 16384, NEAR_PREFETCH = 2048 };

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
  /// The score of the emitted token, and how many tokens have a greater one.
  float emitted;
  size_t greater;
};

/// The same sums of one group.
struct group_mass {
  struct lanes sum, weighted, greatest;
  size_t greater;
};

/// `ln Σ e^(x − c)`, to a multiple of 2⁻³⁶: the sum with a centre that grows by a constant then grows by it exactly.
ALWAYS_INLINE double log_sum(const struct mass *mass) { return rint(log(total(mass->sum)) * 0x1p36) * 0x1p-36; }

static void move_centre(struct mass *mass, float centre) {
  double step = (double)mass->centre - centre, factor = exp(step);
  mass->weighted = factor * (mass->weighted + step * mass->sum);
  mass->sum *= factor;
  mass->centre = centre;
}

ALWAYS_INLINE void prefetch(struct scores row, size_t i, size_t distance) {
  __builtin_prefetch(row.bytes + i * score_size(row) + distance, 0, 3);
}

ALWAYS_INLINE void first_prefetch(struct scores row, size_t i) {
  if (PARTS > 1 || row.encoding != DIVERGENCE_FLOAT32) return prefetch(row, i, FIRST_PREFETCH);
  __builtin_prefetch(row.bytes + i * score_size(row) + FAR_PREFETCH, 0, 2);
  prefetch(row, i, NEAR_PREFETCH);
}

/// The sums of `count` tokens, a multiple of SUMS and at most GROUP. `masses` takes each token's mass if `keeps`.
ALWAYS_INLINE void sum_group(
  struct scores row, size_t count, float centre, float emitted, bool keeps, float *masses, struct group_mass *group
) {
  struct exponential_constants constants = exponential_constants();
  floats middle = all(centre), least = all(LEAST_LOGARITHM);
  IN_REGISTER(middle);
  floats sum[PARTS] = {0}, weighted[PARTS] = {0}, greatest = load(row, 0);
  size_t above = 0;
  struct exponent next = exponent(at_least(least, greatest - middle), &constants);
  _Pragma("clang loop unroll(disable)") for (size_t i = 0; i < count; i += SUMS) {
    first_prefetch(row, i);
    EACH_PART {
      size_t here = i + part * LANES, following = here + LANES;
      struct exponent this = next;
      // Behind the last vector stands nothing: there the first one is looked at again.
      floats x = load(row, part + 1 < PARTS || following < count ? following : 0);
      next = exponent(at_least(least, x - middle), &constants);
      greatest = greater(x, greatest);
      above += (size_t)__builtin_popcount(bits(x > all(emitted)));
      floats e = exponential(this, &constants);
      sum[part] += e;
      weighted[part] = multiply_add(e, this.x, weighted[part]);
      if (keeps) set_vector(masses + here, e);
    }
  }
  group->greater = above;
  EACH_PART {
    put(&group->sum, part, sum[part]);
    put(&group->weighted, part, weighted[part]);
    put(&group->greatest, part, greatest);
  }
}

// Functions of their own: inside a larger one the compiler puts the sums into memory to have registers for constants.
#define SUM_GROUP_OF(name, stored) \
  static __attribute__((noinline)) void name( \
    struct scores row, size_t count, float centre, float emitted, float *masses, struct group_mass *group \
  ) { \
    row.encoding = stored; \
    if (masses) \
      sum_group(row, count, centre, emitted, true, masses, group); \
    else \
      sum_group(row, count, centre, emitted, false, NULL, group); \
  }
SUM_GROUP_OF(sum_group_of_float32, DIVERGENCE_FLOAT32)
SUM_GROUP_OF(sum_group_of_float16, DIVERGENCE_FLOAT16)
SUM_GROUP_OF(sum_group_of_bfloat16, DIVERGENCE_BFLOAT16)
SUM_GROUP_OF(sum_group_of_affine16, DIVERGENCE_AFFINE16)

/// The sums of a group; `masses` takes each token's mass, or is null.
ALWAYS_INLINE void sum_group_of(
  struct scores row, size_t count, float centre, float emitted, float *masses, struct group_mass *group
) {
  switch (row.encoding) {
  case DIVERGENCE_FLOAT32:
    return sum_group_of_float32(row, count, centre, emitted, masses, group);
  case DIVERGENCE_FLOAT16:
    return sum_group_of_float16(row, count, centre, emitted, masses, group);
  case DIVERGENCE_BFLOAT16:
    return sum_group_of_bfloat16(row, count, centre, emitted, masses, group);
  case DIVERGENCE_AFFINE16:
    return sum_group_of_affine16(row, count, centre, emitted, masses, group);
  }
}

/// Adds the group that begins at token `first` to the sums of its row.
///
/// - Returns: False where a NaN or +∞ stands in the group.
ALWAYS_INLINE bool take_group(
  struct scores group, size_t first, size_t count, bool keeps, struct mass *mass
) {
  float *masses = keeps ? mass->kept.masses + first : NULL;
  for (;;) {
    struct group_mass sums;
    sum_group_of(group, count, mass->centre, mass->emitted, masses, &sums);
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
    mass->greater += sums.greater;
    if (keeps) mass->kept.centres[first / GROUP] = mass->centre;
    return true;
  }
}
