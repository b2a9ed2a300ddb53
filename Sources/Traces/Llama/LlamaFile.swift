import Tokenization

/// The chunks of a llama.cpp logits file, each one a sequence of its own.
struct LlamaFile: Sendable {
  let storage: ByteStorage
  let layout: LlamaLayout

  init(_ storage: ByteStorage) throws(TraceError.Problem) {
    self.storage = storage
    layout = try storage.withUnsafeBytes { (file) throws(TraceError.Problem) in try LlamaLayout(file) }
  }

  var entries: [TraceEntry] { (0..<layout.chunkCount).map { TraceEntry(id: "chunk-\($0)") } }

  /// One chunk. Only its second half has rows: what lies before counts as the prompt.
  func trace(ofChunk chunk: Int) throws(TraceError.Problem) -> Trace {
    let numbers = storage.withUnsafeBytes { file in
      (0..<layout.chunkLength).map { index in
        let offset = layout.tokensStart(ofChunk: chunk) + 4 * index
        return Int(Int32(littleEndian: file.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
      }
    }
    let rows = (0..<layout.rowCount).map { row in
      DenseRow(
        storage: storage, offset: layout.rowStart(ofChunk: chunk, row: row), count: layout.vocabularySize,
        encoding: .affine16)
    }
    return Trace(
      id: "chunk-\(chunk)", tokens: try tokenIDs(numbers, vocabularySize: layout.vocabularySize),
      promptLength: layout.first + 1, predicted: Array(layout.first + 1..<layout.chunkLength),
      rows: .dense(rows))
  }
}
