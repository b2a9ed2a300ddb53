#ifndef CTRUNCATION_H
#define CTRUNCATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The code for one kind of processor. All of them give the same bits.
enum truncation_path { TRUNCATION_PORTABLE, TRUNCATION_AVX2, TRUNCATION_AVX512 };

/// Whether this processor can run the path.
bool truncation_path_runs(enum truncation_path path);

/// What one model's list says about its distribution.
struct truncation_row {
  /// Distinct ids.
  const int32_t *tokens;
  /// Their logprobs, in nats.
  const double *logprobs;
  size_t count;
  /// The largest logprob of a token that is not listed.
  double unlisted_cap;
  /// How far a logprob can be from the true one, in nats.
  double precision;
  /// Is given the stored probability of each token.
  double *probabilities;
};

/// Two rows of one position.
struct truncation_request {
  struct truncation_row reference, tuned;
  /// The number of tokens of both models; no id is as large. Not looked at where it is not known.
  int64_t vocabulary_size;
  bool knows_vocabulary_size;
  /// A logprob below which no token of either model is claimed to lie; not used where a row contradicts it.
  double floor;
  bool has_floor;
  /// `truncation_room` doubles, with anything in them.
  double *room;
};

/// Two bounds of one figure.
struct truncation_bounds {
  double low, high;
  /// False where nothing can be said from above.
  bool has_high;
};

/// The bounds of one position.
struct truncation_result {
  struct truncation_bounds kl_tuned_reference, kl_reference_tuned, jensen_shannon, total_variation;
  struct truncation_bounds entropy_reference, entropy_tuned;
  /// The sums of the listed probabilities.
  double listed_reference, listed_tuned;
  /// How many of the first `TRUNCATION_TOP` tokens of one row are among the first of the other.
  int32_t shared_top;
};

enum {
  /// The tokens at the beginning of both rows that are told apart from the others.
  TRUNCATION_TOP = 10
};

/// The doubles that rows of so many tokens need room for.
size_t truncation_room(size_t reference_count, size_t tuned_count);

/// Bounds of all divergences between any two distributions that the rows allow.
///
/// False where one of the rows contradicts itself whatever its precision, or has one of more than 700 nats: then the result
/// has nothing but the sums and the shared tokens.
bool truncation_compare(
  enum truncation_path path, const struct truncation_request *request, struct truncation_result *result);

/// `eˣ` and `ln(a / b)` as the bounds take them, of eight numbers, for tests.
void truncation_exponentials(enum truncation_path path, const double *x, double *found);
void truncation_logarithms(enum truncation_path path, const double *a, const double *b, double *found);

#endif
