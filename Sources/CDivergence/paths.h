#ifndef DIVERGENCE_PATHS_H
#define DIVERGENCE_PATHS_H

#include "CDivergence.h"

/// Tokens that are read in one go, by every path.
enum { DIVERGENCE_GROUP = 1024 };

/// What one set of instructions runs: `measure.h`, compiled once for each.
struct divergence_functions {
  void (*measure)(const struct divergence_request *, struct divergence_result *);
  void (*storage_bounds)(
    const struct divergence_stored_row *, const struct divergence_stored_row *, size_t, double,
    struct divergence_row_bounds *, struct divergence_row_bounds *);
  bool (*add_exactly)(const double *, uint64_t *, size_t);
  double (*memory_sum)(const void *, size_t);
};

extern const struct divergence_functions divergence_portable;
#if defined(__x86_64__)
extern const struct divergence_functions divergence_avx2, divergence_avx512;
#endif

#endif
