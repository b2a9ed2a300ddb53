#ifndef CTREEHASH_PATHS_H
#define CTREEHASH_PATHS_H

#include "CTreeHash.h"

/// Lanes that follow one another are whole chunks, or the two values below a parent.
struct lanes_request {
  const uint8_t *bytes;
  /// From one lane to the next; all of it is hashed.
  size_t stride;
  /// The number of the first lane's chunk; 0 with a step of 0 for parents.
  uint64_t first_chunk, chunk_step;
  /// What is said to the compression function of every block, of the first and of the last one.
  uint32_t flags, first_flags, last_flags;
};

/// What one set of instructions runs: `lanes.h`, compiled once for each.
struct tree_hash_functions {
  /// How many lanes are hashed at once.
  size_t lanes;
  /// Hashes so many lanes into as many values, which may lie where the bytes do.
  void (*hash)(const struct lanes_request *request, uint32_t *values);
};

extern const struct tree_hash_functions tree_hash_portable;
#if defined(__x86_64__)
extern const struct tree_hash_functions tree_hash_avx2, tree_hash_avx512;
#endif

#endif
