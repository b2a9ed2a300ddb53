// The kernel's full set of two float32 rows, for a caller that knows no C structures.

#include "CDivergence.h"

#include <stdlib.h>

void *kernel_new_room(size_t count) { return aligned_alloc(64, divergence_room(count) * sizeof(float)); }

double kernel_measure(const float *reference, const float *tuned, size_t count, size_t emitted, void *room) {
  enum divergence_path path = DIVERGENCE_PORTABLE;
  if (divergence_path_runs(DIVERGENCE_AVX2)) path = DIVERGENCE_AVX2;
  if (divergence_path_runs(DIVERGENCE_AVX512)) path = DIVERGENCE_AVX512;
  struct divergence_request request = {
    {reference, DIVERGENCE_FLOAT32}, {tuned, DIVERGENCE_FLOAT32}, count, emitted, 20, room, NULL, NULL};
  struct divergence_result result;
  divergence_measure(path, &request, &result);
  return result.kl_reference_tuned;
}
