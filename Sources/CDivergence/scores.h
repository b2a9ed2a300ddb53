// Reading scores: any encoding, any address, as float32.

/// A row whose header is read and whose encoding the compiler knows.
struct scores {
  const unsigned char *bytes;
  enum divergence_encoding encoding;
  float scale, minimum;
};

ALWAYS_INLINE struct scores scores_of(struct divergence_row row) {
  struct scores it = {row.bytes, row.encoding, 0, 0};
  if (row.encoding == DIVERGENCE_AFFINE16) {
    memcpy(&it.scale, it.bytes, sizeof(float));
    memcpy(&it.minimum, it.bytes + sizeof(float), sizeof(float));
    it.bytes += 2 * sizeof(float);
  }
  return it;
}

ALWAYS_INLINE size_t score_size(struct scores row) { return row.encoding == DIVERGENCE_FLOAT32 ? 4 : 2; }

/// The row from a token on.
ALWAYS_INLINE struct scores from(struct scores row, size_t token) {
  row.bytes += token * score_size(row);
  return row;
}

ALWAYS_INLINE f32x16 from_half(u16x16 bits) {
#if PATH_HAS_AVX512
  return (f32x16)_mm512_cvtph_ps((__m256i)bits);
#elif PATH_HAS_F16C
  f32x16 x;
  x.lo = (f32x8)_mm256_cvtph_ps((__m128i)bits.lo);
  x.hi = (f32x8)_mm256_cvtph_ps((__m128i)bits.hi);
  return x;
#else
  // The bits of |x|, thirteen places up, are those of the float 2⁻¹¹² |x|, subnormal halves included.
  i32x16 wide = __builtin_convertvector(bits, i32x16);
  f32x16 magnitude = ((f32x16)((wide & 0x7fff) << 13)) * 0x1p112f;
  i32x16 not_finite = ((wide & 0x7c00) == 0x7c00) & 0x7f800000;
  i32x16 sign = (wide & 0x8000) << 16;
  return ((f32x16)(((i32x16)(magnitude)) | not_finite | sign));
#endif
}

/// The scores of tokens i … i + 15.
ALWAYS_INLINE f32x16 load(struct scores row, size_t i) {
  const unsigned char *at = row.bytes + i * score_size(row);
  if (row.encoding == DIVERGENCE_FLOAT32) return *(const f32x16_anywhere *)at;
  u16x16 bits = *(const u16x16_anywhere *)at;
  if (row.encoding == DIVERGENCE_FLOAT16) return from_half(bits);
  i32x16 wide = __builtin_convertvector(bits, i32x16);
  if (row.encoding == DIVERGENCE_BFLOAT16) return ((f32x16)(wide << 16));
  return __builtin_convertvector(wide, f32x16) * row.scale + row.minimum;
}

/// Thirty-two scores. Sums, maxima and counts do not depend on which lane holds which token.
struct two {
  f32x16 first, second;
};

/// The scores of tokens i … i + 31: of even and odd tokens where both rows are bfloat16, else in order.
///
/// Taking a bfloat16 pair apart in place is two operations where widening in order is four.
ALWAYS_INLINE struct two load_two(struct scores row, size_t i) {
  if (row.encoding == DIVERGENCE_BFLOAT16) {
    i32x16 pairs = *(const i32x16_anywhere *)(row.bytes + i * 2);
    return (struct two){
      ((f32x16)(pairs << 16)), ((f32x16)(pairs & (int32_t)0xffff0000))};
  }
  return (struct two){load(row, i), load(row, i + LANES)};
}

/// The order of tokens that `load_two` left: i … i + 31 again.
ALWAYS_INLINE struct two in_order(struct scores row, struct two x) {
  if (row.encoding != DIVERGENCE_BFLOAT16) return x;
  return (struct two){
    __builtin_shufflevector(x.first, x.second, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23),
    __builtin_shufflevector(
      x.first, x.second, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)};
}

/// The score of one token.
ALWAYS_INLINE float score(struct scores row, size_t i) {
  const unsigned char *at = row.bytes + i * score_size(row);
  if (row.encoding == DIVERGENCE_FLOAT32) {
    float x;
    memcpy(&x, at, sizeof x);
    return x;
  }
  uint16_t bits;
  memcpy(&bits, at, sizeof bits);
  if (row.encoding == DIVERGENCE_FLOAT16) return from_half((u16x16)(bits))[0];
  if (row.encoding == DIVERGENCE_BFLOAT16) {
    uint32_t wide = (uint32_t)bits << 16;
    float x;
    memcpy(&x, &wide, sizeof x);
    return x;
  }
  return (float)bits * row.scale + row.minimum;
}

/// Copies `count` scores from `first` on, and fills up to a multiple of 32 with excluded tokens.
///
/// - Returns: The copy, as a row of float32.
static struct scores unpacked(struct scores row, size_t first, size_t count, float *into) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) *(f32x16_anywhere *)(into + i) = load(row, first + i);
  for (; i < count; i++) into[i] = score(row, first + i);
  for (; i % (2 * LANES) != 0; i++) into[i] = -INFINITY;
  return (struct scores){(const unsigned char *)into, DIVERGENCE_FLOAT32, 0, 0};
}
