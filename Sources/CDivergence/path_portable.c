#include "paths.h"

// Arm has a fused multiply-add in every core; on x86 without AVX2 it would be a library call for each number.
#if defined(__aarch64__)
#define PATH_HAS_FMA 1
#else
#define PATH_HAS_FMA 0
#endif
#define PATH_LANES 4
#define PATH_HAS_F16C 0
#define PATH_CONVERTS_ONE_BY_ONE 0
#define PATH_FUNCTIONS divergence_portable
#include "measure.h"
