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

/// Half-precision numbers from their bits. What is not finite stays so.
ALWAYS_INLINE floats from_half(shorts bits) {
#if PATH_HAS_F16C && PATH_LANES == 16 && defined(DIVERGENCE_EMULATES_AVX512)
  floats x;
  x.lo = (f32x8)_mm256_cvtph_ps((__m128i)bits.lo);
  x.hi = (f32x8)_mm256_cvtph_ps((__m128i)bits.hi);
  return x;
#elif PATH_HAS_F16C && PATH_LANES == 16
  return (floats)_mm512_cvtph_ps((__m256i)bits);
#elif PATH_HAS_F16C
  return (floats)_mm256_cvtph_ps((__m128i)bits);
#else
  // The bits of |x|, thirteen places up, are those of the float 2⁻¹¹² |x|, subnormal halves included.
  ints wide = __builtin_convertvector(bits, ints);
  floats magnitude = (floats)((wide & 0x7fff) << 13) * 0x1p112f;
  ints not_finite = ((wide & 0x7c00) == 0x7c00) & 0x7f800000;
  ints sign = (wide & 0x8000) << 16;
  return (floats)((ints)magnitude | not_finite | sign);
#endif
}

/// The scores of as many tokens as a vector holds, from `i` on.
ALWAYS_INLINE floats load(struct scores row, size_t i) {
  const unsigned char *at = row.bytes + i * score_size(row);
  if (row.encoding == DIVERGENCE_FLOAT32) return *(const floats_anywhere *)at;
  shorts bits = *(const shorts_anywhere *)at;
  if (row.encoding == DIVERGENCE_FLOAT16) return from_half(bits);
  ints wide = __builtin_convertvector(bits, ints);
  if (row.encoding == DIVERGENCE_BFLOAT16) return (floats)(wide << 16);
  return __builtin_convertvector(wide, floats) * row.scale + row.minimum;
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
  if (row.encoding == DIVERGENCE_FLOAT16) return from_half((shorts)(bits))[0];
  if (row.encoding == DIVERGENCE_BFLOAT16) {
    uint32_t wide = (uint32_t)bits << 16;
    float x;
    memcpy(&x, &wide, sizeof x);
    return x;
  }
  return (float)bits * row.scale + row.minimum;
}

/// Copies `count` scores from `first` on, and fills up to whole vectors with excluded tokens.
///
/// - Returns: The copy, as a row of float32.
static struct scores unpacked(struct scores row, size_t first, size_t count, float *into) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) *(floats_anywhere *)(into + i) = load(row, first + i);
  for (; i < count; i++) into[i] = score(row, first + i);
  for (; i % SUMS != 0; i++) into[i] = -INFINITY;
  return (struct scores){(const unsigned char *)into, DIVERGENCE_FLOAT32, 0, 0};
}
