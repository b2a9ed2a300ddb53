// The entropies of all distributions that one row allows, in nats.
//
// For any ν, `H = Σ (−p ln p − νp) + ν`, because p sums to 1. Each listed token's term is taken at the worst point of its
// range and the tokens that are not listed at the worst way to share out their mass P, so every ν gives a true bound; ν only
// decides how much of the rounding of the listed logprobs cancels.
//
// Lowest, the unlisted mass is packed into as few tokens as the cap allows: ⌊P/cap⌋ tokens at the cap and one with what is
// left (the entropy is concave, and the packed shares majorise all others). Highest, it is spread evenly over the N tokens
// that are not listed: `P ln(N/P)`.

/// A way to share out unlisted mass in as few tokens as can be.
struct packed {
  double rest, full, remainder;
};

/// What of an entropy needs logarithms, which both rows take at once: of the cap, of four remainders, of the level to which
/// the unlisted mass is spread, and of the vocabulary size.
struct entropy {
  struct packed packed[4];
  /// How many of the four there are.
  int ways;
  /// The mass of one of N tokens among which the rest is spread evenly; 0 where there is no rest, or no N.
  double level;
  doubles arguments;
};

ALWAYS_INLINE struct packed pack(double rest, double cap) {
  if (!(rest > 0 && cap > 0)) return (struct packed){0, 0, 0};
  double full = __builtin_floor(rest / cap);
  return (struct packed){rest, full, most_of(0, rest - full * cap)};
}

/// In P, what packing gives is concave between multiples of the cap and straight from multiple to multiple: the least lies
/// at an end of P's range or at the first or the last multiple inside.
ALWAYS_INLINE struct entropy entropy_begins(const struct mass *mass) {
  struct entropy it = {.ways = 2, .arguments = all(1)};
  it.packed[0] = pack(mass->rest_low, mass->cap);
  it.packed[1] = pack(mass->rest_high, mass->cap);
  it.packed[2] = it.packed[3] = it.packed[0];
  if (mass->cap > 0) {
    double from = __builtin_ceil(mass->rest_low / mass->cap) * mass->cap;
    double to = __builtin_floor(mass->rest_high / mass->cap) * mass->cap;
    if (from <= mass->rest_high) {
      it.packed[2] = pack(from, mass->cap);
      it.packed[3] = pack(most_of(from, to), mass->cap);
      it.ways = 4;
    }
    it.arguments[0] = mass->cap;
  }
  for (int way = 0; way < it.ways; way++)
    if (it.packed[way].remainder > 0) it.arguments[1 + way] = it.packed[way].remainder;
  bool has_level = mass->knows_count && mass->unlisted_count > 0 && mass->rest_high > 0;
  it.level = has_level ? mass->rest_high / mass->unlisted_count : 0;
  if (it.level > 0) it.arguments[5] = it.level;
  if (mass->knows_count) it.arguments[6] = (double)mass->count + mass->unlisted_count;
  return it;
}

/// The least that `Σ (−p ln p − νp)` can be over the tokens that are not listed.
ALWAYS_INLINE double least_of_rest(const struct entropy *it, const struct mass *mass, doubles ln, double nu) {
  double least = 0;
  for (int way = 0; way < it->ways; way++) {
    struct packed packed = it->packed[way];
    double value = packed.full * mass->cap * -ln[0] - packed.remainder * ln[1 + way] - nu * packed.rest;
    least = way == 0 ? value : least_of(least, value);
  }
  return least;
}

/// The sums of `−p ln p − νp` over the listed tokens, each at the worst point of its range.
struct listed_entropy {
  double least, most;
};

/// At the least, with ν of its own: concave in p, so at an end of each token's range. At the most: at the peak
/// `p = e^(−1−ν)`, of value p, or at the end next to it.
ALWAYS_INLINE struct listed_entropy listed_entropy(
  const struct mass *mass, double nu_of_least, double nu_of_most, double peak) {
  doubles least = all(0), most = all(0);
  for (size_t i = 0; i < mass->count; i += LANES) {
    doubles l = vector(mass->logprobs + i), p = vector(mass->probabilities + i);
    doubles from = low(mass, p), to = high(mass, p);
    doubles up = mass->spread - l, down = -mass->spread - l;
    longs is_below_1 = to < 1, is_there = p > 0;
    doubles low_end = from * (up - nu_of_least), high_end = is_below_1 ? to * (down - nu_of_least) : -nu_of_least;
    least += where(is_there, lesser(low_end, high_end));
    low_end = from * (up - nu_of_most);
    high_end = is_below_1 ? to * (down - nu_of_most) : -nu_of_most;
    longs holds_peak = (from < peak) & (peak < to);
    most += where(is_there, holds_peak ? peak : greater(low_end, high_end));
  }
  return (struct listed_entropy){total(least), total(most)};
}

/// The bounds, `ln` being the logarithms of `arguments`.
ALWAYS_INLINE struct truncation_bounds entropy_ends(const struct entropy *it, const struct mass *mass, doubles ln) {
  double balance = mass->surprisal / mass->listed - 1;
  double nu = __builtin_fabs(balance) < __builtin_inf() ? balance : 0;
  // With this ν the even spread is the peak of the unlisted tokens: it is worth the mass itself.
  double lift = it->level > 0 ? -1 - ln[5] : nu;
  double peak = it->level > 0 ? it->level : exp(-1 - nu);
  struct listed_entropy listed = listed_entropy(mass, nu, lift, peak);
  double error = roundoff(mass->count + 4);
  double low = listed.least + least_of_rest(it, mass, ln, nu) + nu - error * (1 + __builtin_fabs(nu));
  struct truncation_bounds bounds = {most_of(0, low), 0, true};
  double spread = it->level > 0 ? mass->rest_high : 0;
  double high = listed.most + spread + lift + error * (1 + __builtin_fabs(lift));
  bounds.has_high = mass->knows_count || !(mass->rest_high > 0);
  bounds.high = mass->knows_count ? least_of(high, ln[6]) : high;
  return bounds;
}
