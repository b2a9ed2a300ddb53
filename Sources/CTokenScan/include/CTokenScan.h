// What Swift has no word for.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// Asks for the cache line at an address, ahead of the read that will need it.
static inline void tokenscan_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

/// The first place of the smallest of `count` numbers. `count` is a multiple of 8 and not 0.
size_t tokenscan_first_least(const uint32_t *numbers, size_t count);
