/// The scores of every token of the vocabulary at one position, as they lie in the file.
///
/// Scores are logits or logprobs; the two differ by a constant, which no measure here depends on.
public struct DenseRow: Sendable {
  /// How the scores are stored.
  public enum Encoding: Hashable, Sendable {
    /// IEEE 754 single precision, little-endian.
    case float32
    /// IEEE 754 half precision, little-endian.
    case float16
    /// The upper half of a single-precision number, little-endian.
    case bfloat16
    /// llama.cpp's rows: `scale` and `minimum` as float32, then V unsigned 16-bit steps q;
    /// the logprob of v is `scale · q[v] + minimum`, and q = 0 says "at or below the floor".
    case affine16

    /// Bytes before the first score.
    public var headerSize: Int { self == .affine16 ? 8 : 0 }
    /// Bytes of one score.
    public var scoreSize: Int { self == .float32 ? 4 : 2 }
  }

  /// The bytes that hold the row.
  public let storage: ByteStorage
  /// Where the row begins in the storage, in bytes. Not aligned in general.
  public let offset: Int
  /// The number of scores, V.
  public let count: Int
  /// How the scores are stored.
  public let encoding: Encoding

  /// A row of `count` scores that begins at `offset`.
  ///
  /// - Precondition: The row lies inside the storage.
  public init(storage: ByteStorage, offset: Int, count: Int, encoding: Encoding) {
    precondition(offset >= 0 && count >= 0, "offset \(offset) and count \(count) must not be negative")
    precondition(
      offset + encoding.headerSize + count * encoding.scoreSize <= storage.count,
      "a row of \(count) scores at byte \(offset) reaches past the end at \(storage.count)")
    self.storage = storage
    self.offset = offset
    self.count = count
    self.encoding = encoding
  }

  /// Calls `body` with the bytes of the row, header included; the pointer is good only inside `body`.
  @inline(__always)
  public func withUnsafeBytes<Value, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try storage.withUnsafeBytes { (all) throws(Failure) in
      let size = encoding.headerSize + count * encoding.scoreSize
      return try body(UnsafeRawBufferPointer(rebasing: all[offset..<offset + size]))
    }
  }
}
