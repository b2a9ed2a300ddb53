/// The tokens of a model: what bytes stand behind every id.
///
/// Ids may have holes. Tokens are bytes and never text: two tokens may differ only in how a letter is
/// composed, and a token may be part of a character.
public struct Vocabulary: Sendable {
  /// One more than the highest id; the size of a row of logits is at least this.
  public let count: Int

  /// The tokens that are found in the text as they stand, in the order of their ids.
  public let addedTokens: [AddedToken]

  private let storage: [UInt8]
  private let spans: [Span]
  private let index: ByteIndex
  private let addedByID: [TokenID: Int]
  private let ordinary: [Bool]
  /// Tokens that are not found by their bytes, because another one with the same comes first.
  private let hidden: Set<TokenID>

  /// Where a token lies in the storage. A hole has no length.
  private struct Span {
    var start: UInt32
    var length: Int32
    static let hole = Span(start: 0, length: -1)
  }

  /// The vocabulary with these tokens.
  ///
  /// Where two tokens have the same bytes, looking the bytes up gives the one that comes first in
  /// `tokens`; an added token that has an id of `tokens` replaces its bytes.
  ///
  /// - Precondition: Ids are not negative. Whoever reads a file checks that.
  public init(tokens: [(id: TokenID, bytes: [UInt8])], addedTokens: [AddedToken] = []) {
    let highest = max(
      tokens.reduce(-1) { max($0, $1.id.rawValue) }, addedTokens.reduce(-1) { max($0, $1.id.rawValue) })
    count = Int(highest) + 1
    self.addedTokens = addedTokens.sorted { $0.id < $1.id }
    var storage: [UInt8] = []
    storage.reserveCapacity(tokens.reduce(0) { $0 + $1.bytes.count })
    var spans = [Span](repeating: .hole, count: count)
    func place(_ id: TokenID, _ bytes: [UInt8]) {
      precondition(id.rawValue >= 0, "id \(id) is negative")
      spans[Int(id.rawValue)] = Span(start: UInt32(storage.count), length: Int32(bytes.count))
      storage.append(contentsOf: bytes)
    }
    for (id, bytes) in tokens { place(id, bytes) }
    var ordinary = [Bool](repeating: false, count: count)
    for (id, _) in tokens { ordinary[Int(id.rawValue)] = true }
    self.ordinary = ordinary
    for token in addedTokens { place(token.id, token.content) }
    var index = ByteIndex(capacity: tokens.count + addedTokens.count)
    let order = tokens.map(\.id) + self.addedTokens.map(\.id)
    var hidden: Set<TokenID> = []
    for id in order {
      let span = spans[Int(id.rawValue)]
      let found = index.insert(
        id, at: Int(span.start)..<Int(span.start) + Int(span.length), of: storage)
      if found != id { hidden.insert(id) }
    }
    self.hidden = hidden
    self.storage = storage
    self.spans = spans
    self.index = index
    addedByID = Dictionary(
      self.addedTokens.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
  }
}

extension Vocabulary {
  /// The bytes of a token; nothing if no token has the id.
  public func bytes(of id: TokenID) -> ArraySlice<UInt8>? {
    guard id.rawValue >= 0, Int(id.rawValue) < count else { return nil }
    let span = spans[Int(id.rawValue)]
    guard span.length >= 0 else { return nil }
    return storage[Int(span.start)..<Int(span.start) + Int(span.length)]
  }

  /// The token with exactly these bytes, if there is one.
  public func id(of bytes: some Collection<UInt8>) -> TokenID? {
    let found = bytes.withContiguousStorageIfAvailable { index.find($0, in: storage) }
    if let found { return found }
    return Array(bytes).withUnsafeBufferPointer { index.find($0, in: storage) }
  }

  /// The token with exactly these bytes that merging may yield: not one that is only an added token.
  func ordinaryID(of bytes: UnsafeBufferPointer<UInt8>) -> TokenID? {
    guard let id = index.find(bytes, in: storage), ordinary[Int(id.rawValue)] else { return nil }
    return id
  }

  /// The tokens that merging may yield, shorter ones first, and of one length in the order of their ids.
  var ordinaryTokensByLength: [TokenID] {
    var tokens: [[TokenID]] = []
    var longer: [TokenID] = []
    for id in ids where isOrdinary(id) {
      let length = length(of: id)
      if length >= 64 {
        longer.append(id)
        continue
      }
      while tokens.count <= length { tokens.append([]) }
      tokens[length].append(id)
    }
    return Array(tokens.joined()) + longer.sorted { (length(of: $0), $0) < (length(of: $1), $1) }
  }

  /// How many bytes a token has.
  ///
  /// - Precondition: There is a token with the id.
  func length(of id: TokenID) -> Int { Int(spans[Int(id.rawValue)].length) }

  /// Reads the bytes of a token.
  ///
  /// - Precondition: There is a token with the id.
  func withBytes<R>(of id: TokenID, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
    let start = Int(spans[Int(id.rawValue)].start)
    return storage.withUnsafeBufferPointer {
      body(UnsafeBufferPointer(rebasing: $0[start..<start + length(of: id)]))
    }
  }

  /// Calls back for every token with a byte beyond ASCII.
  func forEachWide(_ body: (TokenID, UnsafeBufferPointer<UInt8>) -> Void) {
    storage.withUnsafeBufferPointer { storage in
      for (id, span) in spans.enumerated() where span.length > 0 {
        let start = Int(span.start)
        let bytes = UnsafeBufferPointer(rebasing: storage[start..<start + Int(span.length)])
        if bytes.contains(where: { $0 >= 0x80 }) { body(TokenID(Int32(id)), bytes) }
      }
    }
  }

  /// The bytes of the tokens that merging may yield.
  var ordinaryBytes: some Sequence<ArraySlice<UInt8>> {
    ids.lazy.filter { isOrdinary($0) }.compactMap { bytes(of: $0) }
  }

  /// Whether the bytes of a token are looked up as the token itself, which all are but those that follow one with the
  /// same bytes.
  func isFound(_ id: TokenID) -> Bool { !hidden.contains(id) }

  /// Whether merging may yield a token: it is not only an added one.
  func isOrdinary(_ id: TokenID) -> Bool { ordinary[Int(id.rawValue)] }

  /// The added token with this id; nothing for an ordinary token.
  public func addedToken(_ id: TokenID) -> AddedToken? { addedByID[id].map { addedTokens[$0] } }

  /// Whether a token steers the model and is no part of what it says.
  public func isSpecial(_ id: TokenID) -> Bool { addedToken(id)?.flags.contains(.special) ?? false }

  /// The ids that have a token, in increasing order.
  public var ids: [TokenID] {
    spans.indices.compactMap { spans[$0].length >= 0 ? TokenID(Int32($0)) : nil }
  }
}
