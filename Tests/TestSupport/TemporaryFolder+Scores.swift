import Foundation

extension TemporaryFolder {
  /// Writes a safetensors file of logits in single precision and returns its path.
  ///
  /// - Parameters:
  ///   - tokens: Prompt and response.
  ///   - rows: The scores before each of the last tokens, a row for one. Shape `[rows, V]`.
  public func write(tokens: [Int32], logits rows: [[Float]], to name: String) throws -> String {
    let ids = tokens.withUnsafeBytes { Data($0) }
    let scores = rows.flatMap { $0 }.withUnsafeBytes { Data($0) }
    let end = ids.count + scores.count
    let header = Data(
      """
      {"__metadata__": {"values": "logits"}, \
      "tokens": {"dtype": "I32", "shape": [\(tokens.count)], "data_offsets": [0, \(ids.count)]}, \
      "logits": {"dtype": "F32", "shape": [\(rows.count), \(rows.first?.count ?? 0)], \
      "data_offsets": [\(ids.count), \(end)]}}
      """.utf8)
    let size = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) }
    try (size + header + ids + scores).write(to: URL(filePath: file(name)))
    return file(name)
  }
}
