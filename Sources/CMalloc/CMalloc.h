#pragma once

#if defined(__linux__)
#include <malloc.h>
#endif

/// Has the system map each block of so many bytes and more by itself, where the C library can be told so.
static inline void malloc_map_blocks(int bytes) {
#if defined(M_MMAP_THRESHOLD)
  mallopt(M_MMAP_THRESHOLD, bytes);
#else
  (void)bytes;
#endif
}
