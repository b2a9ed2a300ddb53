// A pair of rows from end to end.

/// Two rows, and room to unpack a group of each.
struct rows {
  struct scores reference, tuned;
  size_t count;
  /// Whether the two are stored differently. Such rows are unpacked group by group.
  bool mixed;
  float reference_group[GROUP] __attribute__((aligned(64)));
  float tuned_group[GROUP] __attribute__((aligned(64)));
};

/// Tokens `first` … `first + count − 1`: a group as it lies in the row, or unpacked and filled up to whole vectors.
struct piece {
  size_t first, count;
  bool unpacked;
};

ALWAYS_INLINE struct piece piece_at(const struct rows *rows, size_t first) {
  size_t left = rows->count - first, count = left < GROUP ? left : GROUP;
  return (struct piece){first, count, rows->mixed || count % SUMS != 0};
}

/// The length of a piece with the excluded tokens that `unpacked` adds.
ALWAYS_INLINE size_t padded(size_t count) { return (count + SUMS - 1) & ~(size_t)(SUMS - 1); }

/// The greatest score of the tokens `i` … `end − 1`, −∞ where none is a number.
ALWAYS_INLINE float greatest_score(struct scores row, size_t i, size_t end) {
  floats best = all(-INFINITY);
  for (; i + LANES <= end; i += LANES) best = greater(load(row, i), best);
  float top = __builtin_reduce_max(best);
  for (; i < end; i++) {
    float x = score(row, i);
    if (x > top) top = x;
  }
  return top;
}

/// The greatest score of the first group that has a finite one, or 0.
ALWAYS_INLINE float first_centre(struct scores row, size_t count) {
  float top = -INFINITY;
  for (size_t first = 0; first < count && top == -INFINITY; first += GROUP)
    top = greatest_score(row, first, first + GROUP < count ? first + GROUP : count);
  return top < INFINITY && top > -INFINITY ? top : 0;
}

/// The first NaN or +∞ of a piece that holds one.
static void name_obstacle(struct scores row, struct piece piece, struct divergence_result *result) {
  for (size_t i = piece.first; i < piece.first + piece.count; i++) {
    float x = score(row, i);
    if (x < INFINITY) continue;
    result->status = x == INFINITY ? DIVERGENCE_PLUS_INFINITY : DIVERGENCE_NOT_A_NUMBER;
    result->problem_token = i;
    return;
  }
}

/// The first pass over one row.
///
/// - Returns: False where the row has no distribution; `result` says why.
ALWAYS_INLINE bool sum_row(
  const struct rows *rows, struct scores row, size_t emitted, float *unpacking, bool keeps, struct mass *mass,
  struct divergence_result *result
) {
  mass->emitted = score(row, emitted);
  mass->greater = 0;
  mass->centre = first_centre(row, rows->count);
  mass->sum = mass->weighted = 0;
  start_groups(&mass->groups, rows->count);
  for (size_t first = 0; first < rows->count; first += GROUP) {
    struct piece piece = piece_at(rows, first);
    bool taken =
      piece.unpacked
        ? take_group(unpacked(row, first, piece.count, unpacking), first, padded(piece.count), keeps, mass)
        : take_group(from(row, first), first, piece.count, keeps, mass);
    if (!taken) {
      name_obstacle(row, piece, result);
      return false;
    }
  }
  if (has_finite(&mass->groups)) return true;
  result->status = DIVERGENCE_NO_PROBABILITY;
  return false;
}

/// Brings the masses that the first pass kept of a group to the sum of 1. Most groups have the centre of the last one.
ALWAYS_INLINE void set_factors(
  struct group_masses *masses, const struct placement *at, float reference_centre, float tuned_centre
) {
  if (reference_centre == masses->reference_centre && tuned_centre == masses->tuned_centre) return;
  double reference_log = reference_centre - at->reference_log_sum_exp;
  double tuned_log = tuned_centre - (at->reference_log_sum_exp + at->gap);
  masses->factor = exp(reference_log);
  masses->tuned_factor = (float)exp(tuned_log - reference_log);
  masses->reference_centre = reference_centre;
  masses->tuned_centre = tuned_centre;
}

