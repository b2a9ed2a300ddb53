/// The pieces of a SentencePiece model: text, a score, and a kind. In its own file and in GGUF files.
struct ScoredPieces {
  let file: String
  var pieces: [Piece]
  /// Whether a space is put in front of a text.
  var addsPrefix = true

  /// One piece. Its place in the list is its id.
  struct Piece {
    var text: [UInt8]
    var score: Float
    var kind: Kind
  }

  /// The kinds, by their numbers in both files.
  enum Kind: Int {
    case normal = 1
    case unknown, control, userDefined, unused, byte
  }

  /// U+2581, which stands for a space.
  static let spaceMark: [UInt8] = [0xE2, 0x96, 0x81]

  /// The tokens.
  func vocabulary() -> Vocabulary {
    let decoder = PieceDecoder(readsByteNames: true, replacements: [(Self.spaceMark, [0x20])])
    var tokens: [(id: TokenID, bytes: [UInt8])] = []
    var added: [AddedToken] = []
    for (place, piece) in pieces.enumerated() {
      let id = TokenID(Int32(place))
      switch piece.kind {
      case .normal, .byte, .unused: tokens.append((id, decoder.bytes(of: piece.text)))
      case .unknown, .control: added.append(AddedToken(id: id, content: piece.text, flags: .special))
      case .userDefined: added.append(AddedToken(id: id, content: piece.text, flags: .normalized))
      }
    }
    return Vocabulary(tokens: tokens, addedTokens: added)
  }

  /// The tokenizer: no cuts, characters merged in the order of the scores of what they become.
  func tokenizer() throws(VocabularyError) -> Tokenizer {
    var characters: [UInt32: TokenID] = [:]
    var bytes: [UInt8: TokenID] = [:]
    var unknown: TokenID?
    for (place, piece) in pieces.enumerated() {
      let id = TokenID(Int32(place))
      switch piece.kind {
      case .normal, .userDefined:
        let scalars = String(decoding: piece.text, as: UTF8.self).unicodeScalars
        if scalars.count == 1, let scalar = scalars.first { characters[scalar.value] = id }
      case .byte: if let byte = PieceDecoder.namedByte(piece.text) { bytes[byte] = id }
      case .unknown: unknown = id
      case .control, .unused: break
      }
    }
    let fallback = (UInt8.min...UInt8.max).compactMap { bytes[$0] }
    let space: [Normalizer] = [.replace([0x20], with: Self.spaceMark)]
    return Tokenizer(
      model: PieceModel(
        vocabulary: vocabulary(),
        alphabet: .characters(characters, fallback: fallback.count == 256 ? fallback : nil),
        unknown: unknown.map { .token($0, isFused: true) } ?? .dropped,
        encoding: BytePairEncoding(merges: try merges()), wholePieces: .merged),
      normalizers: addsPrefix ? [.prepend([0x20])] + space : space, tokenNormalizers: space, cuts: cuts,
      stripsLeadingSpace: addsPrefix)
  }

  /// Where no piece has a space behind anything but a space, no merge crosses to such a space, and the
  /// text may be cut there: short pieces are fast and can be remembered.
  private var cuts: [CutStep] {
    let crosses = pieces.contains { piece in
      guard piece.kind == .normal || piece.kind == .userDefined else { return false }
      var rest = piece.text[...]
      while rest.starts(with: Self.spaceMark) { rest = rest.dropFirst(3) }
      return !Normalizer.places(of: Self.spaceMark, in: Array(rest)).isEmpty
    }
    return crosses ? [] : [.wordsBehindSpaces]
  }

  private func merges() throws(VocabularyError) -> MergeTable {
    var index = ByteIndex(capacity: pieces.count)
    var storage: [UInt8] = []
    var ids: [TokenID] = []
    for (place, piece) in pieces.enumerated() where piece.kind == .normal || piece.kind == .userDefined {
      let range = storage.count..<storage.count + piece.text.count
      storage += piece.text
      index.insert(TokenID(Int32(place)), at: range, of: storage)
      ids.append(TokenID(Int32(place)))
    }
    // NaN has no place in any order.
    if let id = ids.first(where: { pieces[Int($0.rawValue)].score.isNaN }) {
      throw VocabularyError(
        file: file, .unexpectedPart(name: "scores[\(id.rawValue)]", expected: "a number", found: "NaN"))
    }
    let scores = Set(ids.map { pieces[Int($0.rawValue)].score }).sorted(by: >)
    let ranks = Dictionary(uniqueKeysWithValues: scores.enumerated().map { ($1, UInt32($0)) })
    // A part is looked for only where some piece is as long: of a long piece, looking for all would never end.
    let lengths = Set(ids.map { pieces[Int($0.rawValue)].text.count })
    var table = MergeTable(capacity: ids.count * 2)
    for id in ids {
      let piece = pieces[Int(id.rawValue)]
      piece.text.withUnsafeBufferPointer { text in
        for cut in 1..<max(text.count, 1)
        where text[cut] & 0xC0 != 0x80 && lengths.contains(cut) && lengths.contains(text.count - cut) {
          guard let left = index.find(UnsafeBufferPointer(rebasing: text[..<cut]), in: storage),
            let right = index.find(UnsafeBufferPointer(rebasing: text[cut...]), in: storage)
          else { continue }
          table.insert(left.rawValue, right.rawValue, priority: ranks[piece.score] ?? 0, merged: id.rawValue)
        }
      }
    }
    return table
  }
}
