/// Where everything lies in a llama.cpp logits file.
///
/// `_logits_`, then n_ctx, n_vocab and n_chunk as 32-bit numbers, the tokens of all chunks, and for the second half
/// of each chunk one record per predicted token. All little-endian. Source: llama.cpp, tools/perplexity.
struct LlamaLayout: Equatable, Sendable {
  static let headerSize = 20

  /// Tokens of one chunk, n_ctx.
  let chunkLength: Int
  let vocabularySize: Int
  let chunkCount: Int
  /// Bytes from one record to the next: two float32, V steps of 16 bits, and one more where V is odd.
  let recordSize: Int

  /// The context of the first record of each chunk ends at this token; the record predicts the next.
  var first: Int { chunkLength / 2 }
  /// Records of one chunk.
  var rowCount: Int { chunkLength - 1 - first }
  var dataStart: Int { Self.headerSize + 4 * chunkCount * chunkLength }

  func tokensStart(ofChunk chunk: Int) -> Int { Self.headerSize + 4 * chunk * chunkLength }
  func rowStart(ofChunk chunk: Int, row: Int) -> Int {
    dataStart + (chunk * rowCount + row) * recordSize
  }

  /// Reads the header, and holds the size that it asks for against the size that the file has.
  init(_ file: UnsafeRawBufferPointer) throws(TraceError.Problem) {
    guard file.count >= Self.headerSize else {
      throw .headerCut(found: file.count, expected: Self.headerSize)
    }
    func number(at offset: Int, name: String, least: Int) throws(TraceError.Problem) -> Int {
      let value = Int(Int32(littleEndian: file.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
      guard value >= least else { throw .headerNumber(name: name, value: value) }
      return value
    }
    // Three tokens are the shortest chunk whose second half predicts one.
    chunkLength = try number(at: 8, name: "n_ctx", least: 3)
    vocabularySize = try number(at: 12, name: "n_vocab", least: 1)
    chunkCount = try number(at: 16, name: "n_chunk", least: 1)
    recordSize = 2 * (2 * ((vocabularySize + 1) / 2) + 4)
    try checkSize(of: file.count)
  }

  private func checkSize(of found: Int) throws(TraceError.Problem) {
    let (tokens, tokensOverflow) = (4 * chunkLength).multipliedReportingOverflow(by: chunkCount)
    let (records, recordsOverflow) = (rowCount * recordSize).multipliedReportingOverflow(by: chunkCount)
    let (data, dataOverflow) = tokens.addingReportingOverflow(records)
    let (expected, overflow) = data.addingReportingOverflow(Self.headerSize)
    guard !tokensOverflow, !recordsOverflow, !dataOverflow, !overflow else {
      throw .chunksCut(found: found, expected: Int.max, wholeChunks: 0, chunks: chunkCount)
    }
    guard found >= expected else {
      let whole = max(0, found - dataStart) / (rowCount * recordSize)
      throw .chunksCut(found: found, expected: expected, wholeChunks: whole, chunks: chunkCount)
    }
    guard found == expected else { throw .fileSize(found: found, expected: expected) }
  }
}