ALWAYS_INLINE void compare_piece(
  struct rows *rows, struct piece piece, struct group_masses *masses, const struct placement *at,
  bool wants_shares, struct shares to, struct differences *sums
) {
  struct scores r = from(rows->reference, piece.first), t = from(rows->tuned, piece.first);
  bool done;
  if (piece.unpacked) {
    r = unpacked(rows->reference, piece.first, piece.count, rows->reference_group);
    t = unpacked(rows->tuned, piece.first, piece.count, rows->tuned_group);
    done = padded(piece.count) == piece.count
      && compare_group(r, t, piece.count, masses, at, wants_shares, to, sums);
  } else {
    done = compare_group(r, t, piece.count, masses, at, wants_shares, to, sums);
  }
  if (done) return;
  r = unpacked(rows->reference, piece.first, piece.count, rows->reference_group);
  t = unpacked(rows->tuned, piece.first, piece.count, rows->tuned_group);
  compare_group_widely(r, t, padded(piece.count), at, to, piece.count, sums);
}

/// Whether the tuned row gives mass to a token that the reference excludes: then its divergence is infinite.
ALWAYS_INLINE bool is_infinite(const struct rows *rows, double tuned_log_sum_exp) {
  size_t i = 0;
  for (; i + LANES <= rows->count; i += LANES)
    if (any(load(rows->reference, i) == -INFINITY)) break;
  for (; i < rows->count; i++) {
    bool excluded = score(rows->reference, i) == -INFINITY;
    if (excluded && score(rows->tuned, i) - tuned_log_sum_exp > LEAST_LOGPROB) return true;
  }
  return false;
}

/// Puts the sums of the second pass into the result.
///
/// They carry an error of the first pass and show it. The gap is wrong by ε, so that the moved mass sums to e^ε − 1 in
/// place of 0: the divergences do not feel ε to first order, and what they feel to second order is taken back.
static void report_differences(const struct differences *sums, struct divergence_result *result) {
  double distance = total(sums->distance), moved = 2 * total(sums->risen) - distance;
  double error = log1p(moved);
  double tuned_reference = exp(-error) * total(sums->kl_tuned_reference) - (expm1(-error) + error);
  double reference_tuned = total(sums->kl_reference_tuned) - (expm1(error) - error);
  double jensen_shannon = 0.5 * total(sums->jensen_shannon) - 0.125 * error * error;
  result->kl_tuned_reference = fmax(tuned_reference, 0);
  result->kl_reference_tuned = fmax(reference_tuned, 0);
  result->jensen_shannon = fmin(fmax(jensen_shannon, 0), 0x1.62e42fefa39efp-1);
  result->total_variation = fmin(0.5 * distance, 1);
}

ALWAYS_INLINE void compare_rows(
  struct rows *rows, const struct mass *reference, const struct mass *tuned, struct shares to,
  struct divergence_result *result
) {
  double gap = ((double)tuned->centre - reference->centre) + (log_sum(tuned) - log_sum(reference));
  float gap_high = (float)gap;
  struct placement at = {result->reference.log_sum_exp, gap, gap_high, (float)(gap - gap_high)};
  bool wants_shares = to.moved != NULL;
  if (wants_shares && is_infinite(rows, result->tuned.log_sum_exp)) to.kl = NULL;
  struct differences sums = {0};
  struct group_masses masses = {.reference_centre = NAN};
  for (size_t first = 0; first < rows->count; first += GROUP) {
    size_t group = first / GROUP;
    struct piece piece = piece_at(rows, first);
    set_factors(&masses, &at, reference->kept.centres[group], tuned->kept.centres[group]);
    masses.reference = reference->kept.masses + first;
    masses.tuned = tuned->kept.masses + first;
    if (wants_shares)
      compare_piece(rows, piece, &masses, &at, true, shares_from(to, first), &sums);
    else
      compare_piece(rows, piece, &masses, &at, false, to, &sums);
  }
  report_differences(&sums, result);
}

