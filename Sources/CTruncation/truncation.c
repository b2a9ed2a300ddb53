#include "paths.h"

bool truncation_path_runs(enum truncation_path path) {
  switch (path) {
  case TRUNCATION_PORTABLE:
    return true;
#if defined(__x86_64__)
  case TRUNCATION_AVX2:
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2")
      && __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("lzcnt");
  case TRUNCATION_AVX512:
#if defined(DIVERGENCE_EMULATES_AVX512)
    return truncation_path_runs(TRUNCATION_AVX2) && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
#endif
    return truncation_path_runs(TRUNCATION_AVX2) && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c")
      && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd")
      && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#endif
  default:
    return false;
  }
}

size_t truncation_room(size_t reference_count, size_t tuned_count) {
  // Fourteen lists of all tokens, with whole vectors behind them, and the slots of a hash table: four for each two tokens.
  size_t width = (reference_count + tuned_count + 1 + 24) / 8 * 8;
  return 14 * width + 2 * width;
}

static const struct truncation_functions *functions(enum truncation_path path) {
  switch (path) {
#if defined(__x86_64__)
  case TRUNCATION_AVX2:
    return &truncation_avx2;
  case TRUNCATION_AVX512:
    return &truncation_avx512;
#endif
  default:
    return &truncation_portable;
  }
}

bool truncation_compare(
  enum truncation_path path, const struct truncation_request *request, struct truncation_result *result) {
  return functions(path)->compare(request, result);
}

void truncation_exponentials(enum truncation_path path, const double *x, double *found) {
  functions(path)->exponentials(x, found);
}

void truncation_logarithms(enum truncation_path path, const double *a, const double *b, double *found) {
  functions(path)->logarithms(a, b, found);
}
