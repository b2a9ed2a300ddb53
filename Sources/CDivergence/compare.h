// The second pass: how the two distributions differ, token by token, without cancellation.
//
// With y = ln(tuned(v) / reference(v)), z = |y| and m = max(reference(v), tuned(v)), every divergence is a sum of
// terms that cannot be negative and that keep their relative precision as z goes to 0:
//
//   D   = m (1 − e⁻ᶻ)              what moved
//   φ   = m (e⁻ᶻ − 1 + z)          belongs to the divergence of the more probable side
//   χ   = m (1 − (1 + z) e⁻ᶻ)      to that of the less probable side;  χ = z·D − φ
//   js  = E·D·R(E) − (1 − E)·φ     with E = D / m and R(E) = 1 − (E + (2 − E) ln(1 − E/2)) / E²
//
//   KL(tuned ‖ reference) = Σ (y > 0 ? φ : χ)      Jensen–Shannon  = ½ Σ js
//   KL(reference ‖ tuned) = Σ (y > 0 ? χ : φ)      total variation = ½ Σ D
//
// The first pass left the masses: m is one of the two, and for a large z so is D, their difference. For a small z φ is
// a polynomial in z, and D = m·z − φ.
//
// A group goes through three short loops. One long loop needs more registers than there are, at 1.4 times the time. What
// a loop can take from the masses again it does not hand on: a store costs as much as two multiplications.

/// Where the first pass put the two rows: `ln(tuned(v) / reference(v)) = tuned score − reference score − gap`.
struct placement {
  double reference_log_sum_exp, gap;
  /// The gap as the sum of two floats.
  float gap_high, gap_low;
};

/// Where every token's share is added; null where nobody asked.
struct shares {
  float *kl, *moved;
};

ALWAYS_INLINE struct shares shares_from(struct shares it, size_t token) {
  return (struct shares){it.kl ? it.kl + token : NULL, it.moved ? it.moved + token : NULL};
}

/// Sums over tokens; `risen` is `Σ D` where the token gained mass, `distance` the same over all tokens.
struct differences {
  doubles kl_tuned_reference, kl_reference_tuned, risen, distance, jensen_shannon;
};

/// The same of one group, and its greatest z.
struct group_differences {
  struct lanes kl_tuned_reference, kl_reference_tuned, risen, distance, jensen_shannon, farthest;
};

/// What the first pass kept of one group.
struct group_masses {
  const float *reference, *tuned;
  float reference_centre, tuned_centre;
  /// What brings the masses to the sum of 1: the tuned ones to the scale of the others, then both.
  float tuned_factor;
  double factor;
};

/// What the loops hand to each other about a group: y and, for a small z, φ / m. The second loop writes D and φ over them.
struct group_terms {
  float y_then_D[GROUP] __attribute__((aligned(64)));
  float phi[GROUP] __attribute__((aligned(64)));
};

/// Each token's parts of KL(tuned ‖ reference) and of the moved mass.
struct group_shares {
  float kl[GROUP] __attribute__((aligned(64)));
  float moved[GROUP] __attribute__((aligned(64)));
};

/// Above this z the roundings of `z·D` and φ are felt in χ; such a group is compared in double precision.
#define FAR 32.0f
/// Below this z φ is a polynomial. Above it the difference of two masses has lost at most a factor of four.
#define NEAR 0.75f

/// `tuned − reference − gap`, rounded once.
///
/// The difference of two scores of 16 bits is a float. What the subtraction of others rounds away is put back
/// (Knuth's two-sum), because rows that differ by a constant would lose a small y in it.
ALWAYS_INLINE floats log_ratio(
  struct scores row, floats reference, floats tuned, const struct placement *at
) {
  floats difference = tuned - reference;
  if (row.encoding == DIVERGENCE_FLOAT16 || row.encoding == DIVERGENCE_BFLOAT16)
    return (difference - at->gap_high) - at->gap_low;
  floats back = tuned - difference;
  floats lost = (tuned - (difference + back)) + (back - reference);
  return (difference - at->gap_high) + (lost - at->gap_low);
}

/// `e⁻ᶻ − 1 + z` for z < NEAR, with a relative error below 3 · 10⁻⁷. Unspecified elsewhere.
ALWAYS_INLINE floats phi_of_mass_1(floats z) {
  // The same over z², minimax on 0 … ¾: relative error 1.8 · 10⁻⁷.
  floats square = z * z;
  floats low = multiply_add(z, all(-0.1666615605354309f), all(0.49999991059303284f));
  floats high = multiply_add(z, all(-8.129619061946869e-3f), all(4.16126474738121e-2f));
  high = multiply_add(square, all(1.0657160310074687e-3f), high);
  return square * multiply_add(square, high, low);
}

/// First loop: y, and φ / m for a small z.
ALWAYS_INLINE void set_log_ratios(
  struct scores reference, struct scores tuned, size_t count, size_t part, struct placement at,
  struct group_terms *terms, struct group_differences *sums
) {
  floats farthest = 0;
  EACH_VECTOR(i, part, count) {
    prefetch(reference, i, SECOND_PREFETCH);
    prefetch(tuned, i, SECOND_PREFETCH);
    floats y = log_ratio(reference, load(reference, i), load(tuned, i), &at), z = magnitude(y);
    farthest = greater(z, farthest);
    set_vector(terms->y_then_D + i, y);
    set_vector(terms->phi + i, phi_of_mass_1(z));
  }
  put(&sums->farthest, part, farthest);
}

