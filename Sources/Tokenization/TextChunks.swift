internal import Foundation

/// Reads a file of any size in parts that may be encoded on their own.
struct TextChunks {
  private let tokenizer: Tokenizer
  private let path: String
  private let file: FileHandle
  private let size: Int
  private var pending: [UInt8] = []
  private var isAtEnd = false

  /// No character is longer: nothing behind such a place can change what stands before it.
  private static let longestCharacter = 4

  /// The parts of a file or pipe, of about `size` bytes; the standard input as `/dev/stdin`.
  init(_ tokenizer: Tokenizer, path: String, size: Int) throws(VocabularyError) {
    self.tokenizer = tokenizer
    self.path = path
    self.size = size
    if path == "/dev/stdin" {
      // Opened by its name, a socket would be refused.
      file = FileHandle.standardInput
      return
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw VocabularyError(
        file: path, errno == ENOENT ? .missing : .unreadable(reason: String(cString: strerror(errno))))
    }
    file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
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
    do {
      guard let data = try file.read(upToCount: size), !data.isEmpty else {
        isAtEnd = true
        return
      }
      pending.append(contentsOf: data)
    } catch {
      throw VocabularyError(file: path, .unreadable(reason: String(cString: strerror(errno))))
    }
  }
}
