// The kernel on rows of every kind, under the sanitizers: every read outside a row and every undefined operation ends it.
//
// usage: any_rows [PAIRS]
//
// Pairs of 1 … 5 000 tokens in every mix of encodings, at odd addresses, each in memory of its exact size; some with
// masks, NaN, +∞, the same scores twice or one score throughout. All paths must agree about status, ranks and lists, the
// two fused ones about every bit, and the portable one about divergences to 5 · 10⁻⁶. Of what storage can have done all
// paths must say the same to the last bit.

#include "CDivergence.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENCODINGS = 4, PATHS = 3 };
static const float affine_scale = 40 / 65535.0f, affine_minimum = -30;

static double uniform(void) {
  static unsigned long long state = 88172645463325252;
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return (state >> 11) * 0x1p-53;
}

static double normal(void) { return sqrt(-2 * log(1 - uniform())) * cos(6.283185307179586 * uniform()); }

static uint16_t short_score(float x, enum divergence_encoding encoding) {
  uint32_t bits;
  _Float16 half = (_Float16)x;
  uint16_t stored;
  float steps = (x - affine_minimum) / affine_scale;
  switch (encoding) {
  case DIVERGENCE_FLOAT16:
    memcpy(&stored, &half, sizeof stored);
    return stored;
  case DIVERGENCE_BFLOAT16:
    memcpy(&bits, &x, sizeof bits);
    return isnan(x) ? 0x7fc0 : (uint16_t)(bits >> 16);
  default:
    return steps > 0 ? (steps < 65535 ? (uint16_t)steps : 65535) : 0;
  }
}

/// The scores as they are stored, after `skipped` bytes of a block that ends with them.
static unsigned char *stored(const float *scores, size_t count, enum divergence_encoding encoding, size_t skipped) {
  size_t header = encoding == DIVERGENCE_AFFINE16 ? 8 : 0, size = encoding == DIVERGENCE_FLOAT32 ? 4 : 2;
  unsigned char *block = malloc(skipped + header + count * size), *at = block + skipped;
  if (header) memcpy(at, &affine_scale, 4), memcpy(at + 4, &affine_minimum, 4);
  for (size_t i = 0; i < count; i++) {
    uint16_t bits = encoding == DIVERGENCE_FLOAT32 ? 0 : short_score(scores[i], encoding);
    memcpy(at + header + i * size, size == 4 ? (const void *)&scores[i] : &bits, size);
  }
  return block;
}

static void fill(long pair, float *reference, float *tuned, size_t count) {
  static const float constants[] = {7.3f, -1e4f, 0};
  double noise = exp(14 * uniform() - 12);
  for (size_t i = 0; i < count; i++) {
    double any = uniform();
    reference[i] = pair % 23 == 0 ? 3 : (float)(3 * normal() + (uniform() < 0.01 ? 15 * uniform() : 0));
    tuned[i] = pair % 17 == 0 ? reference[i] : (float)(reference[i] + noise * normal()) + constants[pair % 3];
    if (pair % 5 == 0 && any < 0.1) reference[i] = -INFINITY;
    if (pair % 7 == 0 && any > 0.9) tuned[i] = -INFINITY;
    if (pair % 19 == 0 && any < 0.3) tuned[i] = -3.4e38f;
    if (pair % 11 == 0 && any < 0.001) reference[i] = NAN;
    if (pair % 13 == 0 && any < 0.0005) tuned[i] = INFINITY;
  }
}

static int close_enough(double a, double b) {
  if (isinf(a) || isinf(b)) return a == b;
  return fabs(a - b) <= 5e-6 * fabs(a) || fabs(a - b) < 1e-14;
}

static int same_figures(const struct divergence_result *a, const struct divergence_result *b) {
  return a->kl_tuned_reference == b->kl_tuned_reference && a->kl_reference_tuned == b->kl_reference_tuned
    && a->jensen_shannon == b->jensen_shannon && a->total_variation == b->total_variation
    && a->reference.log_sum_exp == b->reference.log_sum_exp && a->tuned.entropy == b->tuned.entropy;
}

static int same_tokens(const struct divergence_side *a, const struct divergence_side *b) {
  return a->greater == b->greater && a->top_count == b->top_count
    && !memcmp(a->top_tokens, b->top_tokens, a->top_count * sizeof *a->top_tokens);
}

