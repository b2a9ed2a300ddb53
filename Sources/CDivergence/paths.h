#ifndef DIVERGENCE_PATHS_H
#define DIVERGENCE_PATHS_H

#include "CDivergence.h"

/// Tokens that are read in one go, by every path.
enum { DIVERGENCE_GROUP = 1024 };

/// The kernel, compiled once for each set of instructions. Every function here is the same source, `measure.h`.
typedef void divergence_function(const struct divergence_request *, struct divergence_result *);

typedef void storage_bounds_function(
  const struct divergence_stored_row *, const struct divergence_stored_row *, size_t, double,
  struct divergence_row_bounds *, struct divergence_row_bounds *);

typedef double memory_sum_function(const void *, size_t);

divergence_function divergence_measure_portable;
storage_bounds_function divergence_storage_bounds_portable;
memory_sum_function divergence_memory_sum_portable;
#if defined(__x86_64__)
divergence_function divergence_measure_avx2, divergence_measure_avx512;
storage_bounds_function divergence_storage_bounds_avx2, divergence_storage_bounds_avx512;
memory_sum_function divergence_memory_sum_avx2, divergence_memory_sum_avx512;
#endif

#endif
