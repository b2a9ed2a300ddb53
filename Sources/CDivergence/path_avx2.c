#include "paths.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define PATH_HAS_FMA 1
#define PATH_LANES 8
#define PATH_HAS_FEW_REGISTERS 1
#define PATH_HAS_F16C 1
// AVX2 has no conversion between doubles and integers of 64 bits.
#define PATH_CONVERTS_ONE_BY_ONE 1
#define PATH_FUNCTIONS divergence_avx2
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3,tune=znver3"))), apply_to = function)
#include "measure.h"
#pragma clang attribute pop
#endif
