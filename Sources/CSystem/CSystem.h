#pragma once

#include <unistd.h>

#if defined(__linux__)
#include <malloc.h>
#include <sys/syscall.h>
#endif

/// Has the system map each block of so many bytes and more by itself, where the C library can be told so.
static inline void malloc_map_blocks(int bytes) {
#if defined(M_MMAP_THRESHOLD)
  mallopt(M_MMAP_THRESHOLD, bytes);
#else
  (void)bytes;
#endif
}

/// Has the system begin to write what waits in memory for a file, and does not wait until it is written; false where the
/// system cannot be asked. By its number where addresses have 64 bits: the C library declares the call for GNU's own
/// programs only.
static inline _Bool begin_writeback(int descriptor) {
#if defined(SYS_sync_file_range) && defined(__LP64__)
  enum { write_only = 2 };
  return syscall(SYS_sync_file_range, descriptor, 0L, 0L, write_only) == 0;
#else
  (void)descriptor;
  return 0;
#endif
}

/// Waits until what was written to a file is on the disk; false where it cannot be, for the reason in errno. Without the
/// time of its last change, where the C library declares a call that leaves that out.
static inline _Bool wait_for_disk(int descriptor) {
#if defined(__linux__)
  return fdatasync(descriptor) == 0;
#else
  return fsync(descriptor) == 0;
#endif
}
