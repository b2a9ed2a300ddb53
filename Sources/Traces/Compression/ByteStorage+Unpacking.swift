extension ByteStorage {
  /// These bytes, unpacked into a scratch file.
  ///
  /// - Throws: `compression` when the stream is cut, corrupt, or larger than the limit allows; `scratch` when the
  ///   disk is full.
  func unpacked(
    _ compression: Compression, limit: UnpackingLimit = .standard
  ) throws(TraceError.Problem) -> ByteStorage {
    let scratch = try ScratchFile()
    let name = "\(compression.name) stream"
    let most = limit.bytes(unpackedFrom: count)
    try withUnsafeBytes { (packed) throws(TraceError.Problem) in
      let receive = { (piece: UnsafeRawBufferPointer) throws(TraceError.Problem) in
        guard piece.count <= most - scratch.count else {
          throw .compression(stream: name, .tooLarge(limit: most, packed: packed.count))
        }
        try scratch.append(piece)
      }
      switch compression {
      case .gzip: try Self.unpackMembers(packed, called: name, to: receive)
      case .zstandard: try ZstandardStream().unpack(packed, called: name, to: receive)
      }
    }
    return try scratch.storage()
  }

  /// Unpacks one gzip member after another. Zeros behind the last one are padding, as on tapes.
  private static func unpackMembers(
    _ packed: UnsafeRawBufferPointer, called name: String,
    to receive: (UnsafeRawBufferPointer) throws(TraceError.Problem) -> Void
  ) throws(TraceError.Problem) {
    let inflater = try Inflater(.gzip)
    var offset = 0
    repeat {
      offset = try inflater.unpack(packed, from: offset, called: name, to: receive)
    } while packed[offset...].starts(with: FileSignature.gzipMagic)
    guard packed[offset...].allSatisfy({ $0 == 0 }) else {
      throw .compression(stream: name, .trailing(byte: offset, count: packed.count - offset))
    }
  }
}
