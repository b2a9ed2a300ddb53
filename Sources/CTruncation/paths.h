#ifndef TRUNCATION_PATHS_H
#define TRUNCATION_PATHS_H

#include "CTruncation.h"

#include <math.h>

/// What one set of instructions runs: `compare.h`, compiled once for each.
struct truncation_functions {
  bool (*compare)(const struct truncation_request *, struct truncation_result *);
  void (*exponentials)(const double *, double *);
  void (*logarithms)(const double *, const double *, double *);
};

extern const struct truncation_functions truncation_portable;
#if defined(__x86_64__)
extern const struct truncation_functions truncation_avx2, truncation_avx512;
#endif

#endif
