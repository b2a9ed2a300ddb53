// A pair of rows from end to end.

/// Two rows, and room to unpack a block of each.
struct rows {
  struct scores reference, tuned;
  size_t count;
  /// Whether the two are stored differently. Such rows are unpacked block by block.
  bool mixed;
  float reference_block[BLOCK] __attribute__((aligned(64)));
  float tuned_block[BLOCK] __attribute__((aligned(64)));
};

/// Tokens `first` … `first + count − 1`, as they lie in the row or unpacked.
struct piece {
  size_t first, count;
  bool unpacked;
};

/// The length of a piece with the excluded tokens that `unpacked` adds.
ALWAYS_INLINE size_t padded(size_t count) { return (count + STEP - 1) & ~(size_t)(STEP - 1); }

/// The piece that begins at `first`, at most `limit` tokens long: whole steps, and by itself what is left over.
ALWAYS_INLINE struct piece piece_at(const struct rows *rows, size_t first, size_t limit) {
  size_t left = rows->count - first, whole = left & ~(size_t)(STEP - 1);
  size_t count = whole == 0 ? left : whole < limit ? whole : limit;
  return (struct piece){first, count, rows->mixed || whole == 0};
}

/// The greatest score of the first group that has a finite one, or 0.
static float first_centre(struct scores row, size_t count) {
  float best = -INFINITY;
  for (size_t i = 0; i < count && (i % GROUP != 0 || best == -INFINITY); i++) {
    float x = score(row, i);
    if (x > best) best = x;
  }
  return best < INFINITY && best > -INFINITY ? best : 0;
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
  const struct rows *rows, struct scores row, float *unpacking, struct mass *mass,
  struct divergence_result *result
) {
  mass->centre = first_centre(row, rows->count);
  mass->sum = mass->weighted = 0;
  start_groups(&mass->groups, rows->count);
  for (size_t first = 0; first < rows->count;) {
    struct piece piece = piece_at(rows, first, BLOCK);
    bool taken =
      piece.unpacked
        ? take_block(unpacked(row, first, piece.count, unpacking), first, padded(piece.count), mass)
        : take_block(from(row, first), first, piece.count, mass);
    if (!taken) {
      name_obstacle(row, piece, result);
      return false;
    }
    first += piece.count;
  }
  if (has_finite(&mass->groups)) return true;
  result->status = DIVERGENCE_NO_PROBABILITY;
  return false;
}

