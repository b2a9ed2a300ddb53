import Foundation

/// What the first bytes of a file say it is.
enum FileSignature: Equatable {
  case safetensors
  case llamaLogits
  case json
  /// A zip that holds NumPy arrays.
  case numpyArchive
  case numpyArray
  /// A zip that holds a pickle of tensors.
  case pytorch
  case compressed(Compression)
  case foreign(ForeignFormat)
  /// None of the known beginnings.
  case unknown

  /// The largest safetensors header that the format allows, in bytes.
  static let largestSafetensorsHeader = 100_000_000

  static let gzipMagic: [UInt8] = [0x1F, 0x8B]

  /// Looks at the beginning of these bytes, and for a zip at the names of its members.
  init(_ bytes: UnsafeRawBufferPointer) {
    // The length with which safetensors begins may look like any magic of a few bytes, so it is asked for first.
    self =
      Self.bySafetensorsLength(bytes) ?? Self.byCompression(bytes) ?? Self.byMagic(bytes) ?? Self.byTar(bytes)
      ?? Self.byText(bytes)
  }

  private static func byCompression(_ bytes: UnsafeRawBufferPointer) -> FileSignature? {
    if bytes.starts(with: gzipMagic) { return .compressed(.gzip) }
    guard bytes.count >= 4 else { return nil }
    switch UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)) {
    // A frame, or one of the sixteen kinds of frames to be skipped, with which some writers begin.
    case 0xFD2F_B528, 0x184D_2A50...0x184D_2A5F: return .compressed(.zstandard)
    default: return nil
    }
  }

  /// A tar archive begins with the name of its first file and says what it is at byte 257.
  private static func byTar(_ bytes: UnsafeRawBufferPointer) -> FileSignature? {
    bytes.dropFirst(257).starts(with: "ustar".utf8) ? .foreign(.tar) : nil
  }

  private static func byMagic(_ bytes: UnsafeRawBufferPointer) -> FileSignature? {
    if bytes.starts(with: "_logits_".utf8) { return .llamaLogits }
    if bytes.starts(with: NumPyHeader.magic) { return .numpyArray }
    if bytes.starts(with: legacyPyTorchMagic) { return .foreign(.legacyPyTorch) }
    for (magic, format) in magics where bytes.starts(with: magic) {
      return format == .zip ? zipKind(bytes) : .foreign(format)
    }
    return nil
  }

  /// A pickle of the number 0x1950a86a20f9469cfc6c, with which PyTorch's files began before its version 1.6.
  private static let legacyPyTorchMagic: [UInt8] = [
    0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
  ]

  private static let magics: [(magic: [UInt8], format: ForeignFormat)] = [
    (Array("PK\u{3}\u{4}".utf8), .zip), (Array("GGUF".utf8), .gguf),
    (Array("PAR1".utf8), .parquet), (Array("ARROW1".utf8), .arrow), ([0xFF, 0xFF, 0xFF, 0xFF], .arrow),
    ([0x89] + Array("HDF".utf8), .hdf5),
    ([0x89] + Array("PNG".utf8), .png), (Array("%PDF".utf8), .pdf), (Array("SQLite format 3".utf8), .sqlite),
    ([0x80, 0x02], .pickle), ([0x80, 0x03], .pickle), ([0x80, 0x04], .pickle), ([0x80, 0x05], .pickle),
    ([0xFF, 0xFE], .utf16), ([0xFE, 0xFF], .utf16),
  ]

  /// A safetensors file begins with the length of its header, and the header with a brace.
  private static func bySafetensorsLength(_ bytes: UnsafeRawBufferPointer) -> FileSignature? {
    guard bytes.count > 8, bytes[8] == UInt8(ascii: "{") else { return nil }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    return length <= largestSafetensorsHeader ? .safetensors : nil
  }

  private static func byText(_ bytes: UnsafeRawBufferPointer) -> FileSignature {
    let byteOrderMark = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let start = bytes.dropFirst(byteOrderMark).first { $0 != 0x20 && !(0x09...0x0D).contains($0) }
    if start == UInt8(ascii: "{") || start == UInt8(ascii: "[") { return .json }
    // A stream of server-sent events, saved as it came.
    if ["data:", "event:", "id:", ":"].contains(where: {
      bytes.dropFirst(byteOrderMark).starts(with: $0.utf8)
    }) {
      return .json
    }
    let isText = bytes.prefix(256).allSatisfy { $0 >= 0x20 || (0x09...0x0D).contains($0) }
    return isText && !bytes.isEmpty ? .foreign(.text) : .unknown
  }

  /// Tells archives apart by the names that the first local headers hold; a cheap look, not a reading of the zip.
  private static func zipKind(_ bytes: UnsafeRawBufferPointer) -> FileSignature {
    guard bytes.count >= 30 else { return .foreign(.zip) }
    let nameLength = Int(bytes[26]) | Int(bytes[27]) << 8
    let name = String(decoding: bytes.dropFirst(30).prefix(nameLength), as: UTF8.self)
    if name.hasSuffix(".npy") { return .numpyArchive }
    if name.hasSuffix("data.pkl") || name.hasSuffix(".format_version") { return .pytorch }
    let isLog = name.hasPrefix("samples/") || name == "header.json" || name.hasPrefix("_journal/")
    return .foreign(isLog ? .inspectLog : .zip)
  }
}
