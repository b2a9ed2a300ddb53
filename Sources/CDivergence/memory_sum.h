// The floor that the kernel is measured against: reading the same bytes once and adding them up.

/// The sum of `count` bytes taken as float32, up to the last whole group of eight vectors.
static double memory_sum(const void *bytes, size_t count) {
  floats sums[8] = {0};
  const unsigned char *at = bytes, *end = at + count / sizeof sums * sizeof sums;
  for (; at < end; at += sizeof sums) {
    _Pragma("clang loop unroll(full)") for (int i = 0; i < 8; i++) sums[i] += ((const floats_anywhere *)at)[i];
  }
  double total = 0;
  for (int i = 0; i < 8; i++)
    for (int lane = 0; lane < LANES; lane++) total += sums[i][lane];
  return total;
}
