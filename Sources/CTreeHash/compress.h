// The compression function, written once for numbers and for vectors of them: a macro knows no types.

#include "paths.h"

#include <string.h>

#define ALWAYS_INLINE static inline __attribute__((always_inline))

enum { BLOCK = 64, BLOCK_WORDS = 16, CHUNK_BLOCKS = TREE_HASH_CHUNK / BLOCK, ROUNDS = 7 };

enum { CHUNK_START = 1, CHUNK_END = 2, PARENT = 4, ROOT = 8 };

static const uint32_t initial[TREE_HASH_WORDS] = {0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A,
                                                  0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19};

// Where each round finds the words of the block: the permutation of the round before, permuted.
static const uint8_t schedule[ROUNDS][BLOCK_WORDS] = {
  {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8},
  {3, 4, 10, 12, 13, 2, 7, 14, 6, 5, 9, 0, 11, 15, 8, 1}, {10, 7, 12, 9, 14, 3, 13, 15, 4, 0, 11, 2, 5, 8, 1, 6},
  {12, 13, 9, 11, 15, 10, 14, 8, 7, 2, 5, 3, 0, 1, 6, 4}, {9, 14, 11, 5, 8, 12, 15, 1, 13, 3, 0, 10, 2, 6, 4, 7},
  {11, 15, 5, 0, 1, 9, 8, 6, 14, 10, 2, 12, 3, 4, 7, 13},
};

#define ROTATED(x, bits) ((x) >> (bits) | (x) << (32 - (bits)))

// Mixes two words of the block into a column or a diagonal of the state.
#define MIX(v, a, b, c, d, x, y)        \
  v[a] = v[a] + v[b] + (x);             \
  v[d] = ROTATED(v[d] ^ v[a], 16);      \
  v[c] = v[c] + v[d];                   \
  v[b] = ROTATED(v[b] ^ v[c], 12);      \
  v[a] = v[a] + v[b] + (y);             \
  v[d] = ROTATED(v[d] ^ v[a], 8);       \
  v[c] = v[c] + v[d];                   \
  v[b] = ROTATED(v[b] ^ v[c], 7)

// Mixes a block `m` into the state `v`. Unrolled, so that the state stays in registers.
#define MIX_BLOCK(v, m)                                 \
  _Pragma("unroll") for (int r = 0; r < ROUNDS; r++) {  \
    const uint8_t *s = schedule[r];                     \
    MIX(v, 0, 4, 8, 12, m[s[0]], m[s[1]]);              \
    MIX(v, 1, 5, 9, 13, m[s[2]], m[s[3]]);              \
    MIX(v, 2, 6, 10, 14, m[s[4]], m[s[5]]);             \
    MIX(v, 3, 7, 11, 15, m[s[6]], m[s[7]]);             \
    MIX(v, 0, 5, 10, 15, m[s[8]], m[s[9]]);             \
    MIX(v, 1, 6, 11, 12, m[s[10]], m[s[11]]);           \
    MIX(v, 2, 7, 8, 13, m[s[12]], m[s[13]]);            \
    MIX(v, 3, 4, 9, 14, m[s[14]], m[s[15]]);            \
  }
