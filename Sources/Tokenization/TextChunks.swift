/// Reads a file of any size in parts that may be encoded on their own.
struct TextChunks {
  private let tokenizer: Tokenizer
  private let file: TextFile
  private let size: Int
  private var pending: [UInt8] = []
  private var isAtEnd = false

  /// No character is longer: nothing behind such a place can change what stands before it.
  private static let longestCharacter = 4

  /// The parts of a file or pipe, of about `size` bytes; the standard input as `/dev/stdin`.
  init(_ tokenizer: Tokenizer, path: String, size: Int) throws(VocabularyError) {
    self.tokenizer = tokenizer
    self.size = size
    file = try TextFile(path: path)
  }

  /// The next part, or nothing at the end of the file.
  mutating func next() throws(VocabularyError) -> [UInt8]? {
    // Everything before has been looked at, and is looked at again only near its end.
    var searched = 0
    while !isAtEnd {
      try read()
      guard tokenizer.allowsChunks, !isAtEnd else { continue }
      let end = max(searched, pending.count - Self.longestCharacter)
      let cut = pending.withUnsafeBufferPointer { bytes in
        tokenizer.firstCut(in: bytes, at: (searched..<end).reversed())
      }
      searched = end
      guard let cut else { continue }
      let part = Array(pending[..<cut])
      pending.removeFirst(cut)
      return part
    }
    defer { pending = [] }
    return pending.isEmpty ? nil : pending
  }

  private mutating func read() throws(VocabularyError) {
    let bytes = try file.read(upTo: size)
    isAtEnd = bytes.isEmpty
    pending += bytes
  }
}
