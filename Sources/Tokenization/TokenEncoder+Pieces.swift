internal import CTokenScan

extension TokenEncoder {
  /// How many pieces are cut before they are looked up: enough that the look-ups overlap.
  private static let batch = 512

  /// How many tokens are copied at once.
  static let copied = 8

  /// Cuts a text and appends the tokens of its pieces.
  ///
  /// Rounds over each batch: cut, ask for the memory where a piece may be known, look there and ask for the
  /// memory where the others may be remembered, look there, work out those that are not, append.
  func encode<Scanner: PieceScanner>(_ text: ScanText, _ scanner: Scanner) {
    PieceBatch.withSpace(for: Self.batch + PieceCutter<Scanner>.surplus) { batch in
      var cutter = PieceCutter(scanner, text, seams: tokenizer.model.seams)
      while cutter.start < text.count {
        let first = cutter.start
        let filled = cutter.cut(atLeast: Self.batch, into: batch.pieces)
        reserve(cutter.start - first + Self.copied)
        append(batch, count: filled, in: text)
      }
    }
  }

  private func append(_ batch: PieceBatch, count: Int, in text: ScanText) {
    makeKeys(of: batch, count: count, in: text)
    let unknown = findKnown(batch, count: count, in: text)
    let generation = cache.generation
    let new = recall(batch, unknown: unknown)
    if new > 0 { learn(batch, new: new, in: text) }
    appendTokens(of: batch, count: count, unknown: unknown, recalledIn: generation, in: text)
  }

  /// Appends the tokens of pieces that are already cut.
  func encode(pieces: [Range<Int>], of text: ScanText) {
    for piece in pieces {
      reserve(piece.count + Self.copied)
      let pending = PendingPiece(piece.lowerBound, piece.upperBound, isPart: false, in: text)
      let token = known.token(pending.low, pending.high)
      if token >= 0 {
        output[count] = TokenID(token)
        count += 1
      } else {
        appendRemembered(pending, in: text)
      }
    }
  }

  /// Gives pieces their keys, and asks for the memory where each may be known.
  @inline(never) private func makeKeys(of batch: PieceBatch, count: Int, in text: ScanText) {
    guard let pieces = batch.pieces.baseAddress else { return }
    tokenscan_make_keys(pieces, count, text.base, text.count, known.table, batch.tokens)
  }

  /// Gives the known pieces their tokens, says how many others there are and which, gives the longer ones their keys, and
  /// asks for the memory where the others may be remembered.
  @inline(never) private func findKnown(_ batch: PieceBatch, count: Int, in text: ScanText) -> Int {
    guard let pieces = batch.pieces.baseAddress else { return 0 }
    let unknown = tokenscan_find_known(pieces, count, known.table, batch.tokens, batch.unknown)
    let remembered = cache.remembered
    for place in 0..<unknown {
      let piece = pieces + Int(batch.unknown[place])
      if piece.pointee.end &- piece.pointee.start > 15 { piece.pointee.makeKey(in: text) }
      let line = tokenscan_first_line(UInt64(truncatingIfNeeded: piece.pointee.hash), remembered.mask)
      tokenscan_prefetch(remembered.places + line &* Int(TOKENSCAN_LINE))
      batch.new[place] = Int32(truncatingIfNeeded: line)
    }
    return unknown
  }

  /// Says what is remembered of the pieces that are not known, and how many have not been met.
  ///
  /// The entries are asked for first, and last the memory of ids that they do not hold.
  @inline(never) private func recall(_ batch: PieceBatch, unknown: Int) -> Int {
    guard let pieces = batch.pieces.baseAddress else { return 0 }
    let remembered = cache.remembered
    tokenscan_locate(pieces, batch.unknown, unknown, remembered, batch.new)
    return tokenscan_recall(pieces, batch.unknown, unknown, remembered, batch.remembered, batch.new)
  }

  @inline(never) private func appendTokens(
    of batch: PieceBatch, count pieces: Int, unknown: Int, recalledIn generation: Int, in text: ScanText
  ) {
    var next = output + count
    var done = 0
    for place in 0..<unknown {
      let index = Int(batch.unknown[place])
      Self.copy(batch.tokens + done, count: index &- done, to: next)
      next += index &- done
      done = index &+ 1
      let entry = batch.remembered[place]
      let piece = batch.pieces[index]
      if entry.holdsIDs, entry.high != 0 {
        entry.write(to: next)
        next += Int(truncatingIfNeeded: entry.count)
        continue
      }
      // Of a longer piece an entry may be that of another one.
      if entry.high != 0, cache.generation == generation,
        entry.high < PieceCache.longMark || cache.holds(text.bytes(piece.start..<piece.end), entry)
      {
        let count = Int(truncatingIfNeeded: entry.count)
        Self.copy(cache.ids + Int(entry.first), count: count, to: next)
        next += count
        continue
      }
      count = next - output
      appendRemembered(piece, in: text)
      next = output + count
    }
    Self.copy(batch.tokens + done, count: pieces &- done, to: next)
    count = next - output + pieces - done
  }

  /// Copies tokens, and what is behind them to the next multiple of `copied`.
  @inline(__always) private static func copy(
    _ tokens: UnsafeMutablePointer<Int32>, count: Int, to output: UnsafeMutablePointer<TokenID>
  ) {
    var index = 0
    // Some are copied even if there are none: whether there are cannot be foreseen.
    repeat {
      let some = UnsafeRawPointer(tokens + index).loadUnaligned(as: SIMD8<Int32>.self)
      UnsafeMutableRawPointer(output + index).storeBytes(of: some, as: SIMD8<Int32>.self)
      index &+= copied
    } while index < count
  }

  private func appendRemembered(_ piece: PendingPiece, in text: ScanText) {
    guard piece.high < PieceCache.longMark else { return appendLong(piece, in: text) }
    let entry = cache.entry(of: piece.low, piece.high, hash: piece.hash)
    guard entry.high != 0 else { return appendNew(piece, in: text) }
    append(entry)
  }

  private func append(_ entry: PieceCache.Entry) {
    if entry.holdsIDs {
      entry.write(to: output + count)
    } else {
      Self.copy(cache.ids + Int(entry.first), count: Int(entry.count), to: output + count)
    }
    count += Int(entry.count)
  }

  /// Appends the tokens of a short piece that has not been met.
  private func appendNew(_ piece: PendingPiece, in text: ScanText) {
    let start = count
    appendTokens(of: piece, in: text)
    cache.insert(
      text.bytes(piece.start..<piece.end), piece.low, piece.high,
      UnsafeBufferPointer(start: output + start, count: count - start))
  }

  private func appendLong(_ piece: PendingPiece, in text: ScanText) {
    let bytes = text.bytes(piece.start..<piece.end)
    guard bytes.count <= PieceCache.lengthLimit else { return appendTokens(of: piece, in: text) }
    if let entry = cache.find(bytes, piece.low, piece.high) {
      append(entry)
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
    let isMerged = tokenizer.model.merges(piece)
    if isMerged, !piece.isPart, appendParts(of: piece, in: text) { return }
    if !isMerged, let whole = tokenizer.model.vocabulary.ordinaryID(of: bytes) {
      output[count] = whole
      count += 1
    } else if let written = tokenizer.model.merge(bytes, to: output + count) {
      count += written
    } else {
      missed.removeAll(keepingCapacity: true)
      tokenizer.model.merge(bytes, into: &missed)
      reserve(missed.count + Self.copied)
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