ALWAYS_INLINE void report_side(
  struct scores row, const struct divergence_request *request, const struct mass *mass,
  struct divergence_side *side
) {
  side->log_sum_exp = mass->centre + log_sum(mass);
  side->entropy = fmax(log_sum(mass) - total(mass->weighted) / total(mass->sum), 0);
  side->emitted_score = mass->emitted;
  side->greater = mass->greater;
  struct leaders leaders = {.limit = request->top_count};
  find_leaders(row, request->count, &mass->groups, &leaders);
  side->top_count = leaders.count;
  memcpy(side->top_tokens, leaders.tokens, leaders.count * sizeof *leaders.tokens);
  memcpy(side->top_scores, leaders.scores, leaders.count * sizeof *leaders.scores);
}

ALWAYS_INLINE void measure_rows(
  struct scores reference, struct scores tuned, bool mixed, bool compares,
  const struct divergence_request *request, struct divergence_result *result
) {
  struct rows rows;
  rows.reference = reference;
  rows.tuned = tuned;
  rows.count = request->count;
  rows.mixed = mixed;
  float *room = request->room, *second_room = compares ? room + divergence_room(request->count) / 2 : NULL;
  struct mass reference_mass, tuned_mass;
  reference_mass.kept = kept_in(room, request->count);
  tuned_mass.kept = kept_in(second_room, request->count);
  size_t emitted = request->emitted;
  // The most probable tokens are looked for while the row is still in the second-level cache.
  if (!sum_row(&rows, reference, emitted, rows.reference_group, compares, &reference_mass, result)) return;
  report_side(reference, request, &reference_mass, &result->reference);
  result->problem_in_tuned = true;
  if (!sum_row(&rows, tuned, emitted, rows.tuned_group, compares, &tuned_mass, result)) return;
  report_side(tuned, request, &tuned_mass, &result->tuned);
  if (!compares) return;
  struct shares to = {request->kl_shares, request->moved_mass};
  compare_rows(&rows, &reference_mass, &tuned_mass, to, result);
}

// One copy of the kernel for each encoding, with and without its second pass, so that no loop asks about either.
#define MEASURE_ROWS_OF(name, stored, mixed) \
  static __attribute__((noinline)) void name( \
    struct scores reference, struct scores tuned, const struct divergence_request *request, \
    struct divergence_result *result \
  ) { \
    if (!mixed) reference.encoding = tuned.encoding = stored; \
    if (request->room) \
      measure_rows(reference, tuned, mixed, true, request, result); \
    else \
      measure_rows(reference, tuned, mixed, false, request, result); \
  }
MEASURE_ROWS_OF(measure_float32, DIVERGENCE_FLOAT32, false)
MEASURE_ROWS_OF(measure_float16, DIVERGENCE_FLOAT16, false)
MEASURE_ROWS_OF(measure_bfloat16, DIVERGENCE_BFLOAT16, false)
MEASURE_ROWS_OF(measure_affine16, DIVERGENCE_AFFINE16, false)
MEASURE_ROWS_OF(measure_mixed, 0, true)

static void measure(const struct divergence_request *request, struct divergence_result *result) {
  result->status = DIVERGENCE_MEASURED;
  result->problem_in_tuned = false;
  result->kl_tuned_reference = result->kl_reference_tuned = 0;
  result->jensen_shannon = result->total_variation = 0;
  struct scores reference = scores_of(request->reference), tuned = scores_of(request->tuned);
  if (reference.encoding != tuned.encoding) return measure_mixed(reference, tuned, request, result);
  switch (reference.encoding) {
  case DIVERGENCE_FLOAT32:
    return measure_float32(reference, tuned, request, result);
  case DIVERGENCE_FLOAT16:
    return measure_float16(reference, tuned, request, result);
  case DIVERGENCE_BFLOAT16:
    return measure_bfloat16(reference, tuned, request, result);
  case DIVERGENCE_AFFINE16:
    return measure_affine16(reference, tuned, request, result);
  }
}
