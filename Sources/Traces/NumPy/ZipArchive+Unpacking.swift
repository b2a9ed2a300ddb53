import CZlib

extension [ZipArchive.Member] {
  /// Where the contents of the members lie: in the archive, or in a scratch file where they are deflated.
  ///
  /// Each is held against its checksum, which takes one pass over all of them. An archive whose every checksum is 0 has
  /// none: so `torch.save` writes it after `set_crc32_options(False)`.
  func unpacked(
    from archive: ByteStorage, limit: UnpackingLimit = .standard
  ) throws(TraceError.Problem) -> [(storage: ByteStorage, bytes: Range<Int>)] {
    for member in self where !member.isStored && member.method != ZipArchive.deflated {
      throw .packedMember(name: member.name, method: member.method)
    }
    if contains(where: { $0.checksum != 0 }) {
      try archive.withUnsafeBytes { (all) throws(TraceError.Problem) in
        for member in self where member.isStored { try member.checkStored(all) }
      }
    }
    guard contains(where: { !$0.isStored }) else { return map { (archive, $0.bytes) } }
    let most = limit.bytes(unpackedFrom: archive.count)
    let scratch = try ScratchFile()
    var ranges: [Range<Int>?] = []
    for member in self {
      guard !member.isStored else {
        ranges.append(nil)
        continue
      }
      // Members may overlap in the archive, so that the sum is held against the size of the archive.
      guard member.unpackedSize <= most - scratch.count else {
        throw .compression(stream: member.streamName, .tooLarge(limit: most, packed: archive.count))
      }
      let start = scratch.count
      try archive.withUnsafeBytes { (all) throws(TraceError.Problem) in try member.inflate(all, into: scratch)
      }
      ranges.append(start..<scratch.count)
    }
    let storage = try scratch.storage()
    return zip(self, ranges).map { member, range in
      range.map { (storage, $0) } ?? (archive, member.bytes)
    }
  }
}

extension ZipArchive.Member {
  var streamName: String { "archive member \"\(name)\"" }

  /// Holds the contents, which lie in the archive as they are, against the size and the checksum of the directory.
  fileprivate func checkStored(_ archive: UnsafeRawBufferPointer) throws(TraceError.Problem) {
    guard bytes.count == unpackedSize else {
      throw .compression(stream: streamName, .size(found: bytes.count, expected: unpackedSize))
    }
    let contents = UnsafeRawBufferPointer(rebasing: archive[bytes])
    let found = crc32_z(0, contents.assumingMemoryBound(to: UInt8.self).baseAddress, contents.count)
    guard found == UInt(checksum) else { throw .compression(stream: streamName, .checksum) }
  }

  /// Unpacks the member, which must have the size and the checksum that the directory says.
  fileprivate func inflate(
    _ archive: UnsafeRawBufferPointer, into scratch: ScratchFile
  ) throws(TraceError.Problem) {
    let packed = UnsafeRawBufferPointer(rebasing: archive[bytes])
    var checksum = crc32(0, nil, 0)
    let start = scratch.count
    let receive = { (piece: UnsafeRawBufferPointer) throws(TraceError.Problem) in
      guard piece.count <= start + unpackedSize - scratch.count else {
        throw .compression(stream: streamName, .size(found: unpackedSize + 1, expected: unpackedSize))
      }
      checksum = crc32(checksum, piece.assumingMemoryBound(to: UInt8.self).baseAddress, UInt32(piece.count))
      try scratch.append(piece)
    }
    let end = try Inflater(.bare).unpack(packed, from: 0, called: streamName, to: receive)
    let found = scratch.count - start
    guard found == unpackedSize else {
      throw .compression(stream: streamName, .size(found: found, expected: unpackedSize))
    }
    guard end == packed.count else {
      throw .compression(stream: streamName, .trailing(byte: end, count: packed.count - end))
    }
    guard checksum == UInt(self.checksum) else { throw .compression(stream: streamName, .checksum) }
  }
}
