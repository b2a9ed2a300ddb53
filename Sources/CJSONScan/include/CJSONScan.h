#ifndef CJSONSCAN_H
#define CJSONSCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// How far into nested brackets and strings a scan of JSON is.
typedef struct {
  long depth;
  bool in_string;
} json_scan_state;

/// Passes over blocks of 64 bytes from `start` on, as long as there is one before `end` without a backslash and without
/// a control character, in which the outermost bracket does not close and brackets do not nest deeper than `deepest`.
///
/// Returns the offset of the first byte that was not passed, and brings the state there.
size_t json_scan_pass(const uint8_t *bytes, size_t start, size_t end, long deepest, json_scan_state *state);

#endif
