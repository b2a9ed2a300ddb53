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

extension Tokenizer {
  /// Encodes a file of any size, part by part, with several threads, and hands over what is made of the ids
  /// in the order of the text.
  ///
  /// Memory does not grow with the file, but with the longest stretch that must not be cut: a line, or
  /// the whole file for a tokenizer that allows no cuts. The ids are those of the whole text.
  ///
  /// - Parameters:
  ///   - path: A file or pipe; the standard input as `/dev/stdin`.
  ///   - threads: How many parts are worked on at once.
  ///   - chunkSize: About how many bytes a part has.
  ///   - transform: What is made of the ids of a part. Called by all threads.
  ///   - readBytes: Is told how many bytes each part has.
  ///   - body: Takes what was made, one part after the other.
  public func encode<Result>(
    contentsOf path: String, special: SpecialTokens = .parse, threads: Int = 1, chunkSize: Int = 1 << 22,
    transform: @Sendable ([TokenID]) -> Result, readBytes: (Int) -> Void = { _ in },
    _ body: (Result) throws -> Void
  ) throws {
    var chunks = try TextChunks(self, path: path, size: max(chunkSize, 1))
    let lanes = (0..<max(threads, 1)).map { _ in Lane<Result>(TokenEncoder(self)) }
    while true {
      var filled = 0
      while filled < lanes.count, let part = try chunks.next() {
        lanes[filled].part = part
        filled += 1
      }
      if filled == 0 { return }
      DispatchQueue.concurrentPerform(iterations: filled) { number in
        let lane = lanes[number]
        lane.result = transform(lane.encoder.encode(lane.part, special: special))
      }
      for lane in lanes[..<filled] {
        readBytes(lane.part.count)
        if let result = lane.result { try body(result) }
      }
    }
  }
}

/// What one thread works on. Only that thread touches it while the threads run, and only the caller
/// between; that is why it may be handed to them.
private final class Lane<Result>: @unchecked Sendable {
  let encoder: TokenEncoder
  var part: [UInt8] = []
  var result: Result?

  init(_ encoder: TokenEncoder) { self.encoder = encoder }
}
