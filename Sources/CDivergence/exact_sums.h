// Terms added to sums of 128 bits in units of 2⁻⁸⁰, eight at a time.
//
// A term below 2⁴⁶ is the sum of two signed integers below 2⁶³, one in units of 2⁻¹⁷ and one in units of 2⁻⁸⁰, or of three
// below 2⁵¹ where there is no conversion of longer ones. All parts are cut towards zero, so that they have the sign of the
// term, and the rest, below one unit, decides how it is rounded.

typedef uint64_t words __attribute__((ext_vector_type(8)));
typedef uint64_t word_pairs __attribute__((ext_vector_type(16), aligned(16)));
typedef double doubles_anywhere __attribute__((ext_vector_type(8), aligned(8)));

/// Numbers of 128 bits, their lower and their upper halves.
struct wide_units {
  words low, high;
};

ALWAYS_INLINE struct wide_units added(struct wide_units a, struct wide_units b) {
  struct wide_units it;
  it.low = a.low + b.low;
  // A comparison that holds is −1.
  it.high = a.high + b.high - (words)(it.low < b.low);
  return it;
}

#if PATH_CONVERTS_ONE_BY_ONE

ALWAYS_INLINE doubles whole(doubles x) { return __builtin_elementwise_trunc(x); }

/// A whole number below 2⁵¹ as an integer: it stands in the last places of the sum.
ALWAYS_INLINE longs integer(doubles x) { return (longs)(x + 0x1.8p52) - (longs)((doubles)(0x1.8p52)); }

/// The nearest whole numbers of units; halves away from zero. In three parts, of which each is below 2⁵¹.
ALWAYS_INLINE struct wide_units units_of(doubles terms) {
  doubles coarse = whole(terms * 0x1p4);
  doubles remainder = terms - coarse * 0x1p-4;
  doubles middle = whole(remainder * 0x1p54);
  remainder = (remainder - middle * 0x1p-54) * 0x1p80;
  doubles fine = whole(remainder);
  fine += whole((remainder - fine) * 2.0);
  longs middle_units = integer(middle), fine_units = integer(fine);
  struct wide_units low = {(words)middle_units << 26, (words)(middle_units >> 38)};
  struct wide_units lowest = {(words)fine_units, (words)(fine_units >> 63)};
  struct wide_units units = added(low, lowest);
  units.high += (words)integer(coarse) << 12;
  return units;
}

#else

ALWAYS_INLINE longs whole(doubles x) { return __builtin_convertvector(x, longs); }
ALWAYS_INLINE doubles number(longs x) { return __builtin_convertvector(x, doubles); }

/// The nearest whole numbers of units; halves away from zero.
ALWAYS_INLINE struct wide_units units_of(doubles terms) {
  longs coarse = whole(terms * 0x1p17);
  doubles remainder = (terms - number(coarse) * 0x1p-17) * 0x1p80;
  longs fine = whole(remainder);
  fine += whole((remainder - number(fine)) * 2.0);
  struct wide_units coarse_units = {(words)coarse << 63, (words)(coarse >> 1)};
  struct wide_units fine_units = {(words)fine, (words)(fine >> 63)};
  return added(coarse_units, fine_units);
}

#endif

ALWAYS_INLINE void add_8(doubles terms, uint64_t *sums) {
  word_pairs pairs = *(word_pairs *)sums;
  struct wide_units before = {pairs.even, pairs.odd};
  struct wide_units after = added(before, units_of(terms));
  *(word_pairs *)sums =
    __builtin_shufflevector(after.low, after.high, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
}

static bool add_exactly(const double *terms, uint64_t *sums, size_t count) {
  longs are_small = (longs)(-1);
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    doubles x = *(const doubles_anywhere *)(terms + i);
    are_small &= __builtin_elementwise_abs(x) < 0x1p46;
    add_8(x, sums + 2 * i);
  }
  if (i < count) {
    doubles rest = (doubles)(0.0);
    uint64_t padded[16] __attribute__((aligned(16))) = {0};
    memcpy(&rest, terms + i, (count - i) * sizeof *terms);
    memcpy(padded, sums + 2 * i, (count - i) * 2 * sizeof *sums);
    are_small &= __builtin_elementwise_abs(rest) < 0x1p46;
    add_8(rest, padded);
    memcpy(sums + 2 * i, padded, (count - i) * 2 * sizeof *sums);
  }
  return __builtin_reduce_and(are_small) != 0;
}
