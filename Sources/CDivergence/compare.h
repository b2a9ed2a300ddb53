// The second pass: how the two distributions differ, token by token, without cancellation.
//
// With y = ln(tuned(v) / reference(v)), z = |y| and m = max(reference(v), tuned(v)), every divergence is a sum of
// terms that cannot be negative and that keep their relative precision as z goes to 0:
//
//   E   = 1 − e⁻ᶻ             the part of m that moved
//   φ   = e⁻ᶻ − 1 + z         m·φ belongs to the divergence of the more probable side
//   χ   = 1 − (1 + z) e⁻ᶻ     m·χ to that of the less probable side;  χ = z·E − φ
//   js  = E²·R(E) − (1 − E)·φ  with R(E) = 1 − (E + (2 − E) ln(1 − E/2)) / E²
//
//   KL(tuned ‖ reference) = Σ m · (y > 0 ? φ : χ)      Jensen–Shannon  = ½ Σ m · js
//   KL(reference ‖ tuned) = Σ m · (y > 0 ? χ : φ)      total variation = ½ Σ m · E

/// Where the first pass put the two rows: `ln(tuned(v) / reference(v)) = tuned score − reference score − gap`.
struct placement {
  double reference_log_sum_exp, gap;
  /// The reference's log-sum-exp rounded, and the factor `e^(rounded − exact)` that makes up for it.
  float centre, centre_factor;
  /// The gap as the sum of two floats.
  float gap_high, gap_low;
};

ALWAYS_INLINE struct placement placed(double reference_log_sum_exp, double gap) {
  float centre = (float)reference_log_sum_exp, high = (float)gap;
  return (struct placement){
    reference_log_sum_exp, gap, centre, (float)exp((double)centre - reference_log_sum_exp), high,
    (float)(gap - high)};
}

/// Where every token's share is added; null where nobody asked.
struct shares {
  float *kl, *moved;
};

ALWAYS_INLINE struct shares shares_from(struct shares it, size_t token) {
  return (struct shares){it.kl ? it.kl + token : NULL, it.moved ? it.moved + token : NULL};
}

/// Sums over tokens; `moved` is `Σ m · E`, negative where the token lost mass, and `greater` is `Σ m`.
struct differences {
  doubles greater, kl_tuned_reference, kl_reference_tuned, moved, distance, jensen_shannon;
};

/// The same in single precision, and the greatest z.
struct lane_differences {
  floats greater, kl_tuned_reference, kl_reference_tuned, moved, distance, jensen_shannon, farthest;
};

/// Above this z the rounding of z itself is felt in χ; such a group is compared in double precision.
#define FAR 64.0f

/// `tuned − reference − gap`, rounded once. What the first subtraction rounds away is put back (Knuth's two-sum),
/// because rows that differ by a constant would lose a small y in it.
ALWAYS_INLINE floats log_ratio(floats reference, floats tuned, const struct placement *at) {
  floats difference = tuned - reference;
  floats back = tuned - difference;
  floats lost = (tuned - (difference + back)) + (back - reference);
  return (difference - at->gap_high) + (lost - at->gap_low);
}

/// R(E) on 0 … 1, minimax: error 3.8 · 10⁻⁷.
ALWAYS_INLINE struct chains mixture_curve(struct chains E) {
  static const float c[] = {0.7500003576278687f, -4.16918508708477e-2f, -1.014657225459814e-2f,
                            -4.163780715316534e-3f, 6.820332491770387e-4f, -1.5326489228755236e-3f};
  return polynomial(E, c, 5);
}

/// `e^r − 1 − r = r² · Q(r)` for |r| ≤ ½ ln 2, Q minimax: relative error 1.3 · 10⁻⁷.
ALWAYS_INLINE struct chains exponential_curve(struct chains r) {
  static const float c[] = {0.5f, 0.16666577756404877f, 4.166685417294502e-2f, 8.363146334886551e-3f,
                            1.3901287457474385e-3f};
  struct chains q = polynomial(r, c, 4);
  EACH_CHAIN q.of[j] = (r.of[j] * r.of[j]) * q.of[j];
  return q;
}

/// A step's parts of KL(tuned ‖ reference) and of the moved mass, token by token.
struct step_shares {
  struct chains kl, moved;
};

