// What one row says about its distribution, with the digits that the file dropped carried along.
//
// A listed token with the stored logprob l has a probability in `[eˡ·shrink, eˡ·grow]`; a token that is not listed has one
// in `[unlisted_low, cap]`; all of them sum to 1. Every bound is a statement about the distributions that satisfy this, and
// the true one is among them.

struct mass {
  /// How far a stored logprob can be from the true one, in nats, arithmetic included.
  double spread;
  /// e^−spread and e^spread.
  double shrink, grow;
  /// The sum of the listed probabilities as stored.
  double listed;
  /// `−Σ p ln p` of the stored values.
  double surprisal;
  /// The largest probability of a token that is not listed.
  double cap;
  /// The smallest probability of a token that is not listed: above 0 only where the others cannot hold the rest.
  double unlisted_low;
  /// The number of tokens that are not listed, where the size of the vocabulary is known.
  double unlisted_count;
  bool knows_count;
  /// The least and the most probability that the tokens which are not listed can have together.
  double rest_low, rest_high;
  /// Logprobs and stored probabilities, behind which stand whole vectors of −∞ and 0.
  const double *logprobs, *probabilities;
  size_t count;
};

/// Stands for every probability from it down to, not including, 0: far below any rounding error of a sum.
#define SMALLEST 0x1p-900

/// What exponentials are taken of. A row whose logprobs can be so far from the truth says nothing.
#define MOST_EXPONENT 700

/// A bound of the rounding error of a sum of so many terms of size 1 in all, each with a logarithm.
///
/// The error of adding n terms is below `n · 2⁻⁵³` of their sum, and each exponential, logarithm and product is right to a
/// few units of 2⁻⁵³; `2⁻⁵⁰ · (16 + n)` is eight times both.
ALWAYS_INLINE double roundoff(size_t terms) { return 0x1p-50 * (double)(16 + terms); }

ALWAYS_INLINE double least_of(double a, double b) { return a < b ? a : b; }

ALWAYS_INLINE double most_of(double a, double b) { return a > b ? a : b; }

/// `eˡ` of logprobs: 0 of −∞, `SMALLEST` where a finite one would come close to underflow. NaN stays.
ALWAYS_INLINE doubles probability(doubles logprobs) {
  doubles within = logprobs < -MOST_EXPONENT ? -MOST_EXPONENT : logprobs;
  doubles p = exponential(within > MOST_EXPONENT ? 0 : within);
  p = p < SMALLEST ? SMALLEST : p;
  p = within > MOST_EXPONENT ? __builtin_inf() : p;
  return logprobs == -__builtin_inf() ? 0 : p;
}

/// The least probability of listed tokens whose stored probability is this.
ALWAYS_INLINE doubles low(const struct mass *mass, doubles p) { return where(p > SMALLEST, p * mass->shrink); }

/// The most probability of listed tokens whose stored probability is this: a number, however far a row is from the truth.
ALWAYS_INLINE doubles high(const struct mass *mass, doubles p) { return lesser(p * mass->grow, all(1 / SMALLEST)); }

/// The most probability that `count` tokens of at most `cap` can have together.
ALWAYS_INLINE double room_of(bool knows_count, double count, double cap) {
  if (!(cap > 0)) return 0;
  return knows_count ? least_of(1, count * cap) : 1;
}

/// A row's logprobs and probabilities, copied to where there is room for whole vectors; returns the probability that the
/// cap stands for.
ALWAYS_INLINE double list(const struct truncation_row *row, struct mass *it, double *logprobs, double *probabilities) {
  size_t count = row->count;
  if (count > 0) memcpy(logprobs, row->logprobs, count * sizeof *logprobs);
  // The cap is exponentiated with the logprobs.
  logprobs[count] = row->unlisted_cap;
  set_vector(logprobs + count + 1, all(-__builtin_inf()));
  doubles listed = all(0), surprisal = all(0);
  for (size_t i = 0; i <= count; i += LANES) {
    doubles l = vector(logprobs + i), p = probability(l);
    set_vector(probabilities + i, p);
    longs here = first((int64_t)count - (int64_t)i);
    listed += where(here, p);
    surprisal -= where(here & (p > 0), p * l);
  }
  double cap = row->unlisted_cap < 0 ? probabilities[count] : 1;
  logprobs[count] = -__builtin_inf();
  set_vector(probabilities + count, all(0));
  if (count > 0) memcpy(row->probabilities, probabilities, count * sizeof *probabilities);
  it->logprobs = logprobs;
  it->probabilities = probabilities;
  it->count = count;
  it->listed = total(listed);
  it->surprisal = total(surprisal);
  return cap;
}

/// What the row says once its spread is known.
ALWAYS_INLINE void settle(struct mass *it, double stored_cap, double arithmetic) {
  double left = most_of(0, 1 - it->listed * it->shrink);
  it->cap = least_of(stored_cap * it->grow, left);
  it->rest_high = least_of(left, room_of(it->knows_count, it->unlisted_count, it->cap));
  it->rest_low = least_of(it->rest_high, most_of(0, 1 - it->listed * it->grow));
  it->unlisted_low =
    it->knows_count ? most_of(0, it->rest_low - (it->unlisted_count - 1) * it->cap - arithmetic) : 0;
}

/// Reads both rows. A row whose probabilities cannot sum to 1 within its precision contradicts itself; the precision is then
/// taken as the smallest that reconciles it. False where none does: a row without any probability, or with logprobs that
/// are not numbers.
ALWAYS_INLINE bool read_masses(
  const struct truncation_request *request, double *room, size_t width, struct mass *reference, struct mass *tuned) {
  const struct truncation_row *rows[] = {&request->reference, &request->tuned};
  struct mass *masses[] = {reference, tuned};
  double caps[2];
  bool are_usable = true;
  doubles sums = all(1), spreads = all(0);
  for (int side = 0; side < 2; side++) {
    struct mass *it = masses[side];
    caps[side] = list(rows[side], it, room + 2 * side * width, room + (2 * side + 1) * width);
    it->knows_count = request->knows_vocabulary_size;
    it->unlisted_count =
      it->knows_count ? most_of(0, (double)request->vocabulary_size - (double)it->count) : 0;
    double sum = it->listed, held = sum + room_of(it->knows_count, it->unlisted_count, caps[side]);
    are_usable = are_usable && sum < __builtin_inf() && held > 0 && rows[side]->precision >= 0
      && rows[side]->unlisted_cap == rows[side]->unlisted_cap;
    sums[2 * side] = sum > 0 ? sum : 1;
    sums[2 * side + 1] = held;
  }
  if (!are_usable) return false;
  doubles logarithms = logarithm_of(sums);
  for (int side = 0; side < 2; side++) {
    double needed = most_of(logarithms[2 * side], -logarithms[2 * side + 1]);
    double spread = most_of(rows[side]->precision, needed) + roundoff(masses[side]->count);
    if (!(spread <= MOST_EXPONENT)) return false;
    masses[side]->spread = spread;
    spreads[2 * side] = -spread;
    spreads[2 * side + 1] = spread;
  }
  doubles factors = exponential(spreads);
  for (int side = 0; side < 2; side++) {
    masses[side]->shrink = factors[2 * side];
    masses[side]->grow = factors[2 * side + 1];
    settle(masses[side], caps[side], roundoff(masses[side]->count));
  }
  return true;
}
