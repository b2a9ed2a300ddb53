// The second pass in double precision, for groups that hold excluded tokens or ratios beyond e³².

/// `e⁻ᶻ − 1 + z`.
ALWAYS_INLINE doubles wide_phi(doubles z, doubles shrunk) {
  doubles series = 1.0;
  for (int k = 12; k > 2; k--) series = 1.0 - z * series * (1.0 / k);
  return z < 0.25 ? 0.5 * z * z * series : z - (1.0 - shrunk);
}

/// Compares eight tokens; see `compare_group`.
///
/// One row may exclude a token that the other allows: then z and φ are infinite, E and χ are 1.
ALWAYS_INLINE void compare_tokens_widely(
  doubles reference, doubles tuned, const struct placement *at, struct shares to, struct differences *sums
) {
  doubles y = tuned - reference - at->gap, z = __builtin_elementwise_abs(y);
  doubles tuned_log_sum_exp = at->reference_log_sum_exp + at->gap;
  doubles reference_logprob = reference - at->reference_log_sum_exp, tuned_logprob = tuned - tuned_log_sum_exp;
  doubles m = wide_exponential(
    reference_logprob > tuned_logprob ? reference_logprob : tuned_logprob);
  longs absent = !(m > 0), rose = y > 0, alone = z == INFINITY;

  doubles shrunk = wide_exponential(-z), E = 1.0 - shrunk;
  doubles phi = wide_phi(z, shrunk);
  E = z < 0.25 ? z - phi : E;
  doubles chi = z < 0.25 ? z * E - phi : E - z * shrunk;
  chi = alone ? (doubles)(1.0) : chi;
  doubles R = E * -1.5326489228755236e-3 + 6.820332491770387e-4;
  R = R * E - 4.163780715316534e-3;
  R = R * E - 1.014657225459814e-2;
  R = R * E - 4.16918508708477e-2;
  R = R * E + 0.7500003576278687;
  doubles js = E * E * R - (alone ? (doubles)(0.0) : (1.0 - E) * phi);

  doubles distance = absent ? (doubles)(0.0) : m * E;
  doubles moved = rose ? distance : -distance;
  sums->kl_tuned_reference += absent ? (doubles)(0.0) : m * (rose ? phi : chi);
  sums->kl_reference_tuned += absent ? (doubles)(0.0) : m * (rose ? chi : phi);
  sums->jensen_shannon += absent ? (doubles)(0.0) : m * js;
  sums->distance += distance;
  sums->risen += rose ? distance : (doubles)(0.0);
  doubles tuned_mass = rose ? m : m * shrunk;
  for (size_t lane = 0; lane < 8; lane++) {
    if (to.kl && tuned_mass[lane] > 0) to.kl[lane] += (float)(tuned_mass[lane] * y[lane]);
    if (to.moved) to.moved[lane] += (float)moved[lane];
  }
}

/// Compares `count` tokens of two rows of float32; a multiple of SUMS. `to` may end before `count` is reached: `room`
/// says how many tokens it has.
static void compare_group_widely(
  struct scores reference, struct scores tuned, size_t count, const struct placement *at, struct shares to,
  size_t room, struct differences *sums
) {
  for (size_t i = 0; i < count; i += 8) {
    float spare_kl[8] = {0}, spare_moved[8] = {0};
    struct shares here = {to.kl ? spare_kl : NULL, to.moved ? spare_moved : NULL};
    doubles x, y;
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
