#ifndef TOKENSCAN_PATHS_H
#define TOKENSCAN_PATHS_H

#include "CTokenScan.h"

/// What one set of instructions runs.
struct tokenscan_functions {
  void (*make_keys)(tokenscan_piece *, size_t, const uint8_t *, size_t, tokenscan_known, int32_t *);
  size_t (*find_known)(const tokenscan_piece *, size_t, tokenscan_known, int32_t *, int32_t *);
  void (*locate)(const tokenscan_piece *, const int32_t *, size_t, tokenscan_remembered, int32_t *);
  size_t (*recall)(
      const tokenscan_piece *, const int32_t *, size_t, tokenscan_remembered, tokenscan_entry *, int32_t *);
  size_t (*first_least)(const uint32_t *, size_t);
  uint64_t (*find)(const uint64_t *, size_t, size_t, uint64_t);
  void (*begin)(
      tokenscan_symbols *, const uint8_t *, size_t, size_t, tokenscan_characters, tokenscan_bytes, tokenscan_rules);
  void (*merge)(tokenscan_symbols *, size_t, tokenscan_rules);
  void (*classify)(const uint8_t *, tokenscan_block *);
  size_t (*classify_characters)(const uint8_t *, const uint8_t *, bool, tokenscan_block *);
  uint64_t (*first_byte_bits)(uint64_t, uint64_t);
};

extern const struct tokenscan_functions tokenscan_portable;
#if defined(__x86_64__) && !defined(TOKENSCAN_PORTABLE)
#define TOKENSCAN_HAS_PATHS
extern const struct tokenscan_functions tokenscan_avx2, tokenscan_avx512;
#endif

#endif
