#ifndef CDIVERGENCE_H
#define CDIVERGENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// How the scores of a row are stored, little-endian. A row may start at any byte.
enum divergence_encoding {
  DIVERGENCE_FLOAT32,
  DIVERGENCE_FLOAT16,
  DIVERGENCE_BFLOAT16,
  /// Two float32, `scale` and `minimum`, then unsigned 16-bit steps q: the score is `scale · q + minimum`.
  DIVERGENCE_AFFINE16,
};

/// One model's scores at one position, logits or logprobs.
struct divergence_row {
  const void *bytes;
  enum divergence_encoding encoding;
};

/// Which instructions the kernel is compiled for. AVX2 and AVX-512 are meant to give the same bits.
enum divergence_path { DIVERGENCE_PORTABLE, DIVERGENCE_AVX2, DIVERGENCE_AVX512 };

/// The most tokens that a list of the most probable ones can have.
enum { DIVERGENCE_TOP_LIMIT = 64 };

struct divergence_request {
  struct divergence_row reference, tuned;
  /// The number of scores of each row, at least 1.
  size_t count;
  /// The token that stands in the text, below `count`.
  size_t emitted;
  /// How many of the most probable tokens to list, 1 … DIVERGENCE_TOP_LIMIT.
  size_t top_count;
  /// `divergence_room(count)` numbers of working space, best at a multiple of 64 bytes. Null leaves out the second pass: both divergences,
  /// Jensen–Shannon and total variation stay 0.
  float *room;
  /// Where to add every token's share of KL(tuned ‖ reference) and its moved mass, or null; `count` numbers each.
  float *kl_shares, *moved_mass;
};

/// What is known of one row by itself.
struct divergence_side {
  double log_sum_exp, entropy;
  float emitted_score;
  /// The number of scores strictly greater than the emitted token's.
  size_t greater;
  /// The most probable tokens by falling score, ties by rising id; tokens without probability are not listed.
  size_t top_count;
  uint32_t top_tokens[DIVERGENCE_TOP_LIMIT];
  float top_scores[DIVERGENCE_TOP_LIMIT];
};

enum divergence_status {
  DIVERGENCE_MEASURED,
  DIVERGENCE_NOT_A_NUMBER,
  DIVERGENCE_PLUS_INFINITY,
  DIVERGENCE_NO_PROBABILITY,
};

struct divergence_result {
  enum divergence_status status;
  /// Where the status is a problem: which row, and at which token.
  bool problem_in_tuned;
  size_t problem_token;

  struct divergence_side reference, tuned;
  double kl_tuned_reference, kl_reference_tuned, jensen_shannon, total_variation;
};

/// Whether this machine can run a path.
bool divergence_path_runs(enum divergence_path path);

/// How many floats of working space two rows of `count` scores need. `count` must be below SIZE_MAX / 32.
size_t divergence_room(size_t count);

/// Measures one pair of rows. The path must run on this machine.
void divergence_measure(
  enum divergence_path path, const struct divergence_request *request, struct divergence_result *result);

/// A row in single precision and half a step of its storage at each score; excluded tokens have −∞ and 0.
struct divergence_stored_row {
  const float *scores, *half_steps;
};

/// How far rounding for storage can have moved what one row, the own one, says beside another.
struct divergence_row_bounds {
  /// Of KL(own ‖ other), of ½ KL(own ‖ middle of both), and of the own entropy, in nats; the first is infinite where the
  /// divergence is.
  double divergence, half_jensen_shannon, entropy;
  /// The mean of the half steps under the row.
  double mean_step;
};

/// The bounds of both rows, each beside the other. Every path gives the same bits.
///
/// `count` is a multiple of 8. No score is NaN or +∞, and each row has a finite one. `growth` is by how much second
/// derivatives can grow between the stored scores and the true ones.
void divergence_storage_bounds(
  enum divergence_path path, const struct divergence_stored_row *first,
  const struct divergence_stored_row *second, size_t count, double growth, struct divergence_row_bounds *first_bounds, struct divergence_row_bounds *second_bounds);

/// Adds each term, rounded to the nearest unit of 2⁻⁸⁰ and halves away from zero, to the sum at its place: a signed number of
/// units in 128 bits, the lower half of them first. Every path gives the same bits.
///
/// `sums` starts at a multiple of 16 bytes and holds two numbers for each of the `count` terms. False where the magnitude of
/// a term is not below 2⁴⁶; then sums are wrong.
bool divergence_add_exactly(enum divergence_path path, const double *terms, uint64_t *sums, size_t count);

/// The sum of `count` bytes taken as float32: what reading them once costs, for benchmarks.
double divergence_memory_sum(enum divergence_path path, const void *bytes, size_t count);

#endif
