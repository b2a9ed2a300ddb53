// The second pass in double precision, for groups that hold excluded tokens or ratios beyond e⁶⁴.

/// Below this logprob a token has no mass in double precision, and counts as excluded.
#define LEAST_LOGPROB -708.0

/// `eˣ` for x ≤ 88; 0 below `LEAST_LOGPROB`.
ALWAYS_INLINE f64x8 wide_exponential(f64x8 x) {
  f64x8 bounded = x > LEAST_LOGPROB ? x : (f64x8)(LEAST_LOGPROB);
  f64x8 shifted = bounded * 0x1.71547652b82fep0 + 0x1.8p52;
  f64x8 n = shifted - 0x1.8p52;
  f64x8 r = bounded - n * 0x1.62e42feep-1 - n * 0x1.a39ef35793c76p-33;
  f64x8 p = 1.0;
  // Taylor's series: the 13th term is below 10⁻¹⁶ for |r| ≤ ½ ln 2.
  for (int k = 13; k > 0; k--) p = p * r * (1.0 / k) + 1.0;
  i64x8 field = ((i64x8)(shifted)) - ((i64x8)((f64x8)(0x1.8p52))) + 1023;
  f64x8 e = p * ((f64x8)(field << 52));
  return x > LEAST_LOGPROB ? e : (f64x8)(0.0);
}

/// `e⁻ᶻ − 1 + z`.
ALWAYS_INLINE f64x8 wide_phi(f64x8 z, f64x8 shrunk) {
  f64x8 series = 1.0;
  for (int k = 12; k > 2; k--) series = 1.0 - z * series * (1.0 / k);
  return z < 0.25 ? 0.5 * z * z * series : z - (1.0 - shrunk);
}

/// Compares eight tokens; see `compare_tokens`.
///
/// One row may exclude a token that the other allows: then z is infinite, E and χ are 1, and φ is left out, because
/// the divergence is infinite as a whole, which the first pass knows.
ALWAYS_INLINE void compare_tokens_widely(
  f64x8 reference, f64x8 tuned, const struct placement *at, struct shares to, struct differences *sums
) {
  f64x8 y = tuned - reference - at->gap, z = __builtin_elementwise_abs(y);
  f64x8 tuned_log_sum_exp = at->reference_log_sum_exp + at->gap;
  f64x8 reference_logprob = reference - at->reference_log_sum_exp, tuned_logprob = tuned - tuned_log_sum_exp;
  f64x8 m = wide_exponential(
    reference_logprob > tuned_logprob ? reference_logprob : tuned_logprob);
  i64x8 absent = !(m > 0), rose = y > 0, alone = z == INFINITY;

  f64x8 shrunk = wide_exponential(-z), E = 1.0 - shrunk;
  f64x8 phi = wide_phi(z, shrunk);
  E = z < 0.25 ? z - phi : E;
  f64x8 chi = z < 0.25 ? z * E - phi : E - z * shrunk;
  phi = alone ? (f64x8)(0.0) : phi;
  chi = alone ? (f64x8)(1.0) : chi;
  f64x8 R = E * -1.5326489228755236e-3 + 6.820332491770387e-4;
  R = R * E - 4.163780715316534e-3;
  R = R * E - 1.014657225459814e-2;
  R = R * E - 4.16918508708477e-2;
  R = R * E + 0.7500003576278687;
  f64x8 js = E * E * R - (1.0 - E) * phi;

  f64x8 distance = absent ? (f64x8)(0.0) : m * E;
  f64x8 moved = rose ? distance : -distance;
  sums->greater += absent ? (f64x8)(0.0) : m;
  sums->kl_tuned_reference += absent ? (f64x8)(0.0) : m * (rose ? phi : chi);
  sums->kl_reference_tuned += absent ? (f64x8)(0.0) : m * (rose ? chi : phi);
  sums->jensen_shannon += absent ? (f64x8)(0.0) : m * js;
  sums->distance += distance;
  sums->moved += moved;
  f64x8 tuned_mass = rose ? m : m * shrunk;
  for (size_t lane = 0; lane < 8; lane++) {
    if (to.kl && tuned_mass[lane] > 0 && !alone[lane]) to.kl[lane] += (float)(tuned_mass[lane] * y[lane]);
    if (to.moved) to.moved[lane] += (float)moved[lane];
  }
}

/// Compares `count` tokens of two rows of float32; a multiple of 32. `to` may end before `count` is reached: `room`
/// says how many tokens it has.
static void compare_group_widely(
  struct scores reference, struct scores tuned, size_t count, const struct placement *at, struct shares to,
  size_t room, struct differences *sums
) {
  for (size_t i = 0; i < count; i += 8) {
    float spare_kl[8] = {0}, spare_moved[8] = {0};
    struct shares here = {to.kl ? spare_kl : NULL, to.moved ? spare_moved : NULL};
    f64x8 x, y;
    for (size_t lane = 0; lane < 8; lane++) {
      x[lane] = score(reference, i + lane);
      y[lane] = score(tuned, i + lane);
    }
    compare_tokens_widely(x, y, at, here, sums);
    for (size_t lane = 0; lane < 8 && i + lane < room; lane++) {
      if (to.kl) to.kl[i + lane] += spare_kl[lane];
      if (to.moved) to.moved[i + lane] += spare_moved[lane];
    }
  }
}
