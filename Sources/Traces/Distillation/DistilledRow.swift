import Foundation

/// One row of DistillKit's codec, unpacked: ids by falling probability, and a logprob for each.
///
/// The first logprobs are stored numbers. The others are a polynomial through the true ones, corrected by steps; how far
/// it is from them is not stored, so that no bound follows from them.
struct DistilledRow: Equatable {
  var ids: [Int] = []
  /// In nats, the stored ones first.
  var logprobs: [Double] = []
  /// How far storing the first ones moved them at most, in nats.
  var rounding = 0.0

  /// Unpacks one row.
  ///
  /// - Parameters:
  ///   - values: The bytes of the logprobs.
  ///   - packed: The bytes of the ids.
  ///   - row: The row, for a message about bytes that are too few or too many.
  init(
    values: [UInt8], ids packed: [UInt8], _ config: DistillationConfig, row: Int
  ) throws(TraceError.Problem) {
    guard packed.count == config.idBytes else {
      throw .distilledBytes(
        column: "bytepacked_indices", row: row, found: packed.count, expected: config.idBytes)
    }
    guard values.count == config.valueBytes else {
      throw .distilledBytes(
        column: "compressed_logprobs", row: row, found: values.count, expected: config.valueBytes)
    }
    var bits = BitReader(packed[...])
    ids = (0..<config.listed).map { _ in bits.take(config.idBits) }
    // The capture sets d to its largest id, not to one more, where that is beyond the tokenizer.
    if let id = ids.first(where: { $0 > config.vocabularySize }) {
      throw .tokenID(id, index: row + 1, vocabularySize: config.vocabularySize)
    }
    var bytes = values[...]
    logprobs = (0..<config.exact).map { _ in config.exactType.take(&bytes) }
    let coefficients = config.terms.map { _ in config.termType.take(&bytes) }
    var tail = Self.polynomial(config, coefficients)
    var place = 0
    for bin in config.bins {
      let scale = bin.scaleType.take(&bytes)
      let length = (bin.count * bin.bits + 7) / 8
      var steps = BitReader(bytes.prefix(length))
      bytes = bytes.dropFirst(length)
      for _ in 0..<bin.count {
        let step = steps.take(bin.bits)
        let corrected = Double(bin.bits == 1 ? 2 * step - 1 : step - 1 << (bin.bits - 1)) * scale
        // Corrections are kept in the type of the stored values.
        tail[place] += config.exactType.rounded(corrected)
        place += 1
      }
    }
    rounding = roundingOfExact(config)
    logprobs += tail
    guard config.isDelta else { return }
    for place in logprobs.indices.dropFirst() { logprobs[place] += logprobs[place - 1] }
  }

  /// The largest error of a stored value; of sums of stored differences the sum of theirs.
  private func roundingOfExact(_ config: DistillationConfig) -> Double {
    let each = logprobs.map { config.exactType.halfStep(at: $0) }
    return config.isDelta ? each.reduce(0, +) : each.max() ?? 0
  }

  private static func polynomial(_ config: DistillationConfig, _ coefficients: [Double]) -> [Double] {
    let count = config.listed - config.exact
    return (0..<count).map { place in
      let time = config.isNormalised ? (count > 1 ? Double(place) / Double(count - 1) : 0) : Double(place)
      return zip(config.terms, coefficients).reduce(0) { sum, part in
        switch part.0 {
        case .power(let power): sum + part.1 * pow(time, Double(power))
        case .squareRoot: sum + part.1 * time.squareRoot()
        case .exponential: sum + part.1 * exp(time)
        }
      }
    }
  }
}

/// Numbers of any width, the most significant bit first.
private struct BitReader {
  private var bytes: ArraySlice<UInt8>
  private var held = 0
  private var count = 0

  init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

  /// - Parameter width: At most 32; the caller has held all widths against the bytes.
  mutating func take(_ width: Int) -> Int {
    while count < width {
      held = held << 8 | Int(bytes.popFirst() ?? 0)
      count += 8
    }
    count -= width
    let number = held >> count & (1 << width - 1)
    held &= 1 << count - 1
    return number
  }
}

extension DistillationConfig.NumberType {
  /// The next number, little-endian.
  fileprivate func take(_ bytes: inout ArraySlice<UInt8>) -> Double {
    let bits = bytes.prefix(size).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    bytes = bytes.dropFirst(size)
    switch self {
    case .float16: return Double(Float(half: UInt16(truncatingIfNeeded: bits)))
    case .bfloat16: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits) << 16))
    case .float32: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case .float64: return Double(bitPattern: bits)
    }
  }

  /// The nearest number of this type.
  fileprivate func rounded(_ value: Double) -> Double {
    switch self {
    case .float16: Double(Float16(value))
    case .bfloat16: Double(Float(bitPattern: UInt32(CanonicalTrace.bfloat16(Float(value))) << 16))
    case .float32: Double(Float(value))
    case .float64: value
    }
  }

  /// How far rounding to this type moves a number that became this one.
  fileprivate func halfStep(at value: Double) -> Double {
    guard value.isFinite else { return 0 }
    return encoding?.rounding(of: Float(value)) ?? value.ulp / 2
  }

  /// The type as that of a dense row; nil for double precision, in which no row is kept.
  private var encoding: DenseRow.Encoding? {
    switch self {
    case .float16: .float16
    case .bfloat16: .bfloat16
    case .float32: .float32
    case .float64: nil
    }
  }
}
