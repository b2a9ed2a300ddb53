// Several numbers at a time, and the exponential function on them.
//
// Sums are kept in sixteen lanes on every path, so that all paths add in the same order. A path whose vectors hold
// fewer numbers goes over a group of tokens several times, once for each part of the sixteen.

#include <math.h>
#include <string.h>

// Every rounding is written out, so that paths with a fused multiply-add agree to the last bit.
#pragma clang fp contract(off) reassociate(off)

// Wide vectors are passed only to functions that are always inlined: there is no calling convention to warn of.
#pragma clang diagnostic ignored "-Wpsabi"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

enum { SUMS = 16, LANES = PATH_LANES, PARTS = SUMS / LANES };

/// Vectors that go through a computation in lock step, so that each one's next operation need not wait for its last.
enum { CHAINS = 4 };

/// Tokens that one step of a loop takes, over all its parts.
enum { STEP = CHAINS * SUMS };

typedef float floats __attribute__((ext_vector_type(PATH_LANES)));
typedef int32_t ints __attribute__((ext_vector_type(PATH_LANES)));
typedef uint16_t shorts __attribute__((ext_vector_type(PATH_LANES)));
typedef float floats_anywhere __attribute__((ext_vector_type(PATH_LANES), aligned(1)));
typedef int32_t ints_anywhere __attribute__((ext_vector_type(PATH_LANES), aligned(1)));
typedef uint16_t shorts_anywhere __attribute__((ext_vector_type(PATH_LANES), aligned(1)));

typedef double doubles __attribute__((ext_vector_type(8)));
typedef int64_t longs __attribute__((ext_vector_type(8)));
typedef float f32x8 __attribute__((ext_vector_type(8)));

/// One number for each of the sixteen lanes.
struct lanes {
  float of[SUMS] __attribute__((aligned(64)));
};

#if PATH_HAS_FMA
#define multiply_add(a, b, c) __builtin_elementwise_fma(a, b, c)
#else
#define multiply_add(a, b, c) ((a) * (b) + (c))
#endif

ALWAYS_INLINE floats all(float x) { return (floats)(x); }

/// The greater one of each pair; `b` where a number is NaN.
ALWAYS_INLINE floats greater(floats a, floats b) { return a > b ? a : b; }

ALWAYS_INLINE bool any(ints mask) { return __builtin_reduce_or(mask) != 0; }

ALWAYS_INLINE void put(struct lanes *lanes, int part, floats x) {
  memcpy(lanes->of + part * LANES, &x, sizeof x);
}

ALWAYS_INLINE float greatest(const struct lanes *lanes) {
  f32x8 low, high;
  memcpy(&low, lanes->of, sizeof low);
  memcpy(&high, lanes->of + 8, sizeof high);
  low = low > high ? low : high;
  __typeof__(low.lo) half = low.lo > low.hi ? low.lo : low.hi;
  __typeof__(half.lo) pair = half.lo > half.hi ? half.lo : half.hi;
  return pair.x > pair.y ? pair.x : pair.y;
}

/// The sixteen lanes in double precision, two by two.
ALWAYS_INLINE doubles widened(const struct lanes *lanes) {
  f32x8 low, high;
  memcpy(&low, lanes->of, sizeof low);
  memcpy(&high, lanes->of + 8, sizeof high);
  return __builtin_convertvector(low, doubles) + __builtin_convertvector(high, doubles);
}

ALWAYS_INLINE double total(doubles x) {
  __typeof__(x.lo) half = x.lo + x.hi;
  return (half.x + half.z) + (half.y + half.w);
}

/// The vectors of one part of a step.
struct chains {
  floats of[CHAINS];
};

#define EACH_PART _Pragma("clang loop unroll(full)") for (int part = 0; part < PARTS; part++)
#define EACH_CHAIN _Pragma("clang loop unroll(full)") for (int j = 0; j < CHAINS; j++)

/// `x = n · ln 2 + r` with a whole n and |r| ≤ ½ ln 2, for |x| < 2²¹. n = 0 leaves r = x to the last bit.
struct reduced {
  struct chains r;
  /// n in the lowest bits, and in the bits above what a shift by 23 pushes out.
  ints n[CHAINS];
};

ALWAYS_INLINE struct reduced reduce(struct chains x) {
  struct reduced it;
  struct chains shifted, n;
  // Above 1.5 · 2²³ neighbouring floats are one apart: the sum is rounded to a whole number.
  EACH_CHAIN shifted.of[j] = multiply_add(x.of[j], all(0x1.715476p0f), all(0x1.8p23f));
  EACH_CHAIN n.of[j] = shifted.of[j] - 0x1.8p23f;
  EACH_CHAIN it.r.of[j] = multiply_add(n.of[j], all(-0x1.62e43p-1f), x.of[j]);
  EACH_CHAIN it.n[j] = (ints)shifted.of[j];
  return it;
}

/// `x · 2ⁿ` for a positive x and an n that leaves the result a normal number: n goes into the exponent field.
ALWAYS_INLINE floats scaled(floats x, ints n) { return (floats)((ints)x + (n << 23)); }

/// `c[0] + c[1] x + … + c[degree] x^degree`, by Horner's rule.
ALWAYS_INLINE struct chains polynomial(struct chains x, const float *c, int degree) {
  struct chains p;
  EACH_CHAIN p.of[j] = multiply_add(x.of[j], all(c[degree]), all(c[degree - 1]));
  for (int k = degree - 2; k >= 0; k--) {
    EACH_CHAIN p.of[j] = multiply_add(x.of[j], p.of[j], all(c[k]));
  }
  return p;
}

/// Below this logarithm a mass is 1.6 · 10⁻³⁸ in single precision, which no sum feels.
#define LEAST_LOGARITHM -87.0f

/// The logarithm of a mass, or LEAST_LOGARITHM if that is greater. NaN stays.
ALWAYS_INLINE floats bounded(floats x) { return LEAST_LOGARITHM > x ? all(LEAST_LOGARITHM) : x; }

/// `eˣ` for −87 ≤ x ≤ 88, with a relative error below 2 · 10⁻⁷. Unspecified elsewhere.
ALWAYS_INLINE struct chains exponential(struct chains x) {
  // Minimax over |r| ≤ ½ ln 2: relative error 9.2 · 10⁻⁸.
  static const float c[] = {
    1, 0.9999997019767761f, 0.4999915063381195f, 0.1666763722896576f, 4.189797490835190e-2f,
    8.290305733680725e-3f};
  struct reduced it = reduce(x);
  struct chains p = polynomial(it.r, c, 5);
  EACH_CHAIN p.of[j] = scaled(p.of[j], it.n[j]);
  return p;
}
