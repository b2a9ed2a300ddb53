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

/// An entry of a list of logprobs, `{"token_id": 9707, "logprob": -0.12, "rank": 1, "decoded_token": "Hello"}`, members in
/// any order.
typedef struct {
  /// Offset of the byte behind the entry, or of the list in it.
  size_t end;
  /// The digits of the logprob without its point: it is `mantissa` / 10^`decimals`, negative where so told.
  uint64_t mantissa;
  int32_t decimals;
  int32_t token;
  /// 0 where the entry names none.
  int32_t rank;
  bool has_logprob;
  bool is_negative;
  bool has_text;
} json_scan_entry;

enum {
  /// No logprob that is taken has more.
  JSON_SCAN_MOST_DECIMALS = 27
};

/// Takes entries that stand one behind the other from `start` on, up to one in another layout; at most `most`.
///
/// At most one space stands between members, an entry is no longer than 60 bytes, and at least 128 bytes are left of the
/// text. What is left is for others to read, who must expect anything there. Returns how many were taken.
size_t json_scan_entries(
  const uint8_t *bytes, size_t start, size_t end, json_scan_entry *found, size_t most);

/// Takes the members of an entry that stand before its member `top_logprobs`, of which `end` then tells the place of the
/// bracket. False for an entry in another layout.
bool json_scan_head(const uint8_t *bytes, size_t start, size_t end, json_scan_entry *found);

#endif
