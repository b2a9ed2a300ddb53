// Several numbers at a time, and the exponential function on them.
//
// Sums are kept in sixteen lanes on every path, so that all paths add in the same order. A path whose vectors hold
// fewer numbers goes over a group of tokens several times, once for each part of the sixteen.
//
// Loops take one vector at a time and are not unrolled: they have few enough constants to keep them in registers, and
// the processor looks far enough ahead to overlap one turn with the next. The loop of exponentials is the exception.

#include "doubles.h"

#include <string.h>

enum { SUMS = 16, LANES = PATH_LANES, PARTS = SUMS / LANES };

typedef float floats __attribute__((ext_vector_type(PATH_LANES)));
typedef int32_t ints __attribute__((ext_vector_type(PATH_LANES)));
typedef uint16_t shorts __attribute__((ext_vector_type(PATH_LANES)));
typedef float floats_anywhere __attribute__((ext_vector_type(PATH_LANES), aligned(1)));
typedef uint16_t shorts_anywhere __attribute__((ext_vector_type(PATH_LANES), aligned(1)));

typedef bool bools __attribute__((ext_vector_type(PATH_LANES)));

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

/// One bit for each number of a comparison, the first one lowest.
ALWAYS_INLINE uint32_t bits(ints mask) {
  bools set = __builtin_convertvector(mask, bools);
  uint32_t it = 0;
  memcpy(&it, &set, sizeof set);
  return it;
}

ALWAYS_INLINE bool any(ints mask) { return __builtin_reduce_or(mask) != 0; }

/// The lesser one of each pair; `b` where a number is NaN.
ALWAYS_INLINE floats lesser(floats a, floats b) { return a < b ? a : b; }

ALWAYS_INLINE floats magnitude(floats x) { return __builtin_elementwise_abs(x); }

ALWAYS_INLINE void put(struct lanes *lanes, size_t part, floats x) {
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

/// The vector at `from`.
ALWAYS_INLINE floats vector(const float *from) { return *(const floats_anywhere *)from; }

ALWAYS_INLINE void set_vector(float *to, floats x) { *(floats_anywhere *)to = x; }

// Where the path has few registers, the compiler keeps the wrong numbers in them: these keep one in a register through a
// loop, or leave the ones behind a pointer in memory, from where an operation takes them without an instruction more.
#if PATH_HAS_FEW_REGISTERS
#define IN_REGISTER(x) __asm__("" : "+x"(x))
#define IN_MEMORY(pointer) __asm__("" : "+r"(pointer))
#else
#define IN_REGISTER(x) (void)(x)
#define IN_MEMORY(pointer) (void)(pointer)
#endif

#define EACH_PART _Pragma("clang loop unroll(full)") for (size_t part = 0; part < PARTS; part++)
/// The vectors of one part of `count` numbers, a multiple of SUMS.
#define EACH_VECTOR(i, part, count) \
  _Pragma("clang loop unroll(disable)") for (size_t i = part * LANES; i < count; i += SUMS)

/// `c[0] + c[1] x + … + c[degree] x^degree`, by Horner's rule.
ALWAYS_INLINE floats polynomial(floats x, const float *c, int degree) {
  floats p = all(c[degree]);
  _Pragma("clang loop unroll(full)") for (int k = degree - 1; k >= 0; k--) p = multiply_add(x, p, all(c[k]));
  return p;
}

/// Below this logarithm a mass is 1.6 · 10⁻³⁸ in single precision, which no sum feels.
#define LEAST_LOGARITHM -87.0f

/// `x`, or `least` if that is greater. NaN stays.
ALWAYS_INLINE floats at_least(floats least, floats x) { return least > x ? least : x; }

/// The numbers that `eˣ` is made of.
struct exponential_constants {
  floats log2_e, shift, minus_ln_2;
  /// `(eʳ − 1) / r`: the first four coefficients and the last.
  const floats *terms;
  floats last;
};

ALWAYS_INLINE struct exponential_constants exponential_constants(void) {
  // Minimax over |r| ≤ ½ ln 2: relative error of eʳ 9.2 · 10⁻⁸.
  static const floats terms[] = {0.9999997019767761f, 0.4999915063381195f, 0.1666763722896576f, 4.189797490835190e-2f};
  struct exponential_constants it = {
    0x1.715476p0f,
    // Above 1.5 · 2²³ neighbouring floats are one apart: a sum with it is rounded to a whole number, which then stands
    // in the lowest bits. 127 is the exponent field of 2⁰.
    0x1.8p23f + 127, -0x1.62e43p-1f, terms, 8.290305733680725e-3f};
  IN_REGISTER(it.log2_e);
  IN_REGISTER(it.shift);
  IN_REGISTER(it.minus_ln_2);
  IN_MEMORY(it.terms);
  return it;
}

/// A logarithm `x = n · ln 2 + r` on its way to `eˣ`: n stands in the lowest bits of `shifted`.
///
/// The way is long and narrow. A loop that starts on the next vector before it ends this one fills the processor better.
struct exponent {
  floats x, shifted, r;
};

/// The first half of `eˣ`, for −87 ≤ x ≤ 88.
ALWAYS_INLINE struct exponent exponent(floats x, const struct exponential_constants *c) {
  floats shifted = multiply_add(x, c->log2_e, c->shift), n = shifted - c->shift;
  return (struct exponent){x, shifted, multiply_add(n, c->minus_ln_2, x)};
}

/// The second half: `eˣ = 2ⁿ · eʳ` with a relative error below 2 · 10⁻⁷.
ALWAYS_INLINE floats exponential(struct exponent it, const struct exponential_constants *c) {
  floats p = c->last;
  _Pragma("clang loop unroll(full)") for (int k = 3; k >= 0; k--) p = multiply_add(it.r, p, c->terms[k]);
  floats scale = (floats)((ints)it.shifted << 23);
  return multiply_add(scale * it.r, p, scale);
}
