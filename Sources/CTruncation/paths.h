#ifndef TRUNCATION_PATHS_H
#define TRUNCATION_PATHS_H

#include "CTruncation.h"

#include <math.h>

/// Every function here is the same source, `compare.h`, compiled once for each set of instructions.
typedef bool truncation_function(const struct truncation_request *, struct truncation_result *);
typedef void exponentials_function(const double *, double *);
typedef void logarithms_function(const double *, const double *, double *);

truncation_function truncation_compare_portable;
exponentials_function truncation_exponentials_portable;
logarithms_function truncation_logarithms_portable;
#if defined(__x86_64__)
truncation_function truncation_compare_avx2, truncation_compare_avx512;
exponentials_function truncation_exponentials_avx2, truncation_exponentials_avx512;
logarithms_function truncation_logarithms_avx2, truncation_logarithms_avx512;
#endif

#endif
