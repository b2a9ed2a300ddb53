// As many chunks at a time as a vector has numbers: each lane of the state belongs to one of them. A path includes this
// source with LANES and with the name of its table of functions.

#include "compress.h"

// Wide vectors are passed only to functions that are always inlined: there is no calling convention to warn of.
#pragma clang diagnostic ignored "-Wpsabi"

typedef uint32_t words __attribute__((ext_vector_type(LANES)));

// The lower halves of two vectors in turns, and the upper ones.
#if LANES == 16
#define LOWER(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define UPPER(a, b) __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#elif LANES == 8
#define LOWER(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define UPPER(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#else
#define LOWER(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define UPPER(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#endif

// Rows become columns when they are shuffled like cards, half of them into the other half, as often as halving leaves one.
ALWAYS_INLINE void transpose(words *rows) {
  _Pragma("unroll") for (int left = LANES; left > 1; left /= 2) {
    words shuffled[LANES];
    _Pragma("unroll") for (int i = 0; i < LANES / 2; i++) {
      shuffled[2 * i] = LOWER(rows[i], rows[i + LANES / 2]);
      shuffled[2 * i + 1] = UPPER(rows[i], rows[i + LANES / 2]);
    }
    _Pragma("unroll") for (int i = 0; i < LANES; i++) rows[i] = shuffled[i];
  }
}

// The words of the blocks at `bytes`, one vector for each word of a block.
ALWAYS_INLINE void load_blocks(const uint8_t *bytes, size_t stride, words *block) {
  _Pragma("unroll") for (int part = 0; part < BLOCK_WORDS; part += LANES) {
    _Pragma("unroll") for (int lane = 0; lane < LANES; lane++)
      memcpy(block + part + lane, bytes + lane * stride + part * sizeof(uint32_t), sizeof *block);
    transpose(block + part);
  }
}

ALWAYS_INLINE void store_values(words *state, uint32_t *values) {
  words rows[TREE_HASH_WORDS > LANES ? TREE_HASH_WORDS : LANES];
  for (int word = 0; word < TREE_HASH_WORDS; word++) rows[word] = state[word];
  for (int word = TREE_HASH_WORDS; word < LANES; word++) rows[word] = (words)(0);
  for (int part = 0; part < TREE_HASH_WORDS; part += LANES) transpose(rows + part);
  for (int lane = 0; lane < LANES; lane++)
    for (int part = 0; part < TREE_HASH_WORDS; part += LANES)
      memcpy(
        values + TREE_HASH_WORDS * lane + part, rows + part + lane,
        sizeof(uint32_t) * (LANES < TREE_HASH_WORDS ? LANES : TREE_HASH_WORDS));
}

static void hash(const struct lanes_request *request, uint32_t *values) {
  words low, high;
  for (int lane = 0; lane < LANES; lane++) {
    uint64_t chunk = request->first_chunk + request->chunk_step * (uint64_t)lane;
    low[lane] = (uint32_t)chunk;
    high[lane] = (uint32_t)(chunk >> 32);
  }
  words state[TREE_HASH_WORDS];
  for (int word = 0; word < TREE_HASH_WORDS; word++) state[word] = (words)(initial[word]);
  uint32_t flags = request->flags | request->first_flags;
  for (size_t place = 0; place < request->stride; place += BLOCK) {
    if (place + BLOCK == request->stride) flags |= request->last_flags;
    words block[BLOCK_WORDS];
    load_blocks(request->bytes + place, request->stride, block);
    // The next lanes lie behind these.
    for (int lane = 0; lane < LANES; lane++)
      __builtin_prefetch(request->bytes + (LANES + lane) * request->stride + place);
    words v[BLOCK_WORDS] = {
      state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7],
      (words)(initial[0]), (words)(initial[1]), (words)(initial[2]), (words)(initial[3]),
      low, high, (words)(BLOCK), (words)(flags)};
    MIX_BLOCK(v, block)
    for (int word = 0; word < TREE_HASH_WORDS; word++) state[word] = v[word] ^ v[word + TREE_HASH_WORDS];
    flags = request->flags;
  }
  store_values(state, values);
}

const struct tree_hash_functions PATH_FUNCTIONS = {LANES, hash};
