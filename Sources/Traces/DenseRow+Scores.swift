import Tokenization

extension DenseRow {
  /// The score of one token, as the file stores it. A logit or a logprob in nats.
  ///
  /// - Precondition: `index` lies in `0..<count`.
  public func score(at index: Int) -> Float {
    precondition((0..<count).contains(index), "token \(index) of \(count)")
    return withUnsafeBytes { bytes in Self.decode(bytes, index, encoding) }
  }

  /// All scores, decoded one by one. For looking at a row; measuring reads the bytes.
  public func scores() -> [Float] { scores(of: TokenSample(allOf: count)) }

  /// The scores of some tokens.
  func scores(of sample: TokenSample) -> [Float] {
    [Float](unsafeUninitializedCapacity: sample.count) { scores, filled in
      withUnsafeBytes { bytes in
        for run in sample.runs {
          // One loop for each encoding, so that none of them decides anew at every score.
          switch encoding {
          case .float32: Self.decode(bytes, run, .float32, into: scores, &filled)
          case .float16: Self.decode(bytes, run, .float16, into: scores, &filled)
          case .bfloat16: Self.decode(bytes, run, .bfloat16, into: scores, &filled)
          case .affine16: Self.decode(bytes, run, .affine16, into: scores, &filled)
          }
        }
      }
    }
  }

  @inline(__always)
  private static func decode(
    _ bytes: UnsafeRawBufferPointer, _ run: Range<Int>, _ encoding: Encoding,
    into scores: UnsafeMutableBufferPointer<Float>, _ filled: inout Int
  ) {
    for place in 0..<run.count { scores[filled + place] = decode(bytes, run.lowerBound + place, encoding) }
    filled += run.count
  }

  /// How far below the top score a row of llama.cpp cuts, in nats; nil for rows that are not cut.
  ///
  /// llama.cpp keeps 16 nats and ik_llama.cpp 24, in the same layout; a row whose scores span less keeps its own span.
  public var floorDepth: Double? {
    guard encoding == .affine16 else { return nil }
    return withUnsafeBytes { bytes in
      let scale = Float(bitPattern: UInt32(littleEndian: Self.load(bytes, at: 0)))
      return Double(scale) * Double(UInt16.max)
    }
  }

  @inline(__always)
  private static func decode(_ bytes: UnsafeRawBufferPointer, _ index: Int, _ encoding: Encoding) -> Float {
    let offset = encoding.headerSize + index * encoding.scoreSize
    if encoding == .float32 { return Float(bitPattern: UInt32(littleEndian: load(bytes, at: offset))) }
    let half = UInt16(littleEndian: load(bytes, at: offset))
    switch encoding {
    case .float16: return Float(half: half)
    case .bfloat16: return Float(bitPattern: UInt32(half) << 16)
    case .affine16:
      let scale = Float(bitPattern: UInt32(littleEndian: load(bytes, at: 0)))
      let minimum = Float(bitPattern: UInt32(littleEndian: load(bytes, at: 4)))
      return scale * Float(half) + minimum
    case .float32: preconditionFailure("decoded above")
    }
  }

  @inline(__always)
  private static func load<Number: BitwiseCopyable>(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Number
  {
    bytes.loadUnaligned(fromByteOffset: offset, as: Number.self)
  }
}

extension Float {
  /// The number in half precision with this bit pattern, by integer arithmetic: without an instruction of the processor
  /// for it, as in a portable build, the language's own conversion is a call for every number.
  @inline(__always)
  init(half bits: UInt16) {
    let magnitude = UInt32(bits & 0x7FFF)
    // The exponent counts from 15 there and from 127 here; subnormal numbers come out right by the same product.
    let value =
      magnitude < 0x7C00
      ? Float(bitPattern: magnitude << 13) * 0x1p112 : Float(bitPattern: magnitude << 13 | 0x7F80_0000)
    self = Float(bitPattern: value.bitPattern | UInt32(bits & 0x8000) << 16)
  }
}
