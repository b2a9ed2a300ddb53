#include "paths.h"

#if defined(__x86_64__)
#define PATH_FUNCTIONS truncation_avx512
#if defined(DIVERGENCE_EMULATES_AVX512)
// The compiler makes two AVX2 operations of each one: for tests on machines without the instructions.
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)
#else
// Without the vector width the compiler splits every vector in two halves of 256 bits.
#pragma clang attribute push( \
  __attribute__((target("arch=x86-64-v4"), min_vector_width(512))), apply_to = function)
#endif
#include "compare.h"
#pragma clang attribute pop
#endif
