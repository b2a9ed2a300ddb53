// What one set of instructions runs, under the name that FUNCTIONS says. Only those with characters.h know characters.

static uint64_t find_one(const uint64_t *buckets, size_t index, size_t count, uint64_t key) {
  return find(buckets, index, count, key);
}

static void begin(
    tokenscan_symbols *list, const uint8_t *piece, size_t count, size_t readable, tokenscan_characters characters,
    tokenscan_bytes bytes, tokenscan_rules rules) {
  begin_list(list, piece, count, readable, characters, bytes, rules);
}

static void merge(tokenscan_symbols *lists, size_t count, tokenscan_rules rules) { merge_lists(lists, count, rules); }

const struct tokenscan_functions FUNCTIONS = {
    .make_keys = make_keys,
    .find_known = find_known,
    .locate = locate,
    .recall = recall,
    .first_least = first_least,
    .find = find_one,
    .begin = begin,
    .merge = merge,
    .classify = classify,
#ifdef KNOWS_CHARACTERS
    .classify_characters = classify_characters,
    .first_byte_bits = first_byte_bits,
#endif
};