/// Second loop: D, φ, both divergences, and each token's shares if they are wanted.
ALWAYS_INLINE void sum_divergences(
  const struct group_masses *masses, size_t count, size_t part, struct group_terms *terms,
  struct group_shares *shares, struct group_differences *sums
) {
  const float *reference_masses = masses->reference, *tuned_masses = masses->tuned;
  floats factor = all(masses->tuned_factor), norm = all((float)masses->factor);
  floats tuned_reference = 0, reference_tuned = 0, risen = 0, distance = 0;
  EACH_VECTOR(i, part, count) {
    floats p = vector(reference_masses + i), q = vector(tuned_masses + i) * factor, m = greater(p, q);
    floats y = vector(terms->y_then_D + i), z = magnitude(y), mz = m * z;
    ints near = z < NEAR, fell = (ints)y >> 31;
    floats near_phi = m * vector(terms->phi + i);
    floats D = near ? mz - near_phi : m - lesser(p, q);
    floats phi = near ? near_phi : mz - D, chi = multiply_add(z, D, -phi);
    // Where the token fell, φ and χ change places. Logic has four pipes, a selection shares two with multiplications.
    ints exchange = ((ints)phi ^ (ints)chi) & fell;
    tuned_reference += (floats)((ints)phi ^ exchange);
    reference_tuned += (floats)((ints)chi ^ exchange);
    distance += D;
    risen += (floats)((ints)D & ~fell);
    set_vector(terms->y_then_D + i, D);
    set_vector(terms->phi + i, phi);
    if (!shares) continue;
    set_vector(shares->kl + i, q * y * norm);
    set_vector(shares->moved + i, (floats)((ints)D ^ (fell & INT32_MIN)) * norm);
  }
  put(&sums->kl_tuned_reference, part, tuned_reference);
  put(&sums->kl_reference_tuned, part, reference_tuned);
  put(&sums->risen, part, risen);
  put(&sums->distance, part, distance);
}

/// Third loop: Jensen–Shannon.
ALWAYS_INLINE void sum_jensen_shannon(
  const struct group_masses *masses, size_t count, size_t part, const struct group_terms *terms,
  struct group_differences *sums
) {
  // R on 0 … 1, minimax: error 3.8 · 10⁻⁷.
  static const float c[] = {0.7500003576278687f, -4.16918508708477e-2f, -1.014657225459814e-2f,
                            -4.163780715316534e-3f, 6.820332491770387e-4f, -1.5326489228755236e-3f};
  const float *reference_masses = masses->reference, *tuned_masses = masses->tuned;
  floats factor = all(masses->tuned_factor), sum = 0;
  EACH_VECTOR(i, part, count) {
    floats phi = vector(terms->phi + i), D = vector(terms->y_then_D + i);
    floats E = D / greater(vector(reference_masses + i), vector(tuned_masses + i) * factor);
    // E·D·R − (1 − E)·φ
    sum += multiply_add(E, multiply_add(D, polynomial(E, c, 5), phi), -phi);
  }
  put(&sums->jensen_shannon, part, sum);
}

ALWAYS_INLINE void add_shares(const struct group_shares *shares, size_t count, struct shares to) {
  for (size_t i = 0; to.kl && i < count; i++) to.kl[i] += shares->kl[i];
  for (size_t i = 0; i < count; i++) to.moved[i] += shares->moved[i];
}

/// Compares `count` tokens, a multiple of SUMS and at most GROUP.
///
/// - Returns: False where single precision is not enough; nothing has been added then.
ALWAYS_INLINE bool compare_group(
  struct scores reference, struct scores tuned, size_t count, const struct group_masses *masses,
  const struct placement *at, bool wants_shares, struct shares to, struct differences *sums
) {
  struct group_differences group;
  struct group_terms terms;
  struct group_shares shares;
  double factor = masses->factor;
  EACH_PART {
    set_log_ratios(reference, tuned, count, part, *at, &terms, &group);
    sum_divergences(masses, count, part, &terms, wants_shares ? &shares : NULL, &group);
    sum_jensen_shannon(masses, count, part, &terms, &group);
  }
  // An excluded token makes its lane NaN, and so does one that has no mass in single precision.
  doubles jensen_shannon = widened(&group.jensen_shannon);
  if (!(greatest(&group.farthest) <= FAR) || isnan(total(jensen_shannon))) return false;
  sums->kl_tuned_reference += factor * widened(&group.kl_tuned_reference);
  sums->kl_reference_tuned += factor * widened(&group.kl_reference_tuned);
  sums->risen += factor * widened(&group.risen);
  sums->distance += factor * widened(&group.distance);
  sums->jensen_shannon += factor * jensen_shannon;
  if (wants_shares) add_shares(&shares, count, to);
  return true;
}
