// What Swift has no word for.
#pragma once

/// Asks for the cache line at an address, ahead of the read that will need it.
static inline void tokenscan_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }
