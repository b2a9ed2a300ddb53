extension TokenEncoder {
  /// How many pieces are cut before they are looked up: enough that the look-ups overlap.
  private static let batch = 256

  /// Cuts a text and appends the tokens of its pieces.
  ///
  /// Three rounds over each batch: cut and ask for the memory where a piece may be known, look there and
  /// ask for the memory where the others may be remembered, append.
  func encode<Scanner: PieceScanner>(_ text: ScanText, _ scanner: Scanner) {
    let capacity = Self.batch + PieceCutter<Scanner>.surplus
    withUnsafeTemporaryAllocation(of: PendingPiece.self, capacity: capacity) { pieces in
      var cutter = PieceCutter(scanner, text, seams: tokenizer.model.seams, known.table, cache)
      while cutter.start < text.count {
        let first = cutter.start
        let filled = cutter.cut(atLeast: Self.batch, into: pieces)
        reserve(cutter.start - first + PieceCache.inlineLimit)
        let batch = UnsafeMutableBufferPointer(rebasing: pieces[..<filled])
        findKnown(batch)
        appendTokens(of: batch, in: text)
      }
    }
  }

  /// Appends the tokens of pieces that are already cut.
  func encode(pieces: [Range<Int>], of text: ScanText) {
    for piece in pieces {
      reserve(piece.count + PieceCache.inlineLimit)
      withUnsafeTemporaryAllocation(of: PendingPiece.self, capacity: 1) { pieces in
        let pending = PendingPiece(piece.lowerBound, piece.upperBound, isPart: false, in: text)
        pieces.initializeElement(at: 0, to: pending)
        findKnown(pieces)
        appendTokens(of: pieces, in: text)
      }
    }
  }

  @inline(__always) private func findKnown(_ pieces: UnsafeMutableBufferPointer<PendingPiece>) {
    let known = known.table
    for index in pieces.indices where pieces[index].mayBeKnown {
      let token = known.token(pieces[index].low, pieces[index].high, hash: pieces[index].hash)
      pieces[index].token = token
      if token < 0 { cache.prefetch(hash: pieces[index].hash) }
    }
  }

  @inline(__always) private func appendTokens(
    of pieces: UnsafeMutableBufferPointer<PendingPiece>, in text: ScanText
  ) {
    var next = output + count
    for index in pieces.indices {
      let token = pieces[index].token
      if token >= 0 {
        next.pointee = TokenID(token)
        next += 1
        continue
      }
      count = next - output
      appendRemembered(pieces[index], in: text)
      next = output + count
    }
    count = next - output
  }

  @inline(__always) private func appendRemembered(_ piece: PendingPiece, in text: ScanText) {
    guard piece.high < PieceCache.longMark else { return appendLong(piece, in: text) }
    let entry = cache.entries[cache.place(of: piece.low, piece.high, hash: piece.hash)]
    guard entry.high != 0 else { return appendNew(piece, in: text) }
    if entry.count <= PieceCache.inlineLimit {
      output[count] = TokenID(Int32(bitPattern: entry.first))
      output[count + 1] = TokenID(Int32(bitPattern: entry.second))
      output[count + 2] = TokenID(Int32(bitPattern: entry.third))
    } else {
      for index in 0..<Int(entry.count) {
        output[count + index] = TokenID(cache.ids[Int(entry.first) + index])
      }
    }
    count += Int(entry.count)
  }

  /// Appends the tokens of a short piece that has not been met.
  private func appendNew(_ piece: PendingPiece, in text: ScanText) {
    let start = count
    appendTokens(of: piece, in: text)
    cache.insert(piece.low, piece.high, UnsafeBufferPointer(start: output + start, count: count - start))
  }

  private func appendLong(_ piece: PendingPiece, in text: ScanText) {
    let bytes = text.bytes(piece.start..<piece.end)
    guard bytes.count <= PieceCache.lengthLimit else { return appendTokens(of: piece, in: text) }
    if let known = cache.find(bytes, piece.low, piece.high) {
      for token in known {
        output[count] = TokenID(token)
        count += 1
      }
    } else {
      let start = count
      appendTokens(of: piece, in: text)
      cache.insert(
        bytes, piece.low, piece.high, UnsafeBufferPointer(start: output + start, count: count - start))
    }
  }

  /// Works the tokens of a piece out.
  private func appendTokens(of piece: PendingPiece, in text: ScanText) {
    let bytes = text.bytes(piece.start..<piece.end)
    // A piece that was looked for among the known ones is no token, and a part is merged even if it is one.
    let isMerged =
      piece.isPart || tokenizer.model.wholePieces == .merged
      || tokenizer.model.knownPieces != nil && piece.mayBeKnown
    if isMerged, !piece.isPart, appendParts(of: piece, in: text) { return }
    if !isMerged, let whole = tokenizer.model.vocabulary.ordinaryID(of: bytes) {
      output[count] = whole
      count += 1
    } else if let written = tokenizer.model.merge(bytes, to: output + count) {
      count += written
    } else {
      missed.removeAll(keepingCapacity: true)
      tokenizer.model.merge(bytes, into: &missed)
      reserve(missed.count + PieceCache.inlineLimit)
      for token in missed {
        output[count] = token
        count += 1
      }
    }
  }

  /// Appends the tokens of the parts of a piece, if it has a seam.
  private func appendParts(of piece: PendingPiece, in text: ScanText) -> Bool {
    guard let seams = tokenizer.model.seams else { return false }
    var start = piece.start
    var cut = seams.first(after: start, before: piece.end, in: text)
    guard cut < piece.end else { return false }
    while start < piece.end {
      appendRemembered(PendingPiece(start, cut, isPart: true, in: text), in: text)
      start = cut
      cut = seams.first(after: start, before: piece.end, in: text)
    }
    return true
  }
}

extension ScanText {
  /// The bytes in a range.
  @inline(__always) func bytes(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: base + range.lowerBound, count: range.count)
  }

  /// The text in a range, as a text of its own.
  func part(_ range: Range<Int>) -> ScanText {
    ScanText(base: base + range.lowerBound, count: range.count, classes: classes)
  }
}
