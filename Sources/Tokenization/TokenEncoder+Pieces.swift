extension TokenEncoder {
  /// A piece that has been cut and is to be looked up.
  private struct PendingPiece {
    var low: UInt64
    var high: UInt64
    var hash: Int
    var start: Int
    var end: Int
  }

  /// How many pieces are cut before they are looked up: enough that the look-ups overlap.
  private static let batch = 256

  /// Cuts a text and appends the tokens of its pieces.
  func encode(_ text: ScanText, _ scanner: some PieceScanner) {
    withUnsafeTemporaryAllocation(of: PendingPiece.self, capacity: Self.batch) { pieces in
      var start = 0
      while start < text.count {
        let first = start
        var filled = 0
        while filled < Self.batch, start < text.count {
          let end = scanner.end(from: start, in: text)
          pieces[filled] = pending(start, end, in: text)
          cache.prefetch(hash: pieces[filled].hash)
          filled += 1
          start = end
        }
        reserve(start - first + PieceCache.inlineLimit)
        for index in 0..<filled { appendTokens(of: pieces[index], in: text) }
      }
    }
  }

  /// Appends the tokens of pieces that are already cut.
  func encode(pieces: [Range<Int>], of text: ScanText) {
    for piece in pieces {
      reserve(piece.count + PieceCache.inlineLimit)
      appendTokens(of: pending(piece.lowerBound, piece.upperBound, in: text), in: text)
    }
  }

  @inline(__always) private func pending(_ start: Int, _ end: Int, in text: ScanText) -> PendingPiece {
    let length = end - start
    guard length < 16 else { return PendingPiece(low: 0, high: 0, hash: 0, start: start, end: end) }
    let (low, high) = text.key(start, length)
    return PendingPiece(low: low, high: high, hash: PieceCache.hash(low, high), start: start, end: end)
  }

  @inline(__always) private func appendTokens(of piece: PendingPiece, in text: ScanText) {
    guard piece.high != 0 else { return appendLong(text.bytes(piece.start..<piece.end)) }
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
    if let short = tokenizer.model.shortTokens {
      if let token = short.find(piece.low, piece.high, hash: piece.hash) {
        output[count] = token
        count += 1
      } else {
        append { tokenizer.model.merge(text.bytes(piece.start..<piece.end), into: &$0) }
      }
    } else {
      append { tokenizer.model.encode(text.bytes(piece.start..<piece.end), into: &$0) }
    }
    cache.insert(piece.low, piece.high, UnsafeBufferPointer(start: output + start, count: count - start))
  }

  private func appendLong(_ piece: UnsafeBufferPointer<UInt8>) {
    guard piece.count <= PieceCache.lengthLimit else {
      return append { tokenizer.model.encode(piece, into: &$0) }
    }
    let (low, high) = PieceCache.longKey(piece)
    if let known = cache.find(piece, low, high) {
      for token in known {
        output[count] = TokenID(token)
        count += 1
      }
    } else {
      let start = count
      append { tokenizer.model.encode(piece, into: &$0) }
      cache.insert(piece, low, high, UnsafeBufferPointer(start: output + start, count: count - start))
    }
  }

  private func append(_ encode: (inout [TokenID]) -> Void) {
    missed.removeAll(keepingCapacity: true)
    encode(&missed)
    reserve(missed.count + PieceCache.inlineLimit)
    for token in missed {
      output[count] = token
      count += 1
    }
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
    guard start + 16 <= count else { return keyAtEnd(start, length) }
    let raw = UnsafeRawPointer(base + start)
    let low = UInt64(littleEndian: raw.loadUnaligned(as: UInt64.self))
    let high = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    let bits = UInt64(length) &* 8
    let lowMask = length >= 8 ? UInt64.max : (1 &<< bits) &- 1
    let highMask = length > 8 ? (1 &<< (bits &- 64)) &- 1 : 0
    return (low & lowMask, high & highMask | UInt64(length) &<< 56)
  }

  private func keyAtEnd(_ start: Int, _ length: Int) -> (low: UInt64, high: UInt64) {
    var low: UInt64 = 0
    var high = UInt64(length) << 56
    for index in 0..<length {
      let byte = UInt64(base[start + index])
      if index < 8 { low |= byte << UInt64(index * 8) } else { high |= byte << UInt64(index * 8 - 64) }
    }
    return (low, high)
  }
}
