// The bounds on lists of every kind, under the sanitizers: every read or write outside of a list and every undefined
// operation ends it.
//
// usage: any_lists [PAIRS]
//
// Pairs of lists of 0 … 300 tokens, each in memory of its exact size; they share all of their tokens, some or none, and
// leave over much, little, nothing or less than nothing. All paths must say the same to the last bit, lower bounds must
// not lie above upper ones, and nothing outside of 0 … ∞, ln 2 or 1.

#include "CTruncation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATHS = 3 };

static double uniform(void) {
  static unsigned long long state = 88172645463325252;
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return (state >> 11) * 0x1p-53;
}

static int falling(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x < y) - (x > y);
}

/// A list of `count` tokens from `first` on, every `step`-th, of which about `mass` is listed.
static struct truncation_row list(size_t count, int first, int step, double mass, double width) {
  int32_t *tokens = malloc(count * sizeof *tokens);
  double *logprobs = malloc(count * sizeof *logprobs), sum = 0;
  for (size_t i = 0; i < count; i++) {
    tokens[i] = first + step * (int32_t)i;
    logprobs[i] = -width * uniform();
    sum += exp(logprobs[i]);
  }
  for (size_t i = 0; i < count; i++) logprobs[i] += log(mass / sum);
  qsort(logprobs, count, sizeof *logprobs, falling);
  if (count > 1 && uniform() < 0.1) logprobs[count - 1] = -INFINITY;
  double last = count > 0 ? logprobs[count - 1] : 0;
  static const double precisions[] = {0, 1e-6, 0.01, 1};
  return (struct truncation_row){
    tokens, logprobs, count, uniform() < 0.3 ? last + 3 * uniform() : last, precisions[(int)(4 * uniform())],
    malloc(count * sizeof(double))};
}

static void discard(struct truncation_row row) {
  free((void *)row.tokens), free((void *)row.logprobs), free(row.probabilities);
}

static int in_order(struct truncation_bounds it, double most) {
  return it.low >= 0 && it.low <= most && (!it.has_high || (it.high >= it.low && it.high <= most));
}

static int compare(struct truncation_request request) {
  struct truncation_result results[PATHS];
  bool known[PATHS];
  size_t room = truncation_room(request.reference.count, request.tuned.count);
  for (int path = 0; path < PATHS; path++) {
    if (!truncation_path_runs(path)) continue;
    request.room = malloc(room * sizeof(double));
    // Whatever was left in it must not show.
    memset(request.room, path == 0 ? 0xff : 0x41, room * sizeof(double));
    memset(&results[path], 0, sizeof results[path]);
    known[path] = truncation_compare(path, &request, &results[path]);
    free(request.room);
    const struct truncation_result *a = &results[path], *b = &results[0];
    if (known[path] != known[0]) return 0;
    if (!known[path]) continue;
    const struct truncation_bounds *x = &a->kl_tuned_reference, *y = &b->kl_tuned_reference;
    for (int figure = 0; figure < 6; figure++)
      if (x[figure].low != y[figure].low || x[figure].has_high != y[figure].has_high
          || (x[figure].has_high && x[figure].high != y[figure].high))
        return 0;
    if (!in_order(a->kl_tuned_reference, INFINITY) || !in_order(a->kl_reference_tuned, INFINITY)) return 0;
    if (!in_order(a->jensen_shannon, log(2)) || !in_order(a->total_variation, 1)) return 0;
    if (!in_order(a->entropy_reference, INFINITY) || !in_order(a->entropy_tuned, INFINITY)) return 0;
  }
  return 1;
}

int main(int argc, char **argv) {
  long pairs = argc > 1 ? atol(argv[1]) : 100000, wrong = 0;
  static const double sizes[] = {4, 22, 70, 140, 300}, masses[] = {0.3, 0.9, 0.9999, 1, 1.00001, 1.5};
  static const double widths[] = {0.001, 1, 10, 60, 900};
  for (long pair = 0; pair < pairs; pair++) {
    size_t counts[2];
    for (int side = 0; side < 2; side++) counts[side] = (size_t)(uniform() * sizes[pair % 5]);
    int shift = pair % 3 == 0 ? 0 : (int)(uniform() * sizes[pair % 5]);
    struct truncation_request request = {
      .reference = list(counts[0], 0, 1, masses[(int)(6 * uniform())], widths[(int)(5 * uniform())]),
      .tuned = list(counts[1], shift, 1 + (int)(2 * uniform()), masses[(int)(6 * uniform())], widths[(int)(5 * uniform())]),
      .vocabulary_size = 1000, .knows_vocabulary_size = pair % 2, .floor = -2 - 40 * uniform(),
      .has_floor = pair % 7 < 3};
    if (!compare(request)) {
      printf("pair %ld: %zu and %zu tokens are bounded wrongly, or not alike by all paths\n", pair, counts[0], counts[1]);
      wrong++;
    }
    discard(request.reference), discard(request.tuned);
  }
  printf("%ld pairs, %ld wrong\n", pairs, wrong);
  return wrong != 0;
}
