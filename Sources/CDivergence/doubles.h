// Eight numbers in double precision at a time, and the exponential and the logarithm of them.

#include <math.h>
#include <stdint.h>

// Every rounding is written out, so that paths with a fused multiply-add agree to the last bit.
#pragma clang fp contract(off) reassociate(off)

// Wide vectors are passed only to functions that are always inlined: there is no calling convention to warn of.
#pragma clang diagnostic ignored "-Wpsabi"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

typedef double doubles __attribute__((ext_vector_type(8)));
typedef int64_t longs __attribute__((ext_vector_type(8)));

ALWAYS_INLINE double total(doubles x) {
  __typeof__(x.lo) half = x.lo + x.hi;
  return (half.x + half.z) + (half.y + half.w);
}

/// Below this logprob a token has no mass in double precision, and counts as excluded.
#define LEAST_LOGPROB -708.0

/// `eˣ` for x ≤ 88; 0 below `LEAST_LOGPROB`.
ALWAYS_INLINE doubles wide_exponential(doubles x) {
  doubles bounded = x > LEAST_LOGPROB ? x : (doubles)(LEAST_LOGPROB);
  doubles shifted = bounded * 0x1.71547652b82fep0 + 0x1.8p52;
  doubles n = shifted - 0x1.8p52;
  doubles r = bounded - n * 0x1.62e42feep-1 - n * 0x1.a39ef35793c76p-33;
  doubles p = 1.0;
  // Taylor's series: the 13th term is below 10⁻¹⁶ for |r| ≤ ½ ln 2.
  for (int k = 13; k > 0; k--) p = p * r * (1.0 / k) + 1.0;
  longs field = ((longs)(shifted)) - ((longs)((doubles)(0x1.8p52))) + 1023;
  doubles e = p * ((doubles)(field << 52));
  return x > LEAST_LOGPROB ? e : (doubles)(0.0);
}

/// `ln x` for a normal x > 0, to 3 units of the last digit; finite for a subnormal one.
ALWAYS_INLINE doubles wide_logarithm(doubles x) {
  // x = 2ⁿ m with m in √½ … √2.
  longs bits = (longs)x + (0x3ff0000000000000 - 0x3fe6a09e667f3bcd);
  // The exponent field in the last places of 2⁵²: there are paths on which a conversion takes a number at a time.
  doubles n = (doubles)((bits >> 52) | 0x4330000000000000) - (0x1p52 + 1023);
  doubles m = (doubles)((bits & 0x000fffffffffffff) + 0x3fe6a09e667f3bcd);
  // ln m = 2 artanh s with s = (m − 1) / (m + 1), |s| < 0.172: the 11th term is below 10⁻¹⁷.
  doubles s = (m - 1.0) / (m + 1.0), square = s * s, series = 1.0 / 21;
  for (int k = 19; k > 1; k -= 2) series = series * square + 1.0 / k;
  return n * 0x1.62e42fefa39efp-1 + 2.0 * (s + s * square * series);
}
