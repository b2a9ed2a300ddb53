#include "paths.h"

#if defined(__x86_64__)
#define LANES 16
#define PATH_FUNCTIONS tree_hash_avx512
// Without the vector width the compiler splits every vector in two halves of 256 bits.
#pragma clang attribute push( \
  __attribute__((target("arch=x86-64-v4"), min_vector_width(512))), apply_to = function)
#include "lanes.h"
#pragma clang attribute pop
#endif