ALWAYS_INLINE void compare_piece(
  struct rows *rows, struct piece piece, const struct placement *at, bool wants_shares, struct shares to,
  struct differences *sums, struct differences *wide_sums
) {
  bool done;
  if (piece.unpacked) {
    struct scores r = unpacked(rows->reference, piece.first, piece.count, rows->reference_block);
    struct scores t = unpacked(rows->tuned, piece.first, piece.count, rows->tuned_block);
    done = padded(piece.count) == piece.count
      && compare_group(r, t, piece.count, at, wants_shares, to, sums);
  } else {
    struct scores r = from(rows->reference, piece.first), t = from(rows->tuned, piece.first);
    done = compare_group(r, t, piece.count, at, wants_shares, to, sums);
  }
  if (done) return;
  struct scores r = unpacked(rows->reference, piece.first, piece.count, rows->reference_block);
  struct scores t = unpacked(rows->tuned, piece.first, piece.count, rows->tuned_block);
  compare_group_widely(r, t, padded(piece.count), at, to, piece.count, wide_sums);
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

/// The sums of the whole row.
struct summed {
  double greater, kl_tuned_reference, kl_reference_tuned, moved, distance, jensen_shannon;
};

/// The sums of groups in single precision, whose masses miss a factor, and of groups in double precision.
static struct summed summed(const struct differences *groups, const struct differences *wide, double factor) {
  return (struct summed){
    factor * total(groups->greater) + total(wide->greater),
    factor * total(groups->kl_tuned_reference) + total(wide->kl_tuned_reference),
    factor * total(groups->kl_reference_tuned) + total(wide->kl_reference_tuned),
    factor * total(groups->moved) + total(wide->moved),
    factor * total(groups->distance) + total(wide->distance),
    factor * total(groups->jensen_shannon) + total(wide->jensen_shannon),
  };
}

/// Puts the sums of the second pass into the result.
///
/// They carry two small errors of the first pass and show both. The reference's masses sum to 1 + η in place of 1:
/// every sum is divided by that. The gap is wrong by ε, so that the moved mass sums to e^ε − 1 in place of 0: the
/// divergences do not feel ε to first order, and what they feel to second order is taken back.
static void report_differences(struct summed sums, struct divergence_result *result) {
  double reference_mass = sums.greater - 0.5 * (sums.distance + sums.moved), scale = 1 / reference_mass;
  double error = log1p(scale * sums.moved);
  double tuned_reference = exp(-error) * scale * sums.kl_tuned_reference - (expm1(-error) + error);
  double reference_tuned = scale * sums.kl_reference_tuned - (expm1(error) - error);
  double jensen_shannon = 0.5 * scale * sums.jensen_shannon - 0.125 * error * error;
  result->kl_tuned_reference = fmax(tuned_reference, 0);
  result->kl_reference_tuned = fmax(reference_tuned, 0);
  result->jensen_shannon = fmin(fmax(jensen_shannon, 0), 0x1.62e42fefa39efp-1);
  result->total_variation = fmin(0.5 * scale * sums.distance, 1);
}

ALWAYS_INLINE void compare_rows(
  struct rows *rows, const struct mass *reference, const struct mass *tuned, struct shares to,
  struct divergence_result *result
) {
  double gap = ((double)tuned->centre - reference->centre) + (log_sum(tuned) - log_sum(reference));
  struct placement at = placed(result->reference.log_sum_exp, gap);
  bool wants_shares = to.moved != NULL;
  if (wants_shares && is_infinite(rows, result->tuned.log_sum_exp)) to.kl = NULL;
  struct differences groups = {0}, wide = {0};
  for (size_t first = 0; first < rows->count;) {
    struct piece piece = piece_at(rows, first, GROUP);
    struct shares here = shares_from(to, first);
    if (wants_shares)
      compare_piece(rows, piece, &at, true, here, &groups, &wide);
    else
      compare_piece(rows, piece, &at, false, here, &groups, &wide);
    first += piece.count;
  }
  double factor = exp((double)at.centre - at.reference_log_sum_exp);
  report_differences(summed(&groups, &wide, factor), result);
}

ALWAYS_INLINE void report_side(
  struct scores row, const struct divergence_request *request, const struct mass *mass,
  struct divergence_side *side
) {
  side->log_sum_exp = mass->centre + log_sum(mass);
  side->entropy = fmax(log_sum(mass) - mass->weighted / mass->sum, 0);
  side->emitted_score = score(row, request->emitted);
  side->greater = count_greater(row, request->count, &mass->groups, side->emitted_score);
  struct leaders leaders = {.limit = request->top_count};
  find_leaders(row, request->count, &mass->groups, &leaders);
  side->top_count = leaders.count;
  memcpy(side->top_tokens, leaders.tokens, leaders.count * sizeof *leaders.tokens);
  memcpy(side->top_scores, leaders.scores, leaders.count * sizeof *leaders.scores);
}

ALWAYS_INLINE void measure_rows(
  struct scores reference, struct scores tuned, bool mixed, const struct divergence_request *request,
  struct divergence_result *result
) {
  struct rows rows;
  rows.reference = reference;
  rows.tuned = tuned;
  rows.count = request->count;
  rows.mixed = mixed;
  struct mass reference_mass, tuned_mass;
  if (!sum_row(&rows, reference, rows.reference_block, &reference_mass, result)) return;
  result->problem_in_tuned = true;
  if (!sum_row(&rows, tuned, rows.tuned_block, &tuned_mass, result)) return;
  report_side(reference, request, &reference_mass, &result->reference);
  report_side(tuned, request, &tuned_mass, &result->tuned);
  if (!request->first_pass_only) {
    struct shares to = {request->kl_shares, request->moved_mass};
    compare_rows(&rows, &reference_mass, &tuned_mass, to, result);
  }
}

// One copy of the kernel for each encoding, so that no loop asks how its scores are stored.
#define MEASURE_ROWS_OF(name, stored)   static __attribute__((noinline)) void name(     struct scores reference, struct scores tuned, const struct divergence_request *request,     struct divergence_result *result   ) {     reference.encoding = tuned.encoding = stored;     measure_rows(reference, tuned, false, request, result);   }
MEASURE_ROWS_OF(measure_float32, DIVERGENCE_FLOAT32)
MEASURE_ROWS_OF(measure_float16, DIVERGENCE_FLOAT16)
MEASURE_ROWS_OF(measure_bfloat16, DIVERGENCE_BFLOAT16)
MEASURE_ROWS_OF(measure_affine16, DIVERGENCE_AFFINE16)

void PATH_FUNCTION(const struct divergence_request *request, struct divergence_result *result) {
  result->status = DIVERGENCE_MEASURED;
  result->problem_in_tuned = false;
  result->kl_tuned_reference = result->kl_reference_tuned = 0;
  result->jensen_shannon = result->total_variation = 0;
  struct scores reference = scores_of(request->reference), tuned = scores_of(request->tuned);
  if (reference.encoding != tuned.encoding) return measure_rows(reference, tuned, true, request, result);
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
