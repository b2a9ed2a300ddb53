internal import Foundation

extension Tokenizer {
  /// What was made of the ids of a part of a file.
  public struct FilePart<Result> {
    /// The place of its file among those that were given.
    public var file: Int
    /// How many bytes it has.
    public var byteCount: Int
    /// How many of them the vocabulary has no token for, and left out.
    public var droppedCount: Int
    /// What was made.
    public var result: Result
  }

  /// Encodes files of any size, part by part, with several threads, and hands over what is made of the ids
  /// in the order of the files and their texts.
  ///
  /// Memory does not grow with a file, but with the longest stretch that must not be cut: a line, or
  /// the whole file for a tokenizer that allows no cuts. The ids are those of the whole text.
  ///
  /// - Parameters:
  ///   - paths: Files or pipes; the standard input as `/dev/stdin`.
  ///   - threads: How many parts are worked on at once.
  ///   - chunkSize: About how many bytes a part has.
  ///   - transform: What is made of the ids of a part. Called by all threads.
  ///   - body: Takes what was made, one part after the other, but not always on the same thread. An empty file
  ///     has no part.
  /// - Throws: `VocabularyError` where a file cannot be read, and what `body` throws; parts of the text before
  ///   have been handed over then.
  public func encode<Result>(
    contentsOf paths: [String], special: SpecialTokens = .parse, threads: Int = 1, chunkSize: Int = 1 << 22,
    transform: @Sendable ([TokenID]) -> Result, _ body: (FilePart<Result>) throws -> Void
  ) throws {
    try withoutActuallyEscaping(body) { body in
      let parts = PartsInOrder(self, paths: paths, size: max(chunkSize, 1), ahead: 2 * max(threads, 1), body)
      DispatchQueue.concurrentPerform(iterations: max(threads, 1)) { _ in
        let encoder = TokenEncoder(self)
        while let part = parts.take() {
          let ids = encoder.encode(part.bytes, special: special)
          parts.give(part, dropped: droppedCount(of: part.bytes, encodedAs: ids), transform(ids))
        }
      }
      try parts.finish()
    }
  }

  /// How many bytes of a text have no token in this vocabulary, and are in none of these.
  private func droppedCount(of bytes: [UInt8], encodedAs ids: [TokenID]) -> Int {
    guard let isDropped = model.droppedBytes else { return 0 }
    let count = bytes.count { isDropped[Int($0)] }
    // Added tokens, and pieces that are a token as a whole, may hold such bytes.
    let kept =
      count == 0 ? 0 : ids.reduce(0) { $0 + (vocabulary.bytes(of: $1)?.count { isDropped[Int($0)] } ?? 0) }
    return max(0, count - kept)
  }

  /// Encodes one file of any size, as several files are encoded.
  public func encode<Result>(
    contentsOf path: String, special: SpecialTokens = .parse, threads: Int = 1, chunkSize: Int = 1 << 22,
    transform: @Sendable ([TokenID]) -> Result, _ body: (Result) throws -> Void
  ) throws {
    try encode(
      contentsOf: [path], special: special, threads: threads, chunkSize: chunkSize, transform: transform
    ) { try body($0.result) }
  }
}

/// The parts of some files on their way through several threads.
///
/// One thread reads while the others encode, and whoever is done hands over all that is next. Everything
/// here is touched under the lock; that is why it may be shared.
private final class PartsInOrder<Result>: @unchecked Sendable {
  private let tokenizer: Tokenizer
  private let size: Int
  private let ahead: Int
  private let body: (Tokenizer.FilePart<Result>) throws -> Void
  private let condition = NSCondition()
  private var paths: ArraySlice<String>
  private var chunks: TextChunks?
  private var taken = 0
  private var handedOver = 0
  private var waiting: [Int: Tokenizer.FilePart<Result>] = [:]
  private var readingFailure: (any Error)?
  private var bodyFailure: (any Error)?

  /// A part that a thread works on.
  struct Part {
    fileprivate var number: Int
    fileprivate var file: Int
    var bytes: [UInt8]
  }

  /// Parts of which at most `ahead` are being worked on or wait to be handed over.
  init(
    _ tokenizer: Tokenizer, paths: [String], size: Int, ahead: Int,
    _ body: @escaping (Tokenizer.FilePart<Result>) throws -> Void
  ) {
    self.tokenizer = tokenizer
    self.paths = paths[...]
    self.size = size
    self.ahead = ahead
    self.body = body
  }

  /// The next part of the text, or nothing where there is none or it is wanted no longer.
  func take() -> Part? {
    condition.lock()
    defer { condition.unlock() }
    while bodyFailure == nil, taken - handedOver >= ahead { condition.wait() }
    guard bodyFailure == nil, readingFailure == nil else { return nil }
    do {
      guard let (file, bytes) = try read() else { return nil }
      taken += 1
      return Part(number: taken - 1, file: file, bytes: bytes)
    } catch {
      readingFailure = error
      return nil
    }
  }

  private func read() throws -> (file: Int, bytes: [UInt8])? {
    while let path = paths.first {
      var chunks = try self.chunks ?? TextChunks(tokenizer, path: path, size: size)
      // Held once, so that its bytes are not copied when they change.
      self.chunks = nil
      if let bytes = try chunks.next() {
        self.chunks = chunks
        return (paths.startIndex, bytes)
      }
      paths.removeFirst()
    }
    return nil
  }

  /// Takes what was made of a part, and hands over all that is next.
  func give(_ part: Part, dropped: Int, _ result: Result) {
    condition.lock()
    defer { condition.unlock() }
    waiting[part.number] = Tokenizer.FilePart(
      file: part.file, byteCount: part.bytes.count, droppedCount: dropped, result: result)
    while bodyFailure == nil, let next = waiting.removeValue(forKey: handedOver) {
      do { try body(next) } catch { bodyFailure = error }
      handedOver += 1
    }
    condition.broadcast()
  }

  /// Throws what went wrong.
  func finish() throws {
    if let failure = bodyFailure ?? readingFailure { throw failure }
  }
}
