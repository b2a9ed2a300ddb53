internal import CTokenScan

extension TokenEncoder {
  /// Works out the pieces that are met for the first time, several in turns.
  ///
  /// What is left over, because it is long or may be a token, is worked out when it is its turn to be appended. A
  /// short piece is merged as a whole whether it has seams or not, which comes to the same.
  ///
  /// - Precondition: There is room for the tokens of all pieces.
  @inline(never)
  func learn(_ batch: PieceBatch, new: Int, in text: ScanText) {
    // Read once: what a class holds is read again, and counted, at every turn.
    let encoding = tokenizer.model.encoding
    guard tokenizer.model.plainBytes != nil, encoding.canBePacked else { return }
    MergeGroup.withSpace { group in
      for index in 0..<new {
        if index &+ Self.ahead < new { prefetch(batch, batch.new[index &+ Self.ahead], in: text) }
        let place = batch.new[index]
        let piece = batch.pieces[Int(batch.unknown[Int(place)])]
        guard piece.end &- piece.start <= MergeGroup.longest, isMerged(piece, in: text) else { continue }
        group.add(
          text.bytes(piece.start..<piece.end), readable: text.count &- piece.start,
          isASCII: piece.isShortASCII, number: place, encoding)
        if group.isFull { remember(&group, encoding.merges, batch, in: text) }
      }
      remember(&group, encoding.merges, batch, in: text)
    }
  }

  /// How many pieces before it is begun the memory is asked for that a piece needs first.
  private static let ahead = 3

  @inline(__always) private func prefetch(_ batch: PieceBatch, _ place: Int32, in text: ScanText) {
    let piece = batch.pieces[Int(batch.unknown[Int(place)])]
    tokenizer.model.otherTokens.prefetch(piece.hash)
    guard piece.start &+ Int(TOKENSCAN_PREFETCHED) <= text.count else { return }
    tokenizer.model.encoding.prefetch(text.base + piece.start)
  }

  /// Whether a piece is no token that would be taken as it is.
  @inline(__always)
  private func isMerged(_ piece: PendingPiece, in text: ScanText) -> Bool {
    tokenizer.model.merges(piece)
      || tokenizer.model.vocabulary.ordinaryID(of: text.bytes(piece.start..<piece.end)) == nil
  }

  /// Merges the pieces of a group and remembers their tokens.
  private func remember(
    _ group: inout MergeGroup, _ merges: MergeTable, _ batch: PieceBatch, in text: ScanText
  ) {
    group.finish(merges) { place, list in
      let piece = batch.pieces[Int(batch.unknown[Int(place)])]
      // The same piece may have been met twice.
      let entry = cache.entry(of: piece.low, piece.high, hash: piece.hash)
      guard entry.high == 0 else {
        batch.remembered[Int(place)] = entry
        return
      }
      if piece.high < PieceCache.longMark, list.count <= PieceCache.inlineLimit {
        batch.remembered[Int(place)] = cache.insert(piece.low, piece.high, list.firstThree, count: list.count)
        return
      }
      // For the moment they are where the next tokens will be.
      let tokens = output + count
      var written = 0
      list.forEach { token in
        tokens[written] = TokenID(token)
        written &+= 1
      }
      batch.remembered[Int(place)] = cache.insert(
        text.bytes(piece.start..<piece.end), piece.low, piece.high,
        UnsafeBufferPointer(start: tokens, count: written))
    }
  }
}