/// Whether every path that runs says what the portable one says.
static int agree(const struct divergence_result it[PATHS]) {
  for (int path = DIVERGENCE_AVX2; path < PATHS; path++) {
    if (!divergence_path_runs(path)) continue;
    if (it[path].status != it[0].status) return 0;
    if (it[path].status != DIVERGENCE_MEASURED) continue;
    if (!same_tokens(&it[path].reference, &it[0].reference) || !same_tokens(&it[path].tuned, &it[0].tuned)) return 0;
    if (!close_enough(it[path].kl_tuned_reference, it[0].kl_tuned_reference)) return 0;
    if (!(it[path].kl_reference_tuned >= 0 && it[path].jensen_shannon <= log(2) && it[path].total_variation <= 1)) return 0;
    if (divergence_path_runs(DIVERGENCE_AVX2) && !same_figures(&it[path], &it[DIVERGENCE_AVX2])) return 0;
  }
  return 1;
}

static int measure(
  long pair, const void *reference, enum divergence_encoding r, const void *tuned, enum divergence_encoding t, size_t count
) {
  struct divergence_result results[PATHS];
  memset(results, 0, sizeof results);
  for (int path = 0; path < PATHS; path++) {
    if (!divergence_path_runs(path)) continue;
    float *room = aligned_alloc(64, divergence_room(count) * sizeof *room);
    float *kl = calloc(count, sizeof *kl), *moved = calloc(count, sizeof *moved);
    struct divergence_request request = {
      {reference, r}, {tuned, t}, count, count / 2, (size_t)(1 + pair % DIVERGENCE_TOP_LIMIT), room,
      pair % 2 ? kl : NULL, pair % 2 ? moved : NULL};
    divergence_measure(path, &request, &results[path]);
    free(room), free(kl), free(moved);
  }
  return agree(results);
}

/// The scores in whole vectors of their exact size, filled up with excluded tokens; null where one is no number.
static float *in_whole_vectors(const float *scores, size_t count, size_t whole) {
  float *it = malloc(whole * sizeof *it);
  for (size_t i = 0; i < whole; i++) it[i] = i < count ? scores[i] : -INFINITY;
  for (size_t i = 0; i < count; i++)
    if (!(scores[i] < INFINITY)) return free(it), NULL;
  return it;
}

static int bounds_agree(const float *reference, const float *tuned, size_t count) {
  size_t whole = (count + 7) / 8 * 8;
  float *q = in_whole_vectors(reference, count, whole), *p = in_whole_vectors(tuned, count, whole);
  float *steps = malloc(whole * sizeof *steps);
  for (size_t i = 0; i < whole; i++) steps[i] = i < count ? (float)(0.01 * uniform()) : 0;
  struct divergence_stored_row first = {p, steps}, second = {q, steps};
  struct divergence_row_bounds found[PATHS][2];
  int agree = 1;
  for (int path = 0; p && q && path < PATHS; path++) {
    if (!divergence_path_runs(path)) continue;
    divergence_storage_bounds(path, &first, &second, whole, 1.04, &found[path][0], &found[path][1]);
    agree = agree && !memcmp(found[path], found[0], sizeof found[0]);
  }
  free(q), free(p), free(steps);
  return agree;
}

int main(int argc, char **argv) {
  long pairs = argc > 1 ? atol(argv[1]) : 300, wrong = 0;
  static const double sizes[] = {40, 600, 5000, 5000};
  for (long pair = 0; pair < pairs; pair++) {
    size_t count = 1 + (size_t)(uniform() * sizes[pair % 4]);
    float *reference = malloc(count * sizeof *reference), *tuned = malloc(count * sizeof *tuned);
    fill(pair, reference, tuned, count);
    for (int r = 0; r < ENCODINGS; r++)
      for (int t = 0; t < ENCODINGS; t++) {
        size_t before_r = (size_t)(9 * uniform()), before_t = (size_t)(9 * uniform());
        unsigned char *a = stored(reference, count, r, before_r), *b = stored(tuned, count, t, before_t);
        if (!measure(pair, a + before_r, r, b + before_t, t, count)) {
          printf("pair %ld: the paths differ on %zu tokens in encodings %d and %d\n", pair, count, r, t);
          wrong++;
        }
        free(a), free(b);
      }
    if (!bounds_agree(reference, tuned, count)) {
      printf("pair %ld: the paths differ about what storage can have done to %zu tokens\n", pair, count);
      wrong++;
    }
    free(reference), free(tuned);
  }
  printf("%ld pairs, %ld wrong\n", pairs * ENCODINGS * ENCODINGS, wrong);
  return wrong != 0;
}
