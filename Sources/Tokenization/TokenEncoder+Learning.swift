internal import CTokenScan

extension TokenEncoder {
  /// Works out the pieces that are met for the first time, several in turns.
  ///
  /// What is left over, because it is long, has seams, or may be a token, is worked out when it is its turn to
  /// be appended.
  ///
  /// - Precondition: There is room for the tokens of all pieces.
  @inline(never)
  func learn(_ batch: PieceBatch, new: Int, in text: ScanText) {
    // Read once: what a class holds is read again, and counted, at every turn.
    let encoding = tokenizer.model.encoding
    let seams = tokenizer.model.seams
    guard let tokens = tokenizer.model.plainBytes, encoding.canBePacked else { return }
    MergeGroup.withSpace { group in
      for place in UnsafeMutableBufferPointer(start: batch.new, count: new) {
        let piece = batch.pieces[Int(batch.unknown[Int(place)])]
        guard piece.end &- piece.start <= MergeGroup.longest, isMergedWhole(piece, seams, in: text) else {
          continue
        }
        group.add(text.bytes(piece.start..<piece.end), number: place, tokens, encoding)
        if group.isFull { remember(&group, encoding.merges, batch, in: text) }
      }
      remember(&group, encoding.merges, batch, in: text)
    }
  }

  /// Whether a piece is merged, and as one.
  @inline(__always)
  private func isMergedWhole(_ piece: PendingPiece, _ seams: Seams?, in text: ScanText) -> Bool {
    guard tokenizer.model.merges(piece) else {
      return tokenizer.model.vocabulary.ordinaryID(of: text.bytes(piece.start..<piece.end)) == nil
    }
    guard !piece.isPart, let seams else { return true }
    return seams.first(after: piece.start, before: piece.end, in: text) == piece.end
  }

  /// Merges the pieces of a group and remembers their tokens.
  private func remember(
    _ group: inout MergeGroup, _ merges: MergeTable, _ batch: PieceBatch, in text: ScanText
  ) {
    group.finish(merges) { place, list in
      let piece = batch.pieces[Int(batch.unknown[Int(place)])]
      // The same piece may have been met twice.
      let entry = cache.reader.entry(of: piece.low, piece.high, hash: piece.hash)
      guard entry.high == 0 else {
        batch.remembered[Int(place)] = entry
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
