#include "paths.h"

#if defined(__x86_64__)
#define LANES 8
#define PATH_FUNCTIONS tree_hash_avx2
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#include "lanes.h"
#pragma clang attribute pop
#endif
