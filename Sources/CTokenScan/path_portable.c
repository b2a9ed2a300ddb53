#include "known.h"
#include "merging.h"
#include "remembered.h"

static size_t first_least(const uint32_t *numbers, size_t count) {
  size_t place = 0;
  for (size_t index = 1; index < count; index++) {
    if (numbers[index] < numbers[place]) place = index;
  }
  return place;
}

INLINE uint64_t find(const uint64_t *buckets, size_t index, size_t count, uint64_t key) {
  for (;; index = index + 1 == count ? 0 : index + 1) {
    for (const uint64_t *place = buckets + index * 8; place < buckets + index * 8 + 8; place++) {
      if (*place >> 21 == key) return *place;
      if (*place >> 63) return UINT64_MAX;
    }
  }
}

INLINE uint32_t least_of(const uint32_t *numbers) {
  uint32_t least = numbers[0];
  for (int index = 1; index < 32; index++) least = numbers[index] < least ? numbers[index] : least;
  return least;
}

INLINE character_bytes character_bytes_of(const uint8_t *bytes) {
  character_bytes found = {0};
  for (int index = 0; index < 32; index++) {
    const uint8_t byte = bytes[index];
    found.later |= (uint32_t)(byte >= 0x80 && byte < 0xC0) << index;
    found.two |= (uint32_t)(byte >= 0xC2 && byte < 0xE0) << index;
    found.three |= (uint32_t)(byte >= 0xE0 && byte < 0xF0) << index;
  }
  return found;
}

static void classify(const uint8_t *bytes, tokenscan_block *block) {
  tokenscan_block found = {0};
  for (int index = 0; index < 64; index++) {
    const uint8_t byte = bytes[index], small = byte | 0x20;
    const uint64_t bit = 1ull << index;
    if (small >= 'a' && small <= 'z') {
      found.letters |= bit;
      if (byte != small) found.capitals |= bit;
    } else if (byte >= '0' && byte <= '9') {
      found.digits |= bit;
    } else if (byte == ' ') {
      found.spaces |= bit;
    } else if (byte == '\t') {
      found.tabs |= bit;
    } else if (byte == '\n' || byte == '\r') {
      found.newlines |= bit;
    } else if (byte > ' ' && byte < 0x7F) {
      found.signs |= bit;
      if (byte == '\'') found.apostrophes |= bit;
      if (byte == '/') found.slashes |= bit;
    }
  }
  found.starts = ~0ull;
  *block = found;
}

#define FUNCTIONS tokenscan_portable
#include "functions.h"
