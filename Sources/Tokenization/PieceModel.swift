internal import CTokenScan

/// Turns the bytes of one piece into tokens: first symbols, one per byte or per character, then merging.
struct PieceModel: Sendable {
  /// The tokens.
  let vocabulary: Vocabulary
  /// What a piece is made of before merging.
  let alphabet: Alphabet
  /// What becomes of a byte or character that has no token.
  let unknown: Unknown
  /// The merge loop.
  private(set) var encoding: BytePairEncoding
  /// Whether a piece that is a token as a whole is that token, whatever the merges say.
  let wholePieces: WholePieces

  /// The symbols that merging begins with.
  enum Alphabet: Sendable {
    /// The token of every byte.
    case bytes([TokenID?])
    /// The token of every character that has one, and of every byte for the characters that have none.
    case characters([UInt32: TokenID], fallback: [TokenID]?)
  }

  /// The rule for what has no token.
  enum Unknown: Sendable {
    /// It is left out. This loses it, but so it is lost in the reference.
    case dropped
    /// It is this token; neighbours share one where they are fused.
    case token(TokenID, isFused: Bool)
  }

  /// The rule for a piece that is a token.
  enum WholePieces: Sendable {
    /// It is taken without merging: rank files, and `ignore_merges`.
    case first
    /// It is merged like any other.
    case merged
  }

  /// The tokens of all bytes, where every byte has one: the pieces of such a vocabulary are merged without
  /// ado.
  let plainBytes: [Int32]?
  /// For each byte whether it has no token and is left out; nil where nothing is.
  let droppedBytes: [Bool]?
  /// The pieces that are one token, where pieces are made of bytes.
  private(set) var knownPieces: KnownPieces?
  /// Which pieces that are not among those may be a token all the same.
  private(set) var otherTokens = OtherTokens()
  /// Where a piece may be cut before it is merged, where every byte has a token and stays what it is.
  private(set) var seams: Seams?

  /// A model of these parts.
  ///
  /// - Parameter hasArrivalRules: Whether it is known that there are no rules but those of `ArrivalRules`, each of which
  ///   makes of two tokens the one that has the bytes of both. If not, the latter is looked at, rule by rule.
  init(
    vocabulary: Vocabulary, alphabet: Alphabet, unknown: Unknown, encoding: BytePairEncoding,
    wholePieces: WholePieces, hasArrivalRules isKnown: Bool = false
  ) {
    self.vocabulary = vocabulary
    self.alphabet = alphabet
    self.unknown = unknown
    self.wholePieces = wholePieces
    var encoding = encoding
    var plain: [Int32]?
    var dropped: [Bool]?
    if case .bytes(let tokens) = alphabet {
      if case .dropped = unknown, tokens.contains(nil) { dropped = tokens.map { $0 == nil } }
      let known = tokens.compactMap { $0?.rawValue }
      if known.count == 256 { plain = known }
      encoding.prepareBytes(tokens.map { $0?.rawValue ?? -1 })
    }
    self.encoding = encoding
    plainBytes = plain
    droppedBytes = dropped
    let areJoined = plain != nil && (isKnown || joinsBytes())
    var rulesArrive = areJoined && isKnown
    if let plain, areJoined {
      if !isKnown { rulesArrive = dropDeadRules(plain) }
      self.encoding.prepareBeginning(vocabulary, plain)
    }
    if case .bytes = alphabet { knownPieces = findKnownPieces(rulesArrive: rulesArrive) }
    otherTokens = OtherTokens(of: vocabulary, notIn: knownPieces)
    if areJoined { seams = Seams(vocabulary.ordinaryBytes) }
  }

  /// Leaves out the rules that merging never meets, where they are many, and says whether it did.
  private mutating func dropDeadRules(_ bytes: [Int32]) -> Bool {
    let merges = encoding.merges
    guard merges.count > vocabulary.count * 5 / 4 else { return false }
    let rules = ArrivalRules(vocabulary, bytes: bytes) { left, right, _ in merges.outcome(left, right) }
    encoding = BytePairEncoding(merges: MergeTable(rules.table.rules))
    encoding.prepareBytes(bytes)
    return true
  }

  /// Whether merging says what the tokens of a piece that is not known are, without it being looked for in the
  /// vocabulary.
  ///
  /// A part is merged even if it is a token.
  @inline(__always) func merges(_ piece: PendingPiece) -> Bool {
    piece.isPart || wholePieces == .merged || !otherTokens.mayHold(piece.hash)
  }

  /// Whether every rule makes of two tokens the one that has the bytes of both.
  private func joinsBytes() -> Bool {
    encoding.merges.allSatisfy { left, right, merged in
      guard let first = vocabulary.bytes(of: left), let second = vocabulary.bytes(of: right),
        let both = vocabulary.bytes(of: merged)
      else { return false }
      return both.starts(with: first) && both.dropFirst(first.count).elementsEqual(second)
    }
  }

