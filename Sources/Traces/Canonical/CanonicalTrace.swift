import Foundation
import Tokenization

/// Writes one trace as the canonical file: safetensors with the names that ``TraceFile`` reads.
///
/// - A dense trace: `logits` or `logprobs` [R, V], `tokens` [T], `positions` [R], and `loss_mask` [T] where rows are
///   masked.
/// - A truncated one: `indices` and `logprobs` [R, K], −1 and −∞ where a row lists fewer than K tokens, `tokens`,
///   `positions`, `target_logprobs` and `target_ranks` [R] of the emitted tokens, NaN and 0 where they are not known,
///   `precision` [R], how far a logprob can be from the true one, and `unlisted_caps` [R], the largest logprob that a
///   token outside the list can have; both NaN for a position that has no row.
/// - A truncated one whose rows list every token 0 … V − 1 with all of the probability: as dense, in single precision.
///
/// Reading it gives the same trace to the bit, but for what a smaller `encoding` rounds, and for lists that became
/// dense rows, whose logprobs are rounded to single precision.
public struct CanonicalTrace {
  private let trace: Trace
  private let metadata: [String: String]
  private let encoding: DenseRow.Encoding?

  /// - Parameters:
  ///   - trace: What is to be written.
  ///   - metadata: What its file says of itself; kept, with the names of the trace in it.
  ///   - encoding: How dense scores are stored; nil for as they are. Scores of 16 bits are stored less the largest of
  ///     their row, which costs nothing and leaves the probable tokens the finest steps.
  public init(_ trace: Trace, metadata: [String: String], encoding: DenseRow.Encoding?) {
    precondition(encoding != .affine16, "steps of llama.cpp are no type of a safetensors file")
    self.trace = trace
    self.encoding = encoding
    var metadata = metadata
    metadata["trace_format"] = "1"
    metadata["trace_id"] = trace.id ?? metadata["trace_id"]
    metadata["model"] = trace.model ?? metadata["model"]
    metadata["task"] = trace.task ?? metadata["task"]
    metadata["prompt_id"] = trace.prompt ?? metadata["prompt_id"]
    metadata["prompt_len"] = nil
    metadata["prompt_length"] = trace.promptLength.map(String.init) ?? TensorFile.unknownPromptLength
    self.metadata = metadata
  }

  /// Writes the file.
  ///
  /// - Parameters:
  ///   - path: Where it appears once it is whole.
  ///   - mayReplace: Whether a file that stands there by then is replaced.
  /// - Throws: ``ConversionError``.
  public func write(to path: String, mayReplace: Bool = true) throws(ConversionError) {
    let file = try OutputFile(path: path, mayReplace: mayReplace)
    switch trace.rows {
    case .dense(let rows): try writeDense(rows, to: file)
    case .truncated(let rows):
      if let width = Self.wholeVocabulary(rows) {
        try writeWhole(rows.compactMap { $0 }, width: width, to: file)
      } else {
        try writeListed(rows, to: file)
      }
    }
  }

  // MARK: Dense rows

  private func writeDense(_ rows: [DenseRow], to file: OutputFile) throws(ConversionError) {
    let own = rows.first?.encoding ?? .float32
    let stored = encoding ?? (own == .affine16 ? .float32 : own)
    let width = rows.first?.count ?? 1
    let name = own == .affine16 && stored == .float32 ? "logprobs" : "logits"
    var writer = try denseWriter(file, stored, rows: rows.count, width: width, name: name)
    for row in rows {
      if row.encoding == stored {
        try row.withUnsafeBytes { (bytes) throws(ConversionError) in try writer.write(bytes) }
      } else {
        try write(row.scores(), as: stored, file, &writer)
      }
    }
    try writer.finish()
  }

  private func writeWhole(_ rows: [TruncatedRow], width: Int, to file: OutputFile) throws(ConversionError) {
    let stored = encoding ?? .float32
    var writer = try denseWriter(
      file, stored, rows: rows.count, width: width, name: stored == .float32 ? "logprobs" : "logits")
    var scores = [Float](repeating: 0, count: width)
    for row in rows {
      for (token, logprob) in zip(row.tokens, row.logprobs) { scores[Int(token.rawValue)] = Float(logprob) }
      try write(scores, as: stored, file, &writer)
    }
    try writer.finish()
  }

  private func denseWriter(
    _ file: OutputFile, _ stored: DenseRow.Encoding, rows: Int, width: Int, name: String
  ) throws(ConversionError) -> SafetensorsWriter {
    let type = Tensor.encodings.first { $0.encoding == stored }?.type ?? "F32"
    var metadata = metadata
    metadata["values"] = name
    var writer = try SafetensorsWriter(
      file, metadata: metadata,
      tensors: common + [
        SafetensorsWriter.Tensor(
          name: name, type: type, shape: [rows, width], byteCount: rows * width * stored.scoreSize)
      ])
    try writeCommon(to: &writer)
    return writer
  }