ALWAYS_INLINE struct step_shares compare_tokens(
  struct chains reference, struct chains tuned, const struct placement *at, struct lane_differences *sums
) {
  struct chains y, z, m, E, phi, chi, js, s;
  EACH_CHAIN y.of[j] = log_ratio(reference.of[j], tuned.of[j], at);
  EACH_CHAIN m.of[j] = bounded((reference.of[j] - at->centre) + greater(y.of[j], all(0)));
  m = exponential(m);

  EACH_CHAIN z.of[j] = -__builtin_elementwise_abs(y.of[j]);
  struct reduced it = reduce(z);
  EACH_CHAIN z.of[j] = -z.of[j];
  struct chains curve = exponential_curve(it.r);
  EACH_CHAIN s.of[j] = scaled(all(1), it.n[j]);
  EACH_CHAIN E.of[j] = multiply_add(-s.of[j], it.r.of[j] + curve.of[j], 1.0f - s.of[j]);
  // Where n = 0, φ = curve; elsewhere z is at least ½ ln 2 and the subtraction loses little.
  EACH_CHAIN phi.of[j] = s.of[j] == 1 ? curve.of[j] : z.of[j] - E.of[j];
  EACH_CHAIN chi.of[j] = multiply_add(z.of[j], E.of[j], -phi.of[j]);
  struct chains R = mixture_curve(E);
  EACH_CHAIN js.of[j] = multiply_add(E.of[j], phi.of[j], -phi.of[j]);
  EACH_CHAIN js.of[j] = multiply_add(E.of[j] * E.of[j], R.of[j], js.of[j]);

  struct step_shares shares;
  EACH_CHAIN {
    ints rose = y.of[j] > 0;
    floats distance = m.of[j] * E.of[j], moved = __builtin_elementwise_copysign(distance, y.of[j]);
    sums->greater += m.of[j];
    sums->kl_tuned_reference =
      multiply_add(m.of[j], rose ? phi.of[j] : chi.of[j], sums->kl_tuned_reference);
    sums->kl_reference_tuned =
      multiply_add(m.of[j], rose ? chi.of[j] : phi.of[j], sums->kl_reference_tuned);
    sums->jensen_shannon = multiply_add(m.of[j], js.of[j], sums->jensen_shannon);
    sums->distance += distance;
    sums->moved += moved;
    sums->farthest = greater(z.of[j], sums->farthest);
    floats tuned_mass = rose ? m.of[j] : m.of[j] - distance;
    shares.kl.of[j] = tuned_mass * y.of[j] * at->centre_factor;
    shares.moved.of[j] = moved * at->centre_factor;
  }
  return shares;
}

/// The sums of a group, and each token's shares, before they are known to be good.
struct group_differences {
  struct lanes greater, kl_tuned_reference, kl_reference_tuned, moved, distance, jensen_shannon, farthest;
  float kl_shares[GROUP] __attribute__((aligned(64)));
  float moved_mass[GROUP] __attribute__((aligned(64)));
};

/// Compares one part of the tokens of a group.
ALWAYS_INLINE void compare_part(
  struct scores reference, struct scores tuned, size_t count, int part, const struct placement *at,
  bool wants_shares, struct group_differences *group
) {
  struct lane_differences sums = {0};
  for (size_t i = 0; i < count; i += STEP) {
    struct chains x = load_step(reference, i, part), y = load_step(tuned, i, part);
    struct step_shares shares = compare_tokens(x, y, at, &sums);
    if (!wants_shares) continue;
    store_step(reference, group->kl_shares, i, part, shares.kl);
    store_step(reference, group->moved_mass, i, part, shares.moved);
  }
  put(&group->greater, part, sums.greater);
  put(&group->kl_tuned_reference, part, sums.kl_tuned_reference);
  put(&group->kl_reference_tuned, part, sums.kl_reference_tuned);
  put(&group->moved, part, sums.moved);
  put(&group->distance, part, sums.distance);
  put(&group->jensen_shannon, part, sums.jensen_shannon);
  put(&group->farthest, part, sums.farthest);
}

ALWAYS_INLINE void add_shares(const struct group_differences *group, size_t count, struct shares to) {
  for (size_t i = 0; to.kl && i < count; i++) to.kl[i] += group->kl_shares[i];
  for (size_t i = 0; i < count; i++) to.moved[i] += group->moved_mass[i];
}

/// Compares `count` tokens, a multiple of STEP and at most GROUP.
///
/// - Returns: False where single precision is not enough; nothing has been added then.
ALWAYS_INLINE bool compare_group(
  struct scores reference, struct scores tuned, size_t count, const struct placement *at,
  bool wants_shares, struct shares to, struct differences *sums
) {
  struct group_differences group;
  EACH_PART
    compare_part(reference, tuned, count, part, at, wants_shares, &group);
  // An excluded token makes its lane NaN.
  if (!(greatest(&group.farthest) <= FAR) || isnan(total(widened(&group.jensen_shannon)))) return false;
  sums->greater += widened(&group.greater);
  sums->kl_tuned_reference += widened(&group.kl_tuned_reference);
  sums->kl_reference_tuned += widened(&group.kl_reference_tuned);
  sums->moved += widened(&group.moved);
  sums->distance += widened(&group.distance);
  sums->jensen_shannon += widened(&group.jensen_shannon);
  if (wants_shares) add_shares(&group, count, to);
  return true;
}
