// The kernel against the definitions in long double: the greatest relative error in each decade of the divergence.
//
// usage: error_table [REFERENCE.safetensors TUNED.safetensors]...
//
// Without files, rows of 257 … 151 936 tokens with noise from 10⁻⁵ to 4 on every score, 0, 7.3 or −10 000 apart. With
// files, every position of their f16 `logits`. All paths that this machine runs.

#include "CDivergence.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DECADES = 13, FIRST_DECADE = -11, KINDS = 3 };
static double worst[DECADES][KINDS], worst_absolute[KINDS];
static long pairs;

static void note(double found, long double expected, int kind) {
  if (!(expected >= 1e-11L) || isinf(expected)) return;
  int decade = (int)floorl(log10l(expected)) - FIRST_DECADE;
  if (decade >= DECADES) decade = DECADES - 1;
  worst[decade][kind] = fmax(worst[decade][kind], fabs((double)(found / expected - 1)));
}

static void note_absolute(double found, long double expected, int kind) {
  worst_absolute[kind] = fmax(worst_absolute[kind], fabs((double)(found - expected)));
}

static long double log_sum_exp(const float *row, size_t count) {
  long double top = row[0], sum = 0;
  for (size_t i = 1; i < count; i++) top = row[i] > top ? row[i] : top;
  for (size_t i = 0; i < count; i++) sum += expl(row[i] - top);
  return top + logl(sum);
}

static void compare(const float *reference, const float *tuned, size_t count) {
  long double at_r = log_sum_exp(reference, count), at_t = log_sum_exp(tuned, count);
  long double tr = 0, rt = 0, js = 0, tv = 0, entropy = 0;
  for (size_t i = 0; i < count; i++) {
    long double r = reference[i] - at_r, t = tuned[i] - at_t, p = expl(r), q = expl(t), m = logl((p + q) / 2);
    tr += q * (t - r);
    rt += p * (r - t);
    js += (p * (r - m) + q * (t - m)) / 2;
    tv += fabsl(p - q) / 2;
    entropy -= p * r;
  }
  float *room = aligned_alloc(64, divergence_room(count) * sizeof *room);
  for (enum divergence_path path = DIVERGENCE_PORTABLE; path <= DIVERGENCE_AVX512; path++) {
    if (!divergence_path_runs(path)) continue;
    struct divergence_request request = {
      {reference, DIVERGENCE_FLOAT32}, {tuned, DIVERGENCE_FLOAT32}, count, 0, 1, room, NULL, NULL};
    struct divergence_result it;
    divergence_measure(path, &request, &it);
    note(it.kl_tuned_reference, tr, 0);
    note(it.kl_reference_tuned, rt, 1);
    note(it.jensen_shannon, js, 2);
    note_absolute(it.reference.log_sum_exp, at_r, 0);
    note_absolute(it.reference.entropy, entropy, 1);
    note_absolute(it.total_variation, tv, 2);
  }
  free(room);
  pairs++;
}

static double uniform(void) {
  static unsigned long long state = 88172645463325252;
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return (state >> 11) * 0x1p-53;
}

static double normal(void) { return sqrt(-2 * log(1 - uniform())) * cos(6.283185307179586 * uniform()); }

static void compare_made_rows(void) {
  static const size_t counts[] = {257, 4096, 49152, 151936};
  static const float constants[] = {0, 7.3f, -1e4f};
  for (size_t c = 0; c < 4; c++)
    for (double noise = 1e-5; noise < 5; noise *= 3.7)
      for (size_t k = 0; k < 3; k++) {
        size_t count = counts[c];
        float *reference = malloc(count * sizeof(float)), *tuned = malloc(count * sizeof(float));
        for (size_t i = 0; i < count; i++) {
          double body = 2 * normal() - 1.5 * log1p(i / 2000.0) + 2 + (uniform() < 0.002 ? 12 * uniform() : 0);
          reference[i] = (float)body;
          tuned[i] = (float)(reference[i] + noise * normal()) + constants[k];
        }
        compare(reference, tuned, count);
        free(reference);
        free(tuned);
      }
}

/// The f16 `logits` of a safetensors file as float32, or null.
static float *read_logits(const char *path, size_t *positions, size_t *count) {
  FILE *file = fopen(path, "rb");
  unsigned long long size = 0, begin = 0;
  if (!file || fread(&size, 8, 1, file) != 1 || size > 1 << 20) return NULL;
  char *header = calloc(size + 1, 1);
  if (fread(header, 1, size, file) != size) return NULL;
  char *entry = strstr(header, "\"logits\":{"), *shape = entry ? strstr(entry, "\"shape\":") : NULL;
  char *offsets = entry ? strstr(entry, "\"data_offsets\":") : NULL;
  if (!shape || !offsets || sscanf(shape, "\"shape\":[%zu,%zu", positions, count) != 2) return NULL;
  if (sscanf(offsets, "\"data_offsets\":[%llu", &begin) != 1) return NULL;
  size_t numbers = *positions * *count;
  _Float16 *halves = malloc(numbers * sizeof *halves);
  float *logits = malloc(numbers * sizeof *logits);
  if (fseek(file, (long)(8 + size + begin), SEEK_SET) || fread(halves, 2, numbers, file) != numbers) return NULL;
  for (size_t i = 0; i < numbers; i++) logits[i] = (float)halves[i];
  free(halves);
  free(header);
  fclose(file);
  return logits;
}

static int compare_files(const char *reference_path, const char *tuned_path) {
  size_t positions, count, tuned_positions, tuned_count;
  float *reference = read_logits(reference_path, &positions, &count);
  float *tuned = read_logits(tuned_path, &tuned_positions, &tuned_count);
  if (!reference || !tuned || positions != tuned_positions || count != tuned_count) {
    fprintf(stderr, "%s and %s have no f16 logits of one shape\n", reference_path, tuned_path);
    return 1;
  }
  for (size_t i = 0; i < positions; i++) compare(reference + i * count, tuned + i * count, count);
  free(reference);
  free(tuned);
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 3) compare_made_rows();
  for (int i = 1; i + 1 < argc; i += 2)
    if (compare_files(argv[i], argv[i + 1])) return 65;
  printf("%ld pairs\n| nats | KL(tuned‖reference) | KL(reference‖tuned) | Jensen–Shannon |\n|---|---|---|---|\n", pairs);
  for (int d = 0; d < DECADES; d++) {
    if (worst[d][0] + worst[d][1] + worst[d][2] == 0) continue;
    printf("| 1e%d … | %.1e | %.1e | %.1e |\n", d + FIRST_DECADE, worst[d][0], worst[d][1], worst[d][2]);
  }
  printf("absolute: log-sum-exp %.1e, entropy %.1e, total variation %.1e\n", worst_absolute[0], worst_absolute[1],
         worst_absolute[2]);
}
