// The terms of tokens in the divergences: each not negative, and 0 where p = q.

#include <math.h>

struct terms {
  /// `p ln(p/q) − p + q`, p tuned and q reference.
  doubles tuned_reference;
  /// `q ln(q/p) − q + p`.
  doubles reference_tuned;
  /// `½ [p ln(2p/(p+q)) + q ln(2q/(p+q))]`.
  doubles jensen_shannon;
};

#define LN_2 0x1.62e42fefa39efp-1

/// The vectors' logarithm has no number to work with below this.
#define LEAST_PROBABILITY 0x1p-1000

/// ln(p/q) and ln((p+q)/(2p)).
struct logarithms {
  doubles ratio, mixture;
};

/// Positive numbers of any size, one by one.
static void take_logarithms(const double *p, const double *q, double *ratio, double *mixture) {
  for (int lane = 0; lane < LANES; lane++) {
    ratio[lane] = log(p[lane] / q[lane]);
    mixture[lane] = log((p[lane] + q[lane]) / (2 * p[lane]));
  }
}

/// The terms at p (tuned) and q (reference); 0 ln 0 = 0.
ALWAYS_INLINE struct terms terms(doubles p, doubles q) {
  longs has_both = (p > 0) & (q > 0);
  doubles a = has_both ? p : 1, b = has_both ? q : 1;
  struct logarithms ln = {logarithm(a, b, a - b), logarithm(a + b, 2 * a, b - a)};
  if (__builtin_expect(any(lesser(a, b) < LEAST_PROBABILITY), 0)) {
    double p_of[LANES], q_of[LANES], ratio[LANES], mixture[LANES];
    set_vector(p_of, a);
    set_vector(q_of, b);
    take_logarithms(p_of, q_of, ratio, mixture);
    ln = (struct logarithms){vector(ratio), vector(mixture)};
  }
  doubles none = all(0), infinity = all(__builtin_inf());
  doubles difference = a - b;
  struct terms it = {
    greater(none, a * ln.ratio - difference), greater(none, difference - b * ln.ratio),
    0.5 * greater(none, -a * ln.mixture - b * (ln.mixture + ln.ratio))};
  return (struct terms){
    has_both ? it.tuned_reference : p > 0 ? infinity : q, has_both ? it.reference_tuned : q > 0 ? infinity : p,
    has_both ? it.jensen_shannon : LN_2 / 2 * (p + q)};
}

ALWAYS_INLINE void add(struct terms *sum, struct terms terms) {
  sum->tuned_reference += terms.tuned_reference;
  sum->reference_tuned += terms.reference_tuned;
  sum->jensen_shannon += terms.jensen_shannon;
}

static const struct terms no_terms;

/// The larger of each term.
ALWAYS_INLINE struct terms larger(struct terms a, struct terms b) {
  return (struct terms){
    greater(a.tuned_reference, b.tuned_reference), greater(a.reference_tuned, b.reference_tuned),
    greater(a.jensen_shannon, b.jensen_shannon)};
}

/// The terms where the mask is set, else 0.
ALWAYS_INLINE struct terms terms_where(longs mask, struct terms terms) {
  return (struct terms){
    where(mask, terms.tuned_reference), where(mask, terms.reference_tuned), where(mask, terms.jensen_shannon)};
}
