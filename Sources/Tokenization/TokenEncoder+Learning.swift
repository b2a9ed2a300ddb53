extension TokenEncoder {
  /// Works out the short pieces that are met for the first time, several in turns.
  ///
  /// What is left over, because it is long, has seams, or may be a token, is worked out when it is its turn to
  /// be appended.
  ///
  /// - Precondition: There is room for the tokens of all pieces.
  @inline(never)
  func learn(
    _ unknown: UnsafeMutableBufferPointer<Int32>, of pieces: UnsafeMutableBufferPointer<PendingPiece>,
    in text: ScanText
  ) {
    guard !unknown.isEmpty, let tokens = tokenizer.model.plainBytes else { return }
    var cache = cache.reader
    MergeGroup.withSpace { group in
      for index in unknown {
        let piece = pieces[Int(index)]
        guard piece.high < PieceCache.longMark,
          cache.entry(of: piece.low, piece.high, hash: piece.hash).high == 0, isMergedWhole(piece, in: text)
        else { continue }
        group.add(
          text.bytes(piece.start..<piece.end), number: index, tokens, tokenizer.model.encoding)
        guard group.isFull else { continue }
        remember(&group, pieces)
        cache = self.cache.reader
      }
      remember(&group, pieces)
    }
  }

  /// Whether a piece is merged, and as one.
  private func isMergedWhole(_ piece: PendingPiece, in text: ScanText) -> Bool {
    guard isMerged(piece) else {
      return tokenizer.model.vocabulary.ordinaryID(of: text.bytes(piece.start..<piece.end)) == nil
    }
    guard !piece.isPart, let seams = tokenizer.model.seams else { return true }
    return seams.first(after: piece.start, before: piece.end, in: text) == piece.end
  }

  /// Merges the pieces of a group and remembers their tokens.
  private func remember(_ group: inout MergeGroup, _ pieces: UnsafeMutableBufferPointer<PendingPiece>) {
    group.finish(tokenizer.model.encoding.merges) { number, list in
      let piece = pieces[Int(number)]
      // The same piece may have been met twice.
      guard cache.reader.entry(of: piece.low, piece.high, hash: piece.hash).high == 0 else { return }
      // For the moment they are where the next tokens will be.
      let tokens = output + count
      var written = 0
      list.forEach { token in
        tokens[written] = TokenID(token)
        written &+= 1
      }
      cache.insert(piece.low, piece.high, UnsafeBufferPointer(start: tokens, count: written))
    }
  }
}
