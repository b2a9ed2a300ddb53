/// GPT-2's pair of files: `vocab.json` with the ids and `merges.txt` beside it with the merges.
struct PieceMergesFiles {
  private let file: String
  private let pieces: PieceTable
  private let companions: TokenizerCompanions

  init(pieces json: JSONValue, file: String) throws(VocabularyError) {
    self.file = file
    pieces = try PieceTable(json, file: file)
    companions = try TokenizerCompanions(beside: file)
  }

  /// The tokens.
  func vocabulary() throws(VocabularyError) -> Vocabulary {
    pieces.vocabulary(addedTokens: companions.addedTokens)
  }

  /// The tokenizer, with the pattern that is asked for or that belongs to the class in
  /// `tokenizer_config.json`. Qwen's composes the text before.
  func tokenizer(
    named name: SplitPattern.Name?, specialTokens: [AddedToken]
  ) throws(VocabularyError) -> Tokenizer {
    let pattern = if let name { name } else { try companions.pattern() }
    let companion = TokenizerCompanions.folder(of: file) + "merges.txt"
    let bytes: [UInt8]
    do { bytes = try VocabularyFile.bytes(of: companion) } catch {
      guard error.problem == .missing else { throw error }
      throw VocabularyError(file: file, .missingCompanion(name: "merges.txt"))
    }
    let composes = pattern == .qwen2 || pattern == .qwen35
    return Tokenizer(
      model: PieceModel(
        vocabulary: pieces.vocabulary(addedTokens: companions.addedTokens + specialTokens),
        alphabet: .bytes(pieces.byteTokens), unknown: .dropped,
        encoding: BytePairEncoding(merges: try merges(bytes, companion)), wholePieces: .merged),
      normalizers: composes ? [.form(.composed)] : [],
      cuts: (companions.addsPrefixSpace ? [.prefixSpace] : []) + [.family(SplitPattern(pattern))])
  }

  private func merges(_ bytes: [UInt8], _ companion: String) throws(VocabularyError) -> MergeTable {
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    var table = MergeTable(capacity: lines.count)
    var number = 0
    for (place, line) in lines.enumerated() {
      let isHeader = place == 0 && line.starts(with: "#version".utf8)
      let line = line.last == 0x0D ? line.dropLast() : line
      if isHeader || line.isEmpty { continue }
      guard let (left, right) = PieceTable.parts(of: line) else {
        let text = String(decoding: line, as: UTF8.self)
        throw VocabularyError(
          file: companion, line: place + 1,
          .unexpectedPart(name: text, expected: "two pieces with a space between", found: "a line"))
      }
      try pieces.add(left, right, number: number, to: &table)
      number += 1
    }
    return table
  }
}
