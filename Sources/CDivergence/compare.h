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
  f64x8 greater, kl_tuned_reference, kl_reference_tuned, moved, distance, jensen_shannon;
};

/// The same for one group, in single precision, and the greatest z.
struct group_differences {
  f32x16 greater, kl_tuned_reference, kl_reference_tuned, moved, distance, jensen_shannon, farthest;
};

/// Above this z the rounding of z itself is felt in χ; such a group is compared in double precision.
#define FAR 64.0f

/// A token's parts of KL(tuned ‖ reference) and of the moved mass.
struct token_shares {
  f32x16 kl, moved;
};

ALWAYS_INLINE f32x16 with_sign_of(f32x16 magnitude, f32x16 sign) {
  return __builtin_elementwise_copysign(magnitude, sign);
}

/// `tuned − reference − gap`, rounded once. What the first subtraction rounds away is put back (Knuth's two-sum),
/// because rows that differ by a constant would lose a small y in it.
ALWAYS_INLINE f32x16 log_ratio(f32x16 reference, f32x16 tuned, const struct placement *at) {
  f32x16 difference = tuned - reference;
  f32x16 back = tuned - difference;
  f32x16 lost = (tuned - (difference + back)) + (back - reference);
  return (difference - at->gap_high) + (lost - at->gap_low);
}

ALWAYS_INLINE struct token_shares compare_tokens(
  f32x16 reference, f32x16 tuned, const struct placement *at, bool wants_shares, struct group_differences *sums
) {
  f32x16 y = log_ratio(reference, tuned, at);
  f32x16 z = __builtin_elementwise_abs(y);
  i32x16 rose = y > 0;
  f32x16 m = exponential((reference - at->centre) + greater(y, all(0)));

  struct reduced it = reduce(-z);
  f32x16 s = scaled(all(1), it.n), r = it.r;
  // e^r − 1 − r = r² · Q(r), Q minimax: relative error 1.3 · 10⁻⁷.
  f32x16 q = multiply_add(r, all(1.3901287457474385e-3f), all(8.363146334886551e-3f));
  q = multiply_add(r, q, all(4.166685417294502e-2f));
  q = multiply_add(r, q, all(0.16666577756404877f));
  q = multiply_add(r, q, all(0.5f));
  f32x16 curve = (r * r) * q;
  f32x16 E = multiply_add(-s, r + curve, 1.0f - s);
  f32x16 phi = it.n == 0 ? curve : z - E;
  f32x16 chi = multiply_add(z, E, -phi);

  // R(E), minimax on 0 … 1: error 3.8 · 10⁻⁷.
  f32x16 R = multiply_add(E, all(-1.5326489228755236e-3f), all(6.820332491770387e-4f));
  R = multiply_add(R, E, all(-4.163780715316534e-3f));
  R = multiply_add(R, E, all(-1.014657225459814e-2f));
  R = multiply_add(R, E, all(-4.16918508708477e-2f));
  R = multiply_add(R, E, all(0.7500003576278687f));
  f32x16 js = multiply_add(E * E, R, multiply_add(E, phi, -phi));

  f32x16 distance = m * E, moved = with_sign_of(distance, y);
  sums->greater += m;
  sums->kl_tuned_reference = multiply_add(m, rose ? phi : chi, sums->kl_tuned_reference);
  sums->kl_reference_tuned = multiply_add(m, rose ? chi : phi, sums->kl_reference_tuned);
  sums->jensen_shannon = multiply_add(m, js, sums->jensen_shannon);
  sums->distance += distance;
  sums->moved += moved;
  sums->farthest = greater(z, sums->farthest);
  if (!wants_shares) return (struct token_shares){0, 0};
  f32x16 tuned_mass = rose ? m : m - distance;
  return (struct token_shares){tuned_mass * y * at->centre_factor, moved * at->centre_factor};
}

ALWAYS_INLINE void add_shares(struct scores row, struct token_shares a, struct token_shares b, struct shares to) {
  struct two kl = in_order(row, (struct two){a.kl, b.kl});
  struct two moved = in_order(row, (struct two){a.moved, b.moved});
  if (to.kl) {
    f32x16_anywhere *at = (f32x16_anywhere *)to.kl;
    at[0] += kl.first;
    at[1] += kl.second;
  }
  f32x16_anywhere *at = (f32x16_anywhere *)to.moved;
  at[0] += moved.first;
  at[1] += moved.second;
}

/// Compares `count` tokens, a multiple of 32 and at most GROUP.
///
/// - Returns: False where single precision is not enough; nothing has been added then.
ALWAYS_INLINE bool compare_group(
  struct scores reference, struct scores tuned, size_t count, const struct placement *at,
  bool wants_shares, struct shares to, struct differences *sums
) {
  struct group_differences group = {0};
  struct token_shares shares[GROUP / LANES];
  for (size_t i = 0; i < count; i += 2 * LANES) {
    struct two x = load_two(reference, i), y = load_two(tuned, i);
    struct token_shares a = compare_tokens(x.first, y.first, at, wants_shares, &group);
    struct token_shares b = compare_tokens(x.second, y.second, at, wants_shares, &group);
    if (wants_shares) {
      shares[i / LANES] = a;
      shares[i / LANES + 1] = b;
    }
  }
  // An excluded token makes its lane NaN.
  if (any(group.farthest > FAR | group.jensen_shannon != group.jensen_shannon)) return false;
  sums->greater += widened(group.greater);
  sums->kl_tuned_reference += widened(group.kl_tuned_reference);
  sums->kl_reference_tuned += widened(group.kl_reference_tuned);
  sums->moved += widened(group.moved);
  sums->distance += widened(group.distance);
  sums->jensen_shannon += widened(group.jensen_shannon);
  if (!wants_shares) return true;
  for (size_t i = 0; i < count; i += 2 * LANES)
    add_shares(reference, shares[i / LANES], shares[i / LANES + 1], shares_from(to, i));
  return true;
}
