// The multipliers under which two rows are most alike.
//
// In the most similar pair of distributions that two rows allow, a token whose tuned probability is free has
// `tuned / reference = tuned ratio`, and one whose reference probability is free has the reference ratio. The same pair
// minimises every f-divergence at once, because the derivatives of `q·f(p/q)` depend on p/q only. Which ratios are used
// decides how tight a lower bound is, never whether it holds.

struct ratios {
  double tuned, reference;
};

/// Ratios outside of this range would only lose digits; inside it no quotient of probabilities underflows.
#define LEAST_RATIO 0x1p-100
#define MOST_RATIO 0x1p100

/// A piecewise linear function at one point.
struct line {
  double value, slope;
};

/// Where to look next for the place at which a function that starts above 0 falls below it.
struct search {
  double low, high, point;
  bool ends;
};

ALWAYS_INLINE struct search search_begins(void) { return (struct search){LEAST_RATIO, MOST_RATIO, 1, false}; }

/// Newton is exact within one piece, so a handful of steps arrive; a step that leaves the bracket is replaced by its
/// geometric middle.
ALWAYS_INLINE void step(struct search *it, struct line line) {
  it->ends = __builtin_fabs(line.value) <= 0x1p-51;
  if (it->ends) return;
  if (line.value > 0) {
    it->low = it->point;
  } else {
    it->high = it->point;
  }
  double newton = it->point - line.value / line.slope;
  bool is_inside = line.slope < 0 && newton > it->low && newton < it->high;
  double next = is_inside ? newton : __builtin_sqrt(it->low * it->high);
  it->ends = next == it->point;
  it->point = next;
}

enum { MOST_STEPS = 100 };

/// The ratio r at which what is left of both distributions is in the ratio r as well.
///
/// With every free token at ratio r, the remainders are `P(r) = 1 − Σ p` and `Q(r) = 1 − Σ q`; the root of
/// `P(r) − r·Q(r) = 1 − r − Σ (tuned_low − r·reference_high)⁺ + Σ (r·reference_low − tuned_high)⁺`. Piecewise linear in r,
/// not negative at 0.
ALWAYS_INLINE double common_ratio(const struct boxes *boxes) {
  struct search search = search_begins();
  for (int count = 0; count < MOST_STEPS && !search.ends; count++) {
    doubles value = all(0), slope = all(0);
    EACH_BOX(i, boxes) {
      struct box box = box_at(boxes, i);
      doubles above = box.tuned_low - search.point * box.reference_high;
      doubles below = search.point * box.reference_low - box.tuned_high;
      // At most one of the two is positive.
      value += where(below > 0, below) - where(above > 0, above);
      slope += where(below > 0, box.reference_low) + where(above > 0, box.reference_high);
    }
    step(&search, (struct line){1 - search.point + total(value), total(slope) - 1});
  }
  return search.point;
}

/// The t at which `Σ clamp(t · weight, low, high)` is 1.
static double filling(const double *weights, const double *low, const double *high, size_t count) {
  struct search search = search_begins();
  for (int steps = 0; steps < MOST_STEPS && !search.ends; steps++) {
    struct line line = {1, 0};
    for (size_t i = 0; i < count; i++) {
      double free = search.point * weights[i];
      line.value -= most_of(low[i], least_of(free, high[i]));
      if (free > low[i] && free < high[i]) line.slope -= weights[i];
    }
    step(&search, line);
  }
  return search.point;
}

/// The ratios for the most similar pair inside these boxes.
ALWAYS_INLINE struct ratios ratios(const struct boxes *boxes) {
  double common = common_ratio(boxes), inverse = 1 / common;
  struct ratios it = {common, common};
  // How far the boxes exceed 1 at the least, and how far they can be filled.
  doubles tuned = all(0), reference = all(0), tuned_room = all(0), reference_room = all(0);
  EACH_BOX(i, boxes) {
    struct box box = box_at(boxes, i);
    tuned += clamped(common * box.reference_low, box.tuned_low, box.tuned_high);
    reference += clamped(box.tuned_low * inverse, box.reference_low, box.reference_high);
    tuned_room += clamped(common * box.reference_high, box.tuned_low, box.tuned_high);
    reference_room += clamped(box.tuned_high * inverse, box.reference_low, box.reference_high);
  }
  double tolerance = roundoff(boxes->count);
  const double *a = boxes->tuned_low, *b = boxes->tuned_high, *c = boxes->reference_low, *d = boxes->reference_high;
  size_t count = boxes->count;
  if (total(tuned) - 1 > tolerance || total(reference) - 1 > tolerance) {
    // The listed tokens alone want more than 1: nothing is left for the rest, and the two ratios part.
    double tuned_ratio = filling(c, a, b, count), reference_ratio = 1 / filling(a, c, d, count);
    if (tuned_ratio < reference_ratio) it = (struct ratios){tuned_ratio, reference_ratio};
  } else if (total(tuned_room) - 1 < -tolerance || total(reference_room) - 1 < -tolerance) {
    // All tokens together cannot hold 1 at a common ratio (a small vocabulary): the two ratios part the other way.
    double tuned_ratio = filling(d, a, b, count), reference_ratio = 1 / filling(b, c, d, count);
    if (tuned_ratio > reference_ratio) it = (struct ratios){tuned_ratio, reference_ratio};
  }
  return it;
}
