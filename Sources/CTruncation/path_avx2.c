#include "paths.h"

#if defined(__x86_64__)
#define PATH_FUNCTIONS truncation_avx2
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,popcnt,lzcnt"))), apply_to = function)
#include "compare.h"
#pragma clang attribute pop
#endif
