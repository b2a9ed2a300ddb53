// Upper bounds. A divergence is convex, so over a box it is largest at a corner, and of the four corners at one of the two
// where the probabilities lie farthest apart. Tokens that only one row lists, or none, are bounded by their mass: two
// distributions differ most where they share no token.

struct high {
  double kl_tuned_reference, kl_reference_tuned;
  /// False where a token that one model may have can be excluded by the other.
  bool has_tuned_reference, has_reference_tuned;
  double jensen_shannon, total_variation;
};

/// What both models have on the tokens that both rows list.
struct together {
  struct terms terms;
  doubles tuned_low, tuned_high, reference_low, reference_high;
  /// `Σ min(p, q)` at the least, of all tokens.
  doubles agreed;
};

/// The largest terms inside boxes, each at the corner where it is largest.
ALWAYS_INLINE struct terms farthest_apart(struct box box) {
  longs tuned_above = box.tuned_low >= box.reference_high;
  longs reference_above = box.reference_low >= box.tuned_high;
  struct terms it = terms(
    reference_above ? box.tuned_low : box.tuned_high, reference_above ? box.reference_high : box.reference_low);
  longs either = ~(tuned_above | reference_above);
  if (any(either)) it = larger(it, terms_where(either, terms(box.tuned_low, box.reference_high)));
  return it;
}

ALWAYS_INLINE struct together together(const struct boxes *boxes) {
  doubles none = all(0);
  struct together it = {no_terms, none, none, none, none, none};
  for (size_t i = 0; i < boxes->shared; i += LANES) {
    longs here = first((int64_t)boxes->shared - (int64_t)i);
    struct box box = box_at(boxes, i);
    box = (struct box){
      where(here, box.tuned_low), where(here, box.tuned_high), where(here, box.reference_low),
      where(here, box.reference_high)};
    add(&it.terms, farthest_apart(box));
    it.tuned_low += box.tuned_low;
    it.tuned_high += box.tuned_high;
    it.reference_low += box.reference_low;
    it.reference_high += box.reference_high;
  }
  EACH_BOX(i, boxes) {
    struct box box = box_at(boxes, i);
    it.agreed += lesser(box.tuned_low, box.reference_low);
  }
  return it;
}

/// What one model, p, has on tokens that are not listed by both rows; q is the other model.
struct alone {
  /// The least and the most probability of these tokens together.
  double least, most;
  /// The most that `Σ p ln(p/q)` can be over the tokens that only p's row lists.
  double listed;
  /// The smallest q of a token that p's row does not list; infinite where there is no such token.
  double other_least;
};

/// The most that `p ln(p/q)` can be in a box that allows p > 0 where q is at least `other_floor`.
ALWAYS_INLINE double most_apart(double low, double high, double other_floor) {
  double at_high = high * log(high / other_floor);
  return most_of(at_high, low > 0 ? low * log(low / other_floor) : 0);
}

/// - own: which tokens only p's row lists, other: which only q's row does, as places `[0]..<[1]`.
/// - low, high: p's bounds; other_low: the least q.
ALWAYS_INLINE struct alone alone(
  const struct boxes *boxes, const double *low, const double *high, const double *other_low, const size_t own[2],
  const size_t other[2], double shared_low, double shared_high, double other_floor) {
  doubles least = all(0), most = all(0);
  for (size_t i = boxes->shared; i < boxes->count; i += LANES) {
    least += vector(low + i);
    most += vector(high + i);
  }
  struct alone it = {
    most_of(total(least), 1 - shared_high), most_of(0, least_of(total(most), 1 - shared_low)), 0, __builtin_inf()};
  for (size_t i = own[0]; i < own[1]; i++) {
    // Without a floor, as most studies are, what the logarithms would give.
    if (high[i] > 0) it.listed += other_floor > 0 ? most_apart(low[i], high[i], other_floor) : __builtin_inf();
  }
  for (size_t i = other[0]; i < other[1]; i++) it.other_least = least_of(it.other_least, other_low[i]);
  if (boxes->count > boxes->reference_alone) it.other_least = least_of(it.other_least, other_floor);
  return it;
}

/// `KL(p ‖ q) = Σ shared (p ln(p/q) − p + q)  +  Q − P  +  Σ alone p ln(p/q)`, each part at its largest.
///
/// P and Q are the masses of the tokens that are not listed by both; both distributions sum to 1. The tokens that p's row
/// does not list have at most `cap` each and `rest_high` together, and q at least `other_least`. False where it is infinite.
ALWAYS_INLINE bool divergence(
  double shared, const struct alone *alone, const struct mass *mass, double other_most, double error, double *found) {
  if (!(shared < __builtin_inf() && alone->listed < __builtin_inf())) return false;
  double value = shared + (other_most - alone->least) + alone->listed;
  if (mass->rest_high > 0 && alone->other_least < __builtin_inf()) {
    if (!(alone->other_least > 0)) return false;
    value += mass->rest_high * most_of(0, log(mass->cap / alone->other_least));
  }
  *found = most_of(0, value) + error * (1 + __builtin_fabs(value));
  return true;
}

/// - floor: a probability below which no token of either model lies; 0 where nothing is claimed.
ALWAYS_INLINE struct high high_bounds(
  const struct boxes *boxes, const struct mass *tuned, const struct mass *reference, double floor) {
  struct together sums = together(boxes);
  const size_t tuned_only[] = {boxes->shared, boxes->tuned_alone};
  const size_t reference_only[] = {boxes->tuned_alone, boxes->reference_alone};
  struct alone of_tuned = alone(
    boxes, boxes->tuned_low, boxes->tuned_high, boxes->reference_low, tuned_only, reference_only,
    total(sums.tuned_low), total(sums.tuned_high), most_of(floor, reference->unlisted_low));
  struct alone of_reference = alone(
    boxes, boxes->reference_low, boxes->reference_high, boxes->tuned_low, reference_only, tuned_only,
    total(sums.reference_low), total(sums.reference_high), most_of(floor, tuned->unlisted_low));
  double error = roundoff(boxes->count);
  struct high it = {0};
  it.total_variation = least_of(1, 1 - total(sums.agreed) + error);
  double apart = LN_2 / 2 * (of_tuned.most + of_reference.most);
  it.jensen_shannon = least_of(LN_2, total(sums.terms.jensen_shannon) + apart + error);
  it.has_tuned_reference = divergence(
    total(sums.terms.tuned_reference), &of_tuned, tuned, of_reference.most, error, &it.kl_tuned_reference);
  it.has_reference_tuned = divergence(
    total(sums.terms.reference_tuned), &of_reference, reference, of_tuned.most, error, &it.kl_reference_tuned);
  return it;
}
