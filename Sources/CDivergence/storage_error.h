// What rounding for storage can have done to the figures of a position: the sums over tokens.
//
// Three passes over both rows, which stay in the second-level cache: the largest score and the sum of exponentials, then
// means, then what lies around the means. Probabilities are made anew in each pass; to keep them costs more than that.

typedef float floats_8 __attribute__((ext_vector_type(8), aligned(1)));

/// Eight tokens of one row.
struct tokens {
  doubles logprob, probability, step;
  /// Where the probability is not 0.
  longs present;
};

ALWAYS_INLINE doubles load_8(const float *from) {
  return __builtin_convertvector(*(const floats_8 *)from, doubles);
}

ALWAYS_INLINE struct tokens tokens_at(const struct divergence_stored_row *row, size_t i, double normaliser) {
  struct tokens it;
  it.logprob = load_8(row->scores + i) - normaliser;
  it.probability = wide_exponential(it.logprob);
  it.step = load_8(row->half_steps + i);
  it.present = it.probability > 0;
  return it;
}

ALWAYS_INLINE doubles where(longs mask, doubles x) { return (doubles)((longs)x & mask); }

/// `ln Σ e^score`.
static double log_sum_exp(const struct divergence_stored_row *row, size_t count) {
  doubles largest = (doubles)(-INFINITY), sum = (doubles)(0.0);
  for (size_t i = 0; i < count; i += 8) {
    doubles x = load_8(row->scores + i);
    largest = x > largest ? x : largest;
  }
  double most = __builtin_reduce_max(largest);
  for (size_t i = 0; i < count; i += 8) sum += wide_exponential(load_8(row->scores + i) - most);
  return most + log(total(sum));
}

/// The means under one row: of the logarithm of its ratio to the other row and to the middle of both, of its logprob, and
/// of its half steps.
struct means {
  double log_ratio, middle_log_ratio, logprob, step;
};

/// The same while it is summed.
struct mean_sums {
  doubles log_ratio, middle_log_ratio, logprob, step;
};

ALWAYS_INLINE void add_to_means(struct mean_sums *sums, struct tokens own, struct tokens other, doubles middle) {
  sums->log_ratio += where(own.present, own.probability * (own.logprob - other.logprob));
  sums->middle_log_ratio += where(own.present, own.probability * (own.logprob - middle));
  sums->logprob += where(own.present, own.probability * own.logprob);
  sums->step += own.probability * own.step;
}

static struct means means_of(const struct mean_sums *sums) {
  return (struct means){
    total(sums->log_ratio), total(sums->middle_log_ratio), total(sums->logprob), total(sums->step)};
}

/// What a row adds to the bounds, as sums over its tokens.
struct bound_sums {
  doubles first, skew, own_squares, others_squares, other_squares;
  doubles middle_first, middle_second, entropy_first, entropy_second;
};

ALWAYS_INLINE void add_to_bounds(
  struct bound_sums *sums, struct tokens own, struct tokens other, doubles middle, const struct means *means,
  const struct means *others
) {
  doubles apart = __builtin_elementwise_abs(own.logprob - other.logprob - means->log_ratio);
  doubles reach = own.step + means->step, weighted = own.step * own.probability;
  sums->first += other.step * __builtin_elementwise_abs(other.probability - own.probability)
    + where(own.present, weighted * apart);
  sums->other_squares += other.probability * other.step * other.step;
  sums->skew += where(own.present, own.probability * reach * reach * apart);
  sums->own_squares += weighted * own.step;
  sums->others_squares += own.probability * other.step * other.step;

  apart = __builtin_elementwise_abs(own.logprob - middle - means->middle_log_ratio);
  doubles other_reach = other.step + others->step, farther = reach > other_reach ? reach : other_reach;
  sums->middle_first += where(own.present, weighted * apart);
  sums->middle_second += where(own.present, own.probability * reach * (reach * apart + 2.0 * farther));

  apart = __builtin_elementwise_abs(own.logprob - means->logprob);
  sums->entropy_first += where(own.present, weighted * apart);
  sums->entropy_second +=
    where(own.present, own.probability * (reach * reach * apart + own.step * own.step));
}

/// The bounds of one row from its sums; `growth` is what the second derivatives can grow by.
static struct divergence_row_bounds bounds_of(
  const struct bound_sums *sums, const struct means *means, double growth
) {
  double own = total(sums->own_squares), others = total(sums->others_squares);
  double second = total(sums->skew) + own + 2 * sqrt(own * others) + total(sums->other_squares);
  return (struct divergence_row_bounds){
    .divergence = isfinite(means->log_ratio) ? total(sums->first) + growth * second / 2 : INFINITY,
    .half_jensen_shannon = (total(sums->middle_first) + growth * total(sums->middle_second) / 2) / 2,
    .entropy = total(sums->entropy_first) + growth * total(sums->entropy_second) / 2,
    .mean_step = means->step};
}

static void storage_bounds(
  const struct divergence_stored_row *first, const struct divergence_stored_row *second, size_t count,
  double growth, struct divergence_row_bounds *first_bounds, struct divergence_row_bounds *second_bounds
) {
  double p_normaliser = log_sum_exp(first, count), q_normaliser = log_sum_exp(second, count);
  struct mean_sums p_sums = {0}, q_sums = {0};
  for (size_t i = 0; i < count; i += 8) {
    struct tokens p = tokens_at(first, i, p_normaliser), q = tokens_at(second, i, q_normaliser);
    doubles middle = wide_logarithm(0.5 * (p.probability + q.probability));
    add_to_means(&p_sums, p, q, middle);
    add_to_means(&q_sums, q, p, middle);
  }
  struct means p_means = means_of(&p_sums), q_means = means_of(&q_sums);
  struct bound_sums p_bounds = {0}, q_bounds = {0};
  for (size_t i = 0; i < count; i += 8) {
    struct tokens p = tokens_at(first, i, p_normaliser), q = tokens_at(second, i, q_normaliser);
    doubles middle = wide_logarithm(0.5 * (p.probability + q.probability));
    add_to_bounds(&p_bounds, p, q, middle, &p_means, &q_means);
    add_to_bounds(&q_bounds, q, p, middle, &q_means, &p_means);
  }
  *first_bounds = bounds_of(&p_bounds, &p_means, growth);
  *second_bounds = bounds_of(&q_bounds, &q_means, growth);
}
