#ifndef CJSONSCAN_BLOCKS_H
#define CJSONSCAN_BLOCKS_H

#include "CJSONScan.h"

#include <string.h>

// 64 bytes of a text, which are compared at once.
typedef uint8_t block __attribute__((ext_vector_type(64)));
typedef bool block_bits __attribute__((ext_vector_type(64)));

// One bit for each byte of a comparison. A macro, because a vector of 64 bytes is not passed alike by code for different
// processors.
#define BITS(comparison)                                              \
  ({                                                                  \
    block_bits bits_ = __builtin_convertvector((comparison), block_bits); \
    uint64_t word_;                                                   \
    memcpy(&word_, &bits_, sizeof word_);                             \
    word_;                                                            \
  })

#define INLINED static inline __attribute__((always_inline))

// Code for the vector instructions of one kind of processor.
#if defined(__x86_64__)
#define FOR_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define FOR_AVX512 __attribute__((target("avx2,bmi,bmi2,popcnt,avx512f,avx512bw,avx512vl")))
#define HAS_AVX2                                                                                \
  (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") && \
   __builtin_cpu_supports("popcnt"))
#define HAS_AVX512 (HAS_AVX2 && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
#endif

#endif