  /// - Parameter rulesArrive: Whether there are no rules but those of `ArrivalRules`.
  private func findKnownPieces(rulesArrive: Bool) -> KnownPieces {
    let made = rulesArrive ? madeTokens : nil
    var merged: [TokenID] = []
    return KnownPieces(vocabulary) { id, bytes in
      // Only parts ask what merging arrives at, and they have seams, which no ASCII text has.
      if wholePieces == .first, bytes.allSatisfy({ $0 < 0x80 }) { return .whole }
      let isMerged: Bool
      if let made {
        isMerged = made[Int(id.rawValue)]
      } else {
        merged.removeAll(keepingCapacity: true)
        merge(bytes, into: &merged)
        isMerged = merged == [id]
      }
      if isMerged { return .merged }
      return wholePieces == .first ? .whole : .other
    }
  }

  /// For each id whether a rule makes the token, or it is that of a byte: whether merging arrives at it, where there are no
  /// rules but those by which it does.
  private var madeTokens: [Bool] {
    var made = [Bool](repeating: false, count: vocabulary.count)
    for token in plainBytes ?? [] { made[Int(token)] = true }
    encoding.merges.forEach { made[Int($0.outcome.merged)] = true }
    return made
  }

  /// A symbol, and the bytes of the piece it stands for.
  typealias Symbol = (token: Int32, range: Range<Int>)

  /// Appends the tokens of a piece.
  func encode(_ piece: UnsafeBufferPointer<UInt8>, into ids: inout [TokenID]) {
    if wholePieces == .first, let whole = vocabulary.ordinaryID(of: piece) { return ids.append(whole) }
    merge(piece, into: &ids)
  }

  /// Writes the tokens of a piece that is none itself or is merged all the same, and says how many they are;
  /// nothing where that is not done without ado.
  ///
  /// - Precondition: There is room for as many tokens as the piece has bytes.
  @inline(__always)
  func merge(_ piece: UnsafeBufferPointer<UInt8>, to output: UnsafeMutablePointer<TokenID>) -> Int? {
    guard let plainBytes, piece.count <= BytePairEncoding.shortLimit else { return nil }
    return encoding.mergeBytes(piece, plainBytes, to: output)
  }

  /// Appends the tokens of a piece that is none itself or is merged all the same.
  func merge(_ piece: UnsafeBufferPointer<UInt8>, into ids: inout [TokenID]) {
    if let plainBytes, piece.count <= BytePairEncoding.shortLimit {
      withUnsafeTemporaryAllocation(of: TokenID.self, capacity: piece.count) { tokens in
        guard let base = tokens.baseAddress else { return }
        ids += tokens[..<encoding.mergeBytes(piece, plainBytes, to: base)]
      }
      return
    }
    var tokens = symbols(of: piece).map(\.token)
    encoding.merge(&tokens)
    for token in tokens { ids.append(TokenID(token)) }
  }

  /// The tokens of a piece with the bytes of the piece that each stands for.
  func encodeSpans(_ piece: UnsafeBufferPointer<UInt8>) -> [Symbol] {
    if wholePieces == .first, let whole = vocabulary.ordinaryID(of: piece) {
      return [(whole.rawValue, 0..<piece.count)]
    }
    let symbols = symbols(of: piece)
    var tokens = symbols.map(\.token)
    encoding.merge(&tokens)
    var next = 0
    return tokens.map { token in
      let start = symbols[next].range.lowerBound
      var missing = length(of: token)
      repeat {
        missing -= length(of: symbols[next].token)
        next += 1
      } while missing > 0 && next < symbols.count
      return (token, start..<symbols[next - 1].range.upperBound)
    }
  }

  private func length(of token: Int32) -> Int { vocabulary.bytes(of: TokenID(token))?.count ?? 0 }

  private func symbols(of piece: UnsafeBufferPointer<UInt8>) -> [Symbol] {
    var symbols: [Symbol] = []
    symbols.reserveCapacity(piece.count)
    var pending: Symbol?
    func add(_ token: TokenID?, _ range: Range<Int>) {
      if let token {
        if let unknown = pending { symbols.append(unknown) }
        pending = nil
        symbols.append((token.rawValue, range))
      } else if case .token(let unknown, let isFused) = self.unknown {
        if let earlier = pending, isFused {
          pending = (earlier.token, earlier.range.lowerBound..<range.upperBound)
        } else {
          if let earlier = pending { symbols.append(earlier) }
          pending = (unknown.rawValue, range)
        }
      }
    }
    switch alphabet {
    case .bytes(let tokens):
      for (place, byte) in piece.enumerated() { add(tokens[Int(byte)], place..<place + 1) }
    case .characters(let tokens, let fallback):
      forEachCharacter(of: piece) { point, range in
        if let token = point.flatMap({ tokens[$0] }) {
          add(token, range)
        } else if let fallback {
          for place in range { symbols.append((fallback[Int(piece[place])].rawValue, place..<place + 1)) }
        } else {
          add(nil, range)
        }
      }
    }
    if let unknown = pending { symbols.append(unknown) }
    return symbols
  }

  private func forEachCharacter(of piece: UnsafeBufferPointer<UInt8>, _ body: (UInt32?, Range<Int>) -> Void) {
    guard let base = piece.baseAddress else { return }
    let text = ScanText(base: base, count: piece.count, classes: base)
    var index = 0
    while index < text.count {
      let (point, length) = text.codePoint(at: index)
      body(point, index..<index + length)
      index += length
    }
  }
}
