// Eight numbers at a time, and the exponential and the logarithm of them.
//
// Every path does the same operations in the same order on eight lanes, and none of them fused, so that all give the same
// bits. A path whose vectors hold fewer numbers takes several of them for one of these.

#include <string.h>

#pragma clang fp contract(off) reassociate(off)

// Wide vectors are passed only to functions that are always inlined: there is no calling convention to warn of.
#pragma clang diagnostic ignored "-Wpsabi"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

enum { LANES = 8 };

typedef double doubles __attribute__((ext_vector_type(8)));
typedef int64_t longs __attribute__((ext_vector_type(8)));
typedef uint64_t ulongs __attribute__((ext_vector_type(8)));
typedef double doubles_anywhere __attribute__((ext_vector_type(8), aligned(8)));

ALWAYS_INLINE doubles all(double x) { return (doubles)(x); }

/// The vector at `from`.
ALWAYS_INLINE doubles vector(const double *from) { return *(const doubles_anywhere *)from; }

ALWAYS_INLINE void set_vector(double *to, doubles x) { *(doubles_anywhere *)to = x; }

ALWAYS_INLINE doubles lesser(doubles a, doubles b) { return a < b ? a : b; }

ALWAYS_INLINE doubles greater(doubles a, doubles b) { return a > b ? a : b; }

/// The number in `low … high` that is nearest to `x`.
ALWAYS_INLINE doubles clamped(doubles x, doubles low, doubles high) { return greater(low, lesser(x, high)); }

/// The number where the mask is set, else 0.
ALWAYS_INLINE doubles where(longs mask, doubles x) { return (doubles)((longs)x & mask); }

ALWAYS_INLINE bool any(longs mask) { return __builtin_reduce_or(mask) != 0; }

/// Set in the lanes before `count`.
ALWAYS_INLINE longs first(int64_t count) { return (longs){0, 1, 2, 3, 4, 5, 6, 7} < (longs)(count); }

ALWAYS_INLINE double total(doubles x) {
  __typeof__(x.lo) half = x.lo + x.hi;
  return (half.x + half.z) + (half.y + half.w);
}

/// The whole number in the low bits of a double between 2⁵² and 2⁵³: these lie one apart.
#define WHOLE 0x1.8p52

/// A whole number below 2⁵¹ in size as a double.
ALWAYS_INLINE doubles widened(longs k) {
  return (doubles)(k + (longs)all(WHOLE)) - WHOLE;
}

/// The first part of ln 2, of so few bits that its products with exponents are exact, and the rest.
#define LN_2_FIRST 0x1.62e42feep-1
#define LN_2_REST 0x1.a39ef35793c76p-33

/// `eˣ` to 1.1 units of the last place, for x from −700 to 700. NaN stays.
///
/// x = n · ln 2 + r with |r| ≤ ½ ln 2, and the series of eʳ up to r¹³, of which the next term is below 2⁻⁵⁷.
ALWAYS_INLINE doubles exponential(doubles x) {
  doubles shifted = x * 0x1.71547652b82fep0 + WHOLE;
  doubles n = shifted - WHOLE;
  doubles r = (x - n * LN_2_FIRST) - n * LN_2_REST;
  doubles s = r * r;
  // Two series in r², of the even and of the odd terms, wait less for each other than one in r.
  doubles even = all(1.0 / 479001600);
  even = 1.0 / 3628800 + s * even;
  even = 1.0 / 40320 + s * even;
  even = 1.0 / 720 + s * even;
  even = 1.0 / 24 + s * even;
  even = 0.5 + s * even;
  doubles odd = all(1.0 / 6227020800);
  odd = 1.0 / 39916800 + s * odd;
  odd = 1.0 / 362880 + s * odd;
  odd = 1.0 / 5040 + s * odd;
  odd = 1.0 / 120 + s * odd;
  odd = 1.0 / 6 + s * odd;
  doubles y = 1 + (r + s * (even + r * odd));
  return (doubles)((longs)y + ((longs)shifted << 52));
}

/// `ln(a / b)` to 2.5 units of the last place, for a and b from 2⁻¹⁰⁰⁰ to 2¹⁰⁰⁰. `difference` is `a − b`.
///
/// a / b = 2ᵏ · m with m between √½ and √2, and ln m = 2 artanh((m − 1) / (m + 1)), a series in the square of that. The
/// quotient a / b is not taken, so that its rounding does not weigh where it is near 1. The coefficients are those of
/// FreeBSD's e_log.c (Sun Microsystems, 1993), which leave an error below 2⁻⁵⁸.
ALWAYS_INLINE doubles logarithm(doubles a, doubles b, doubles difference) {
  longs k = (longs)((ulongs)a >> 52) - (longs)((ulongs)b >> 52);
  doubles m = (doubles)((longs)a - (k << 52));
  // A comparison that holds is −1.
  k -= m > 0x1.6a09e667f3bcdp0 * b;
  k += 0x1.6a09e667f3bcdp0 * m < b;
  m = (doubles)((longs)a - (k << 52));
  doubles s = (k == 0 ? difference : m - b) / (m + b);
  doubles z = s * s, w = z * z;
  doubles odd = w * (0x1.999999997fa04p-2 + w * (0x1.c71c51d8e78afp-3 + w * 0x1.39a09d078c69fp-3));
  doubles even = z * (0x1.5555555555593p-1 + w * (0x1.2492494229359p-2 + w * (0x1.7466496cb03dep-3 + w * 0x1.2f112df3e5244p-3)));
  doubles n = widened(k);
  return n * LN_2_FIRST + (2 * s + (s * (odd + even) + n * LN_2_REST));
}

/// `ln x`, likewise.
ALWAYS_INLINE doubles logarithm_of(doubles x) { return logarithm(x, all(1), x - 1); }