  private func write(
    _ scores: [Float], as stored: DenseRow.Encoding, _ file: OutputFile, _ writer: inout SafetensorsWriter
  ) throws(ConversionError) {
    if stored == .float32 { return try writer.write(scores) }
    let largest = scores.max() ?? 0
    let shift = largest.isFinite ? largest : 0
    let bits = scores.map { score in
      stored == .float16 ? Float16(score - shift).bitPattern : Self.bfloat16(score - shift)
    }
    if stored == .float16,
      let place = bits.indices.first(where: { scores[$0].isFinite && bits[$0] == Self.minusInfinity16 })
    {
      throw ConversionError(file: file.path, .tooLarge(score: scores[place] - shift, encoding: "f16"))
    }
    try writer.write(bits)
  }

  private static let minusInfinity16 = (-Float16.infinity).bitPattern

  /// The nearest number of eight significant bits, ties to the even one.
  static func bfloat16(_ value: Float) -> UInt16 {
    guard value.isFinite else {
      return UInt16(truncatingIfNeeded: value.bitPattern >> 16) | (value.isNaN ? 0x40 : 0)
    }
    let bits = value.bitPattern
    return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ ((bits >> 16) & 1)) >> 16)
  }

  // MARK: Lists

  /// The number of tokens where every row lists all of them, nil otherwise.
  private static func wholeVocabulary(_ rows: [TruncatedRow?]) -> Int? {
    guard let width = rows.first??.tokens.count, width > 1 else { return nil }
    for row in rows {
      // Tokens of a row are distinct: as many as the largest id says may be all of them, and are where nothing is left.
      guard let row, row.tokens.count == width, row.tokens.allSatisfy({ Int($0.rawValue) < width }),
        ListedMass.isWhole(row)
      else { return nil }
    }
    return width
  }

  private func writeListed(_ rows: [TruncatedRow?], to file: OutputFile) throws(ConversionError) {
    let lists = rows.map { $0.map(Self.list) }
    let width = max(1, lists.reduce(0) { max($0, $1?.count ?? 0) })
    var metadata = metadata
    metadata["values"] = "logprobs"
    let count = rows.count
    var writer = try SafetensorsWriter(
      file, metadata: metadata,
      tensors: [
        SafetensorsWriter.Tensor(
          name: "logprobs", type: "F64", shape: [count, width], byteCount: 8 * count * width),
        SafetensorsWriter.Tensor(
          name: TensorFile.precisionName, type: "F64", shape: [count], byteCount: 8 * count),
        SafetensorsWriter.Tensor(
          name: TensorFile.capsName, type: "F64", shape: [count], byteCount: 8 * count),
        SafetensorsWriter.Tensor(name: "target_logprobs", type: "F64", shape: [count], byteCount: 8 * count),
        SafetensorsWriter.Tensor(
          name: "indices", type: "I32", shape: [count, width], byteCount: 4 * count * width),
        SafetensorsWriter.Tensor(name: "target_ranks", type: "I32", shape: [count], byteCount: 4 * count),
      ] + common)
    for list in lists {
      let logprobs = list?.map(\.logprob) ?? []
      try writer.write(logprobs + [Double](repeating: -.infinity, count: width - logprobs.count))
    }
    try writer.write(rows.map { $0?.precision ?? .nan })
    try writer.write(rows.map { $0?.unlistedCap ?? .nan })
    try writer.write(rows.map { $0?.emittedLogprob ?? .nan })
    for list in lists {
      let ids = list?.map(\.token.rawValue) ?? []
      try writer.write(ids + [Int32](repeating: -1, count: width - ids.count))
    }
    try writer.write(rows.map { $0?.emittedRank.flatMap { Int32(exactly: $0) } ?? 0 })
    try writeCommon(to: &writer)
    try writer.finish()
  }

  /// The most probable tokens of a row, without an emitted one that is not among them: the cap tells.
  static func list(_ row: TruncatedRow) -> [(token: TokenID, logprob: Double)] {
    var list = zip(row.tokens, row.logprobs).map { (token: $0, logprob: $1) }
    if let last = list.last, last.logprob < row.unlistedCap, last.logprob == row.emittedLogprob {
      list.removeLast()
    }
    return list
  }

  // MARK: What both kinds hold

  private var common: [SafetensorsWriter.Tensor] {
    let mask =
      trace.masked.isEmpty
      ? []
      : [
        SafetensorsWriter.Tensor(
          name: "loss_mask", type: "I32", shape: [trace.tokens.count], byteCount: 4 * trace.tokens.count)
      ]
    return [
      SafetensorsWriter.Tensor(
        name: "tokens", type: "I32", shape: [trace.tokens.count], byteCount: 4 * trace.tokens.count),
      SafetensorsWriter.Tensor(
        name: "positions", type: "I32", shape: [trace.predicted.count], byteCount: 4 * trace.predicted.count),
    ] + mask
  }

  private func writeCommon(to writer: inout SafetensorsWriter) throws(ConversionError) {
    try writer.write(trace.tokens.map(\.rawValue))
    try writer.write(trace.predicted.map { Int32(clamping: $0) })
    guard !trace.masked.isEmpty else { return }
    var mask = [Int32](repeating: 1, count: trace.tokens.count)
    for row in trace.masked { mask[trace.predicted[row]] = 0 }
    try writer.write(mask)
  }
}
