#include "paths.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define PATH_HAS_FMA 1
#define PATH_LANES 16
#define PATH_HAS_F16C 1
#define PATH_CONVERTS_ONE_BY_ONE 0
#define PATH_FUNCTIONS divergence_avx512
#if defined(DIVERGENCE_EMULATES_AVX512)
// The compiler makes two AVX2 operations of each one: for tests on machines without the instructions.
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)
#else
// Without the vector width the compiler splits every vector in two halves of 256 bits, at twice the time.
#pragma clang attribute push( \
  __attribute__((target("arch=x86-64-v4"), min_vector_width(512))), apply_to = function)
#endif
#include "measure.h"
#pragma clang attribute pop
#endif
