extension TokenizerJSONFile {
  /// The tokens, for showing them: of every kind of model.
  func vocabulary() throws(VocabularyError) -> Vocabulary {
    let model = try part("model", of: json)
    switch try modelType() {
    case "BPE", "WordPiece", "WordLevel":
      let pieces = try pieceTable()
      return try decoder().vocabulary(of: pieces, addedTokens: addedTokens(pieces))
    case "Unigram":
      var names: [[UInt8]] = []
      for entry in try list("vocab", of: model) {
        guard let name = entry.elements?.first?.bytes else {
          throw error(.unexpectedPart(name: "vocab", expected: "pairs of piece and score", found: entry.kind))
        }
        names.append(name)
      }
      let decoder = try decoder()
      let tokens = names.enumerated().map { (id: TokenID(Int32($0)), bytes: decoder.bytes(of: $1)) }
      return Vocabulary(tokens: tokens, addedTokens: try addedTokens(nil))
    case let kind: throw error(.unsupported(part: "model", name: kind))
    }
  }

  /// What the `decoder` says.
  func decoder() throws(VocabularyError) -> PieceDecoder {
    var decoder = PieceDecoder()
    try read(json["decoder"], into: &decoder)
    if json["decoder"] == nil || json["decoder"]?.isNull == true { decoder.alphabet = .bytes }
    return decoder
  }

  private func read(_ part: JSONValue?, into decoder: inout PieceDecoder) throws(VocabularyError) {
    guard let part, !part.isNull else { return }
    switch try type(of: part) {
    case "Sequence": for inner in try list("decoders", of: part) { try read(inner, into: &decoder) }
    case "ByteLevel": decoder.alphabet = .bytes
    case "ByteFallback": decoder.readsByteNames = true
    case "Fuse": break
    case "Replace":
      guard case .literal(let old) = try pattern(of: part) else {
        throw error(.unsupported(part: "decoder", name: "Replace with an expression"))
      }
      decoder.replacements.append((old, try string("content", of: part)))
    case "Metaspace":
      let replacement = try string("replacement", of: part)
      decoder.replacements.append((replacement, [0x20]))
      let scheme = part["prepend_scheme"]?.text ?? "always"
      decoder.stripsLeadingSpace = scheme != "never" && part["add_prefix_space"]?.flag != false
    case "Strip":
      decoder.stripsLeadingSpace = part["content"]?.bytes == [0x20] && (part["start"]?.integer ?? 0) > 0
    case "WordPiece":
      decoder.continuation = part["prefix"]?.bytes ?? Array("##".utf8)
    case let kind: throw error(.unsupported(part: "decoder", name: kind))
    }
  }
}

/// How the pieces of a vocabulary file are written, so that their bytes can be had.
struct PieceDecoder {
  /// What the characters of a piece stand for.
  enum Alphabet { case text, bytes }

  var alphabet = Alphabet.text
  /// `<0x0A>` is a newline.
  var readsByteNames = false
  var replacements: [(old: [UInt8], new: [UInt8])] = []
  /// What stands before a piece that goes on with a word, as `##`; the others begin with a space.
  var continuation: [UInt8]?
  /// Whether the space that encoding puts in front of a text is left out again.
  var stripsLeadingSpace = false

  /// The bytes a piece stands for.
  func bytes(of piece: [UInt8]) -> [UInt8] {
    if alphabet == .bytes { return ByteAlphabet.decode(piece) ?? piece }
    if readsByteNames, let byte = Self.namedByte(piece) { return [byte] }
    var bytes = piece
    if let continuation, bytes.starts(with: continuation) { bytes.removeFirst(continuation.count) }
    for (old, new) in replacements { bytes = Self.replacing(old, with: new, in: bytes) }
    return bytes
  }

  private static func replacing(_ old: [UInt8], with new: [UInt8], in bytes: [UInt8]) -> [UInt8] {
    var replaced: [UInt8] = []
    var next = 0
    for place in Normalizer.places(of: old, in: bytes) {
      replaced += bytes[next..<place.lowerBound]
      replaced += new
      next = place.upperBound
    }
    return next == 0 ? bytes : replaced + bytes[next...]
  }

  /// The byte of `<0xHH>`.
  static func namedByte(_ piece: [UInt8]) -> UInt8? {
    guard piece.count == 6, piece.starts(with: "<0x".utf8), piece[5] == UInt8(ascii: ">") else { return nil }
    return UInt8(String(decoding: piece[3...4], as: UTF8.self), radix: 16)
  }

  /// The vocabulary of a table of pieces.
  func vocabulary(of pieces: PieceTable, addedTokens: [AddedToken]) -> Vocabulary {
    Vocabulary(
      tokens: pieces.entries.map { (id: $0.id, bytes: bytes(of: Array($0.piece))) }, addedTokens: addedTokens)
  }
}
