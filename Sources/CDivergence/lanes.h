// Sixteen numbers at a time, and the exponential function on them.

#include <math.h>
#include <string.h>

// Every rounding is written out, so that paths with a fused multiply-add agree to the last bit.
#pragma clang fp contract(off) reassociate(off)

// Wide vectors are passed only to functions that are always inlined: there is no calling convention to warn of.
#pragma clang diagnostic ignored "-Wpsabi"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

enum { LANES = 16 };
typedef float f32x16 __attribute__((ext_vector_type(16)));
typedef float f32x8 __attribute__((ext_vector_type(8)));
typedef int32_t i32x16 __attribute__((ext_vector_type(16)));
typedef uint16_t u16x16 __attribute__((ext_vector_type(16)));
typedef double f64x8 __attribute__((ext_vector_type(8)));
typedef int64_t i64x8 __attribute__((ext_vector_type(8)));

// The same at any address.
typedef float f32x16_anywhere __attribute__((ext_vector_type(16), aligned(1)));
typedef int32_t i32x16_anywhere __attribute__((ext_vector_type(16), aligned(1)));
typedef uint16_t u16x16_anywhere __attribute__((ext_vector_type(16), aligned(1)));

#if PATH_HAS_FMA
#define multiply_add(a, b, c) __builtin_elementwise_fma(a, b, c)
#else
#define multiply_add(a, b, c) ((a) * (b) + (c))
#endif

ALWAYS_INLINE f32x16 all(float x) { return (f32x16)(x); }

/// The greater one of each pair; `b` where a number is NaN.
ALWAYS_INLINE f32x16 greater(f32x16 a, f32x16 b) { return a > b ? a : b; }

ALWAYS_INLINE bool any(i32x16 mask) { return __builtin_reduce_or(mask) != 0; }

ALWAYS_INLINE float greatest(f32x16 x) {
#if PATH_HAS_AVX512
  return _mm512_reduce_max_ps((__m512)x);
#else
  f32x8 half = x.lo > x.hi ? x.lo : x.hi;
  __typeof__(half.lo) quarter = half.lo > half.hi ? half.lo : half.hi;
  float a = quarter.x > quarter.y ? quarter.x : quarter.y;
  float b = quarter.z > quarter.w ? quarter.z : quarter.w;
  return a > b ? a : b;
#endif
}

ALWAYS_INLINE f64x8 widened(f32x16 x) {
  return __builtin_convertvector(x.lo, f64x8) + __builtin_convertvector(x.hi, f64x8);
}

ALWAYS_INLINE double total(f64x8 x) {
  __typeof__(x.lo) half = x.lo + x.hi;
  return (half.x + half.z) + (half.y + half.w);
}

/// The nearest whole number, for |x| < 2²².
ALWAYS_INLINE f32x16 nearest(f32x16 x) {
#if PATH_HAS_AVX512
  return (f32x16)_mm512_roundscale_ps((__m512)x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
#else
  // Above 1.5 · 2²³ neighbouring floats are one apart.
  return (x + 0x1.8p23f) - 0x1.8p23f;
#endif
}

/// `x · 2ⁿ` for a whole n up to 127; 0 or a subnormal number below −126.
ALWAYS_INLINE f32x16 scaled(f32x16 x, f32x16 n) {
#if PATH_HAS_AVX512
  return (f32x16)_mm512_scalef_ps((__m512)x, (__m512)n);
#else
  // The exponent field of 2ⁿ is n + 127. At n = −127 it is 0, and so is the factor.
  f32x16 bounded = greater(n, all(-127));
  i32x16 field = ((i32x16)(bounded + (0x1.8p23f + 127))) - ((i32x16)(all(0x1.8p23f)));
  return x * ((f32x16)(field << 23));
#endif
}

/// `x = n · ln 2 + r` with a whole n and |r| ≤ ½ ln 2. n = 0 leaves r = x to the last bit.
struct reduced {
  f32x16 n, r;
};

ALWAYS_INLINE struct reduced reduce(f32x16 x) {
  f32x16 n = nearest(x * all(0x1.715476p0f));
  return (struct reduced){n, multiply_add(n, all(-0x1.62e43p-1f), x)};
}

/// `eˣ` for x ≤ 88, with a relative error below 2 · 10⁻⁷; 0 where the exact value is below 10⁻³⁸.
/// NaN for a NaN or an infinite x.
ALWAYS_INLINE f32x16 exponential(f32x16 x) {
  struct reduced it = reduce(x);
  // Minimax over |r| ≤ ½ ln 2: relative error 9.2 · 10⁻⁸.
  f32x16 p = multiply_add(it.r, all(8.290305733680725e-3f), all(4.189797490835190e-2f));
  p = multiply_add(it.r, p, all(0.1666763722896576f));
  p = multiply_add(it.r, p, all(0.4999915063381195f));
  p = multiply_add(it.r, p, all(0.9999997019767761f));
  p = multiply_add(it.r, p, all(1));
  return scaled(p, it.n);
}
