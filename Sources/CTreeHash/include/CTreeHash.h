#ifndef CTREEHASH_H
#define CTREEHASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// BLAKE3: a cryptographic digest of 32 bytes, made of a binary tree over chunks of 1 KiB, so that many chunks are hashed
/// at once. O'Connor, Aumasson, Neves and Wilcox-O'Hearn (2020).

enum {
  /// The bytes of a leaf of the tree.
  TREE_HASH_CHUNK = 1024,
  /// The most bytes of a subtree that is hashed at once. A power of two of chunks, which the second-level cache holds.
  TREE_HASH_SUBTREE = 256 * TREE_HASH_CHUNK,
  /// The words of a chaining value.
  TREE_HASH_WORDS = 8,
};

/// The code for one kind of processor. All of them give the same digests.
enum tree_hash_path { TREE_HASH_PORTABLE, TREE_HASH_AVX2, TREE_HASH_AVX512 };

/// Whether this processor can run the path.
bool tree_hash_path_runs(enum tree_hash_path path);

/// The chaining value of a subtree; the digest, as little-endian words, where it is the whole tree.
///
/// - count: at most `TREE_HASH_SUBTREE`, and just that many where more bytes follow.
/// - first_chunk: the chunks before it.
void tree_hash_subtree(
  enum tree_hash_path path, const uint8_t *bytes, size_t count, uint64_t first_chunk, bool is_root,
  uint32_t value[TREE_HASH_WORDS]);

/// The chaining value above two, or the digest.
void tree_hash_parent(
  const uint32_t left[TREE_HASH_WORDS], const uint32_t right[TREE_HASH_WORDS], bool is_root,
  uint32_t value[TREE_HASH_WORDS]);

#endif
