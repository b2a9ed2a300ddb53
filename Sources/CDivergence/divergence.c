#include "paths.h"

bool divergence_path_runs(enum divergence_path path) {
  switch (path) {
  case DIVERGENCE_PORTABLE:
    return true;
#if defined(__x86_64__)
  case DIVERGENCE_AVX2:
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
  case DIVERGENCE_AVX512:
#if defined(DIVERGENCE_EMULATES_AVX512)
    return divergence_path_runs(DIVERGENCE_AVX2);
#endif
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
      && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#endif
  default:
    return false;
  }
}

size_t divergence_room(size_t count) {
  // For each row a mass of every token, in whole groups, and a centre of every group; whole cache lines.
  size_t groups = (count + DIVERGENCE_GROUP - 1) / DIVERGENCE_GROUP;
  return 2 * ((groups * (DIVERGENCE_GROUP + 1) + 15) & ~(size_t)15);
}

static const struct divergence_functions *functions(enum divergence_path path) {
  switch (path) {
#if defined(__x86_64__)
  case DIVERGENCE_AVX2:
    return &divergence_avx2;
  case DIVERGENCE_AVX512:
    return &divergence_avx512;
#endif
  default:
    return &divergence_portable;
  }
}

void divergence_measure(
  enum divergence_path path, const struct divergence_request *request, struct divergence_result *result
) {
  functions(path)->measure(request, result);
}

void divergence_storage_bounds(
  enum divergence_path path, const struct divergence_stored_row *first,
  const struct divergence_stored_row *second, size_t count, double growth,
  struct divergence_row_bounds *first_bounds, struct divergence_row_bounds *second_bounds
) {
  functions(path)->storage_bounds(first, second, count, growth, first_bounds, second_bounds);
}

bool divergence_add_exactly(enum divergence_path path, const double *terms, uint64_t *sums, size_t count) {
  return functions(path)->add_exactly(terms, sums, count);
}

double divergence_memory_sum(enum divergence_path path, const void *bytes, size_t count) {
  return functions(path)->memory_sum(bytes, count);
}
