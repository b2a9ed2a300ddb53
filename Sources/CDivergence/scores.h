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
#if PATH_HAS_F16C && PATH_LANES == 16
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

/// The scores of one part of the step that begins at token `i`.
///
/// Sums do not depend on which lane holds which token, as long as both rows do the same. So bfloat16, two by two in a
/// word, is taken apart in place: even tokens, then odd tokens. That is one operation each, widening in order two.
ALWAYS_INLINE struct chains load_step(struct scores row, size_t i, int part) {
  struct chains x;
  if (row.encoding == DIVERGENCE_BFLOAT16) {
    EACH_CHAIN {
      ints pairs = *(const ints_anywhere *)(row.bytes + 2 * i + 4 * (j / 2 * SUMS + part * LANES));
      x.of[j] = (floats)(j % 2 == 0 ? pairs << 16 : pairs & (int32_t)0xffff0000);
    }
  } else {
    EACH_CHAIN x.of[j] = load(row, i + (size_t)(j * SUMS + part * LANES));
  }
  return x;
}

/// Writes what belongs to the tokens of `load_step` where they stand in the row.
ALWAYS_INLINE void store_step(struct scores row, float *to, size_t i, int part, struct chains x) {
  if (row.encoding == DIVERGENCE_BFLOAT16) {
    EACH_CHAIN {
      float *at = to + i + 2 * (j / 2 * SUMS + part * LANES) + j % 2;
      for (int lane = 0; lane < LANES; lane++) at[2 * lane] = x.of[j][lane];
    }
  } else {
    EACH_CHAIN *(floats_anywhere *)(to + i + j * SUMS + part * LANES) = x.of[j];
  }
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

/// Copies `count` scores from `first` on, and fills up to a whole step with excluded tokens.
///
/// - Returns: The copy, as a row of float32.
static struct scores unpacked(struct scores row, size_t first, size_t count, float *into) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) *(floats_anywhere *)(into + i) = load(row, first + i);
  for (; i < count; i++) into[i] = score(row, first + i);
  for (; i % STEP != 0; i++) into[i] = -INFINITY;
  return (struct scores){(const unsigned char *)into, DIVERGENCE_FLOAT32, 0, 0};
}
