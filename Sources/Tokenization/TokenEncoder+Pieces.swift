extension TokenEncoder {
  /// A piece that has been cut and is to be looked up.
  private struct PendingPiece {
    var low: UInt64
    var high: UInt64
    var hash: Int
    var start: Int
    var end: Int
    /// The token, or -1 where the piece is not known to be one.
    var token: Int32

    /// Whether it is what stands between seams of a piece, and merged whether it is a token or not.
    var isPart: Bool { high & PieceCache.partMark != 0 }
  }

  /// How many pieces are cut before they are looked up: enough that the look-ups overlap.
  private static let batch = 256

  /// Cuts a text and appends the tokens of its pieces.
  ///
  /// Three rounds over each batch: cut and ask for the memory where a piece may be known, look there and
  /// ask for the memory where the others may be remembered, append.
  func encode<Scanner: PieceScanner>(_ text: ScanText, _ scanner: Scanner) {
    withUnsafeTemporaryAllocation(of: PendingPiece.self, capacity: Self.batch + WordBlock.size) { pieces in
      let known = known.table
      // Held here, because a copy per piece would be counted.
      let seams = tokenizer.model.seams
      var words = WordBlock(Scanner.wordLetters)
      var start = 0
      var end = 0
      var isPart = false
      while start < text.count {
        let first = start
        var filled = 0
        while filled < Self.batch, start < text.count {
          if start == end {
            let block = start
            var ends = words.ends(from: block, in: text)
            while ends != 0 {
              let next = block &+ ends.trailingZeroBitCount
              pieces[filled] = pending(start, next, isPart: false, in: text, known)
              filled &+= 1
              start = next
              ends &= ends &- 1
            }
            end = scanner.end(from: start, in: text)
            isPart = false
          }
          var cut = end
          if end &- start > KnownPieces.lengthLimit, let seams {
            cut = seams.first(after: start, before: end, in: text)
            isPart = isPart || cut < end
          }
          pieces[filled] = pending(start, cut, isPart: isPart, in: text, known)
          filled &+= 1
          start = cut
        }
        reserve(start - first + PieceCache.inlineLimit)
        let batch = UnsafeMutableBufferPointer(rebasing: pieces[..<filled])
        findKnown(batch, known)
        appendTokens(of: batch, in: text)
      }
    }
  }

  /// Appends the tokens of pieces that are already cut.
  func encode(pieces: [Range<Int>], of text: ScanText) {
    let known = known.table
    for piece in pieces {
      reserve(piece.count + PieceCache.inlineLimit)
      withUnsafeTemporaryAllocation(of: PendingPiece.self, capacity: 1) { pieces in
        pieces.initializeElement(
          at: 0, to: pending(piece.lowerBound, piece.upperBound, isPart: false, in: text, known))
        findKnown(pieces, known)
        appendTokens(of: pieces, in: text)
      }
    }
  }

  @inline(__always) private func pending(
    _ start: Int, _ end: Int, isPart: Bool, in text: ScanText, _ known: KnownPieces.Table
  ) -> PendingPiece {
    let length = end &- start
    guard length < 16 else { return pendingLong(start, end, isPart: isPart, in: text) }
    var (low, high) = text.key(start, length)
    if isPart { high |= PieceCache.partMark }
    let hash = PieceCache.hash(low, high)
    if high < KnownPieces.keyLimit { known.prefetch(hash: hash) } else { cache.prefetch(hash: hash) }
    return PendingPiece(low: low, high: high, hash: hash, start: start, end: end, token: -1)
  }

  private func pendingLong(_ start: Int, _ end: Int, isPart: Bool, in text: ScanText) -> PendingPiece {
    var piece = PendingPiece(
      low: 0, high: PieceCache.longMark, hash: 0, start: start, end: end, token: -1)
    if end - start <= PieceCache.lengthLimit {
      (piece.low, piece.high) = PieceCache.longKey(text.bytes(start..<end))
    }
    if isPart { piece.high |= PieceCache.partMark }
    piece.hash = PieceCache.hash(piece.low, piece.high)
    cache.prefetch(hash: piece.hash)
    return piece
  }

  @inline(__always) private func findKnown(
    _ pieces: UnsafeMutableBufferPointer<PendingPiece>, _ known: KnownPieces.Table
  ) {
    for index in pieces.indices where pieces[index].high < KnownPieces.keyLimit {
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
    // A piece that was looked for among the known ones is no token as a whole, and a part is none by itself.
    let isMerged =
      piece.isPart || tokenizer.model.wholePieces == .merged
      || tokenizer.model.knownPieces != nil && piece.high < KnownPieces.keyLimit
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
      appendRemembered(pending(start, cut, isPart: true, in: text, known.table), in: text)
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

  /// A piece of up to 15 bytes as two words, the length in the highest byte.
  @inline(__always) func key(_ start: Int, _ length: Int) -> (low: UInt64, high: UInt64) {
    guard start + 16 <= count else { return PieceCache.shortKey(bytes(start..<start + length)) }
    let raw = UnsafeRawPointer(base + start)
    let low = UInt64(littleEndian: raw.loadUnaligned(as: UInt64.self))
    let high = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    let bits = UInt64(length) &* 8
    let lowMask = length >= 8 ? UInt64.max : (1 &<< bits) &- 1
    let highMask = length > 8 ? (1 &<< (bits &- 64)) &- 1 : 0
    return (low & lowMask, high & highMask | UInt64(length) &<< 56)
  }
}
