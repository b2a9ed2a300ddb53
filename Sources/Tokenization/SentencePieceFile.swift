/// SentencePiece's `.model`, a protocol buffer.
struct SentencePieceFile {
  private let file: String
  private var pieces: [ScoredPieces.Piece] = []
  private var modelType = 1
  private var addsPrefix = true
  private var removesSpaces = true
  private var hasCharacterMap = false

  init(_ bytes: [UInt8], file: String) throws(VocabularyError) {
    self.file = file
    var message = ProtocolBuffer(bytes[...], file: file)
    while let field = try message.next() {
      switch (field.number, field.value) {
      case (1, .bytes(let piece)): pieces.append(try Self.piece(piece, file))
      case (2, .bytes(let trainer)):
        var message = ProtocolBuffer(trainer, file: file)
        while let field = try message.next() {
          if field.number == 3, case .number(let type) = field.value { modelType = Int(clamping: type) }
        }
      case (3, .bytes(let normalizer)): try readNormalizer(normalizer)
      default: break
      }
    }
  }

  /// Whether the file begins like one: with a piece that fits into it.
  static func looksLikeOne(_ bytes: [UInt8]) -> Bool {
    guard bytes.first == 0x0A, bytes.count > 8 else { return false }
    var message = ProtocolBuffer(bytes[...], file: "")
    guard let field = try? message.next(), case .bytes(let piece) = field.value else { return false }
    return piece.first == 0x0A
  }

  private static func piece(_ bytes: ArraySlice<UInt8>, _ file: String) throws(VocabularyError)
    -> ScoredPieces.Piece
  {
    var piece = ScoredPieces.Piece(text: [], score: 0, kind: .normal)
    var message = ProtocolBuffer(bytes, file: file)
    while let field = try message.next() {
      switch (field.number, field.value) {
      case (1, .bytes(let text)): piece.text = Array(text)
      case (2, .word(let bits)): piece.score = Float(bitPattern: bits)
      case (3, .number(let number)):
        guard let kind = ScoredPieces.Kind(rawValue: Int(clamping: number)) else {
          throw VocabularyError(file: file, .unsupported(part: "kind of piece", name: String(number)))
        }
        piece.kind = kind
      default: break
      }
    }
    return piece
  }

  private mutating func readNormalizer(_ bytes: ArraySlice<UInt8>) throws(VocabularyError) {
    var message = ProtocolBuffer(bytes, file: file)
    while let field = try message.next() {
      switch (field.number, field.value) {
      case (2, .bytes(let map)): hasCharacterMap = !map.isEmpty
      case (3, .number(let flag)): addsPrefix = flag != 0
      case (4, .number(let flag)): removesSpaces = flag != 0
      default: break
      }
    }
  }

  private var scored: ScoredPieces { ScoredPieces(file: file, pieces: pieces, addsPrefix: addsPrefix) }

  /// The tokens.
  func vocabulary() -> Vocabulary { scored.vocabulary() }

  /// The tokenizer of a BPE model that leaves its text as it is.
  func tokenizer() throws(VocabularyError) -> Tokenizer {
    let kinds = [1: "Unigram", 3: "word", 4: "character"]
    guard modelType == 2 else {
      throw VocabularyError(file: file, .decodeOnly(model: kinds[modelType] ?? "SentencePiece"))
    }
    if hasCharacterMap {
      throw VocabularyError(file: file, .unsupported(part: "normalizer", name: "precompiled_charsmap"))
    }
    if removesSpaces {
      throw VocabularyError(
        file: file, .unsupported(part: "normalizer option", name: "remove_extra_whitespaces"))
    }
    return try scored.tokenizer()
  }
}

/// Reads the fields of a protocol buffer one by one.
struct ProtocolBuffer {
  private var rest: ArraySlice<UInt8>
  private let file: String

  /// What a field holds, by wire type.
  enum Value {
    case number(UInt64)
    case bytes(ArraySlice<UInt8>)
    case word(UInt32)
    case doubleWord
  }

  init(_ bytes: ArraySlice<UInt8>, file: String) {
    rest = bytes
    self.file = file
  }

  /// The next field; nothing at the end.
  mutating func next() throws(VocabularyError) -> (number: UInt64, value: Value)? {
    if rest.isEmpty { return nil }
    let key = try variable()
    switch key & 7 {
    case 0: return (key >> 3, .number(try variable()))
    case 1:
      _ = try take(8)
      return (key >> 3, .doubleWord)
    case 2: return (key >> 3, .bytes(try take(Int(clamping: try variable()))))
    case 5:
      let bytes = try take(4)
      return (key >> 3, .word(bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }))
    default:
      throw VocabularyError(file: file, .unsupported(part: "wire type", name: String(key & 7)))
    }
  }

  private mutating func take(_ count: Int) throws(VocabularyError) -> ArraySlice<UInt8> {
    guard count <= rest.count else {
      throw VocabularyError(
        file: file, .truncated(part: "A field", expectedBytes: count, foundBytes: rest.count))
    }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  private mutating func variable() throws(VocabularyError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = rest.popFirst() else { break }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw VocabularyError(file: file, .truncated(part: "A number", expectedBytes: 1, foundBytes: 0))
  }
}
