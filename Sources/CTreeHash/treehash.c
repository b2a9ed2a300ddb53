#include "compress.h"

// The last chunk of a text, of any length up to a whole one.
static void chunk(const uint8_t *bytes, size_t count, uint64_t number, uint32_t root, uint32_t *value) {
  memcpy(value, initial, sizeof initial);
  size_t place = 0;
  do {
    size_t length = count - place < BLOCK ? count - place : BLOCK;
    uint32_t block[BLOCK_WORDS] = {0};
    if (length > 0) memcpy(block, bytes + place, length);
    uint32_t flags = place == 0 ? CHUNK_START : 0;
    if (place + length == count) flags |= CHUNK_END | root;
    uint32_t v[BLOCK_WORDS] = {
      value[0], value[1], value[2], value[3], value[4], value[5], value[6], value[7], initial[0], initial[1],
      initial[2], initial[3], (uint32_t)number, (uint32_t)(number >> 32), (uint32_t)length, flags};
    MIX_BLOCK(v, block)
    for (int word = 0; word < TREE_HASH_WORDS; word++) value[word] = v[word] ^ v[word + TREE_HASH_WORDS];
    place += length;
  } while (place < count);
}

void tree_hash_parent(const uint32_t *left, const uint32_t *right, bool is_root, uint32_t *value) {
  uint32_t block[BLOCK_WORDS];
  memcpy(block, left, BLOCK / 2);
  memcpy(block + TREE_HASH_WORDS, right, BLOCK / 2);
  uint32_t v[BLOCK_WORDS] = {
    initial[0], initial[1], initial[2], initial[3], initial[4], initial[5], initial[6], initial[7], initial[0],
    initial[1], initial[2], initial[3], 0, 0, BLOCK, PARENT | (is_root ? ROOT : 0)};
  MIX_BLOCK(v, block)
  for (int word = 0; word < TREE_HASH_WORDS; word++) value[word] = v[word] ^ v[word + TREE_HASH_WORDS];
}

static const struct tree_hash_functions *functions(enum tree_hash_path path) {
  switch (path) {
#if defined(__x86_64__)
  case TREE_HASH_AVX2:
    return &tree_hash_avx2;
  case TREE_HASH_AVX512:
    return &tree_hash_avx512;
#endif
  default:
    return &tree_hash_portable;
  }
}

// The values of the chunks; returns how many there are.
static size_t hash_chunks(
  const struct tree_hash_functions *path, const uint8_t *bytes, size_t count, uint64_t first_chunk, uint32_t root,
  uint32_t *values) {
  size_t done = 0;
  for (; count - done * TREE_HASH_CHUNK >= path->lanes * TREE_HASH_CHUNK; done += path->lanes) {
    struct lanes_request request = {
      bytes + done * TREE_HASH_CHUNK, TREE_HASH_CHUNK, first_chunk + done, 1, 0, CHUNK_START, CHUNK_END};
    path->hash(&request, values + done * TREE_HASH_WORDS);
  }
  for (; done * TREE_HASH_CHUNK < count || done == 0; done++) {
    size_t left = count - done * TREE_HASH_CHUNK;
    chunk(
      bytes + done * TREE_HASH_CHUNK, left < TREE_HASH_CHUNK ? left : TREE_HASH_CHUNK, first_chunk + done, root,
      values + done * TREE_HASH_WORDS);
  }
  return done;
}

enum { MOST_LANES = 16 };

void tree_hash_subtree(
  enum tree_hash_path which, const uint8_t *bytes, size_t count, uint64_t first_chunk, bool is_root, uint32_t *value) {
  const struct tree_hash_functions *path = functions(which);
  // An empty text may have no address.
  if (count == 0) bytes = (const uint8_t *)"";
  // Whole vectors of pairs are hashed: what is too much is looked at by nobody, but has to be somewhere.
  uint32_t values[(TREE_HASH_SUBTREE / TREE_HASH_CHUNK + 2 * MOST_LANES) * TREE_HASH_WORDS];
  size_t left = hash_chunks(path, bytes, count, first_chunk, is_root && count <= TREE_HASH_CHUNK ? ROOT : 0, values);
  memset(values + left * TREE_HASH_WORDS, 0, 2 * MOST_LANES * TREE_HASH_WORDS * sizeof *values);
  for (; left > 2; left = (left + 1) / 2) {
    // The last of an odd number goes up as it is.
    uint32_t odd[TREE_HASH_WORDS];
    memcpy(odd, values + (left - 1) * TREE_HASH_WORDS, sizeof odd);
    for (size_t pair = 0; pair < left / 2; pair += path->lanes) {
      struct lanes_request request = {
        (const uint8_t *)(values + 2 * pair * TREE_HASH_WORDS), BLOCK, 0, 0, PARENT, 0, 0};
      path->hash(&request, values + pair * TREE_HASH_WORDS);
    }
    if (left % 2 == 1) memcpy(values + left / 2 * TREE_HASH_WORDS, odd, sizeof odd);
  }
  if (left == 2) {
    tree_hash_parent(values, values + TREE_HASH_WORDS, is_root, value);
  } else {
    memcpy(value, values, TREE_HASH_WORDS * sizeof *value);
  }
}

bool tree_hash_path_runs(enum tree_hash_path path) {
  switch (path) {
  case TREE_HASH_PORTABLE:
    return true;
#if defined(__x86_64__)
  case TREE_HASH_AVX2:
    return __builtin_cpu_supports("avx2");
  case TREE_HASH_AVX512:
    return tree_hash_path_runs(TREE_HASH_AVX2) && __builtin_cpu_supports("avx512f")
      && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd")
      && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#endif
  default:
    return false;
  }
}
