// Lower bounds. Each divergence is `Σ F(p, q)` with F convex and `F(p, q) = q·f(p/q)`. For any multipliers λ and μ
//
//     Σ F(p, q)  =  Σ [F(p, q) − λp + μq] + λ − μ  ≥  Σ min over the box of [F − λp + μq]  +  λ − μ,
//
// because p and q sum to 1. With `λ = f′(α)` and `μ = β f′(β) − f(β)` the minimum in a box is known in closed form, and with
// the ratios of ratios.h the bound is the exact minimum: strong duality. An inexact root costs tightness, never truth.

struct low {
  double kl_tuned_reference, kl_reference_tuned, jensen_shannon, total_variation;
};

/// The sums that the bounds are made of.
struct alike {
  struct terms terms;
  /// The mass of the points where `F − λp + μq` is smallest.
  doubles tuned, reference;
  /// The four vertices of total variation's dual.
  doubles tuned_excess, reference_excess, overfull, underfull;
};

/// The point of each box where `F(p, q) − λp + μq` is smallest, and what it adds.
ALWAYS_INLINE struct alike most_alike(const struct boxes *boxes, struct ratios ratios) {
  doubles none = all(0);
  struct alike it = {no_terms, none, none, none, none, none, none};
  double inverse = 1 / ratios.reference;
  EACH_BOX(i, boxes) {
    struct box box = box_at(boxes, i);
    doubles start = ratios.tuned <= ratios.reference ? box.reference_low : box.reference_high;
    doubles p = clamped(ratios.tuned * start, box.tuned_low, box.tuned_high);
    doubles q = clamped(p * inverse, box.reference_low, box.reference_high);
    it.tuned += p;
    it.reference += q;
    add(&it.terms, terms(p, q));
    it.tuned_excess += greater(none, box.tuned_low - box.reference_high);
    it.reference_excess += greater(none, box.reference_low - box.tuned_high);
    it.overfull += greater(box.tuned_low, box.reference_low);
    it.underfull += lesser(box.tuned_high, box.reference_high);
  }
  return it;
}

/// `Σ F` and what the multipliers add to it, less what rounding can have done.
ALWAYS_INLINE double bound(double sum, double tuned_multiplier, double reference_multiplier, double tuned_left,
                           double reference_left, double error) {
  if (sum == __builtin_inf()) return sum;
  double value = sum + tuned_multiplier * tuned_left + reference_multiplier * reference_left;
  double size = 1 + sum + __builtin_fabs(tuned_multiplier) + __builtin_fabs(reference_multiplier);
  return most_of(0, value - error * size);
}

ALWAYS_INLINE struct low low_bounds(const struct boxes *boxes, struct ratios ratios) {
  struct alike sums = most_alike(boxes, ratios);
  double alpha = ratios.tuned, beta = ratios.reference, error = roundoff(boxes->count);
  double tuned_left = 1 - total(sums.tuned), reference_left = 1 - total(sums.reference);
  doubles arguments = all(1);
  arguments.lo = (__typeof__(arguments.lo)){alpha, beta, 0.5 + 0.5 / alpha, 0.5 + 0.5 * beta};
  doubles ln = logarithm_of(arguments);
  // Σ (p ln(p/q) − p + q) and its mirror are summed in place of the bare terms; the multipliers absorb the change.
  double variation = most_of(
    most_of(total(sums.tuned_excess), total(sums.reference_excess)),
    most_of(total(sums.overfull) - 1, 1 - total(sums.underfull)));
  return (struct low){
    bound(total(sums.terms.tuned_reference), ln[0], 1 - beta, tuned_left, reference_left, error),
    bound(total(sums.terms.reference_tuned), 1 - 1 / alpha, -ln[1], tuned_left, reference_left, error),
    bound(total(sums.terms.jensen_shannon), -ln[2] / 2, -ln[3] / 2, tuned_left, reference_left, error),
    most_of(0, variation - error)};
}
