/// The members of a zip archive, as its directory lists them. Also archives and members beyond 4 GiB.
///
/// Only what NumPy and PyTorch write is needed: one disk, nothing encrypted. Sizes come from the directory, since the headers
/// before the members may not know them. Source: PKWARE's APPNOTE.TXT.
struct ZipArchive {
  struct Member: Equatable {
    var name: String
    /// How it is packed, in the numbers of the format.
    var method: Int
    /// The size of its contents in bytes, as the directory says.
    var unpackedSize: Int
    /// The CRC-32 of its contents, as the directory says.
    var checksum: UInt32
    /// Where its bytes lie in the file.
    var bytes: Range<Int>

    /// Not packed at all.
    var isStored: Bool { method == 0 }
  }

  /// The method by which NumPy packs.
  static let deflated = 8

  let members: [Member]

  init(_ storage: ByteStorage) throws(TraceError.Problem) {
    self = try storage.withUnsafeBytes { (file) throws(TraceError.Problem) in try ZipArchive(file) }
  }

  private init(_ file: UnsafeRawBufferPointer) throws(TraceError.Problem) {
    let reader = LittleEndianBytes(file)
    let (count, start) = try Self.directory(reader)
    var members: [Member] = []
    var names: Set<String> = []
    var offset = start
    for _ in 0..<count {
      let (member, next) = try Self.member(reader, at: offset)
      guard names.insert(member.name).inserted else { throw .archive(.duplicate(name: member.name)) }
      members.append(member)
      offset = next
    }
    self.members = members
  }

  /// The number of members, and where the first one is described.
  private static func directory(_ file: LittleEndianBytes) throws(TraceError.Problem) -> (
    count: Int, start: Int
  ) {
    guard let end = endOfDirectory(file) else { throw .archive(.noDirectory) }
    let count = try file.number(UInt16.self, at: end + 10, "the directory")
    let start = try file.number(UInt32.self, at: end + 16, "the directory")
    guard count == UInt16.max || start == UInt32.max else { return (count, start) }
    // Beyond the limits of the old record a locator before it points to a larger one.
    try file.require(0x0706_4B50, at: end - 20, "the locator of the directory")
    let large = try file.number(UInt64.self, at: end - 12, "the directory")
    try file.require(0x0606_4B50, at: large, "the directory")
    return (
      try file.number(UInt64.self, at: large + 32, "the directory"),
      try file.number(UInt64.self, at: large + 48, "the directory")
    )
  }

  /// A comment of up to 64 KiB may follow the record that ends the archive.
  private static func endOfDirectory(_ file: LittleEndianBytes) -> Int? {
    let last = file.count - 22
    guard last >= 0 else { return nil }
    return (max(0, last - 0xFFFF)...last).last { file.begins(with: 0x0605_4B50, at: $0) }
  }

  private static func member(
    _ file: LittleEndianBytes, at entry: Int
  ) throws(TraceError.Problem) -> (member: Member, next: Int) {
    let place = "an entry of the directory"
    try file.require(0x0201_4B50, at: entry, place)
    guard try file.number(UInt16.self, at: entry + 8, place) & 1 == 0 else { throw .archive(.encrypted) }
    let method = try file.number(UInt16.self, at: entry + 10, place)
    let checksum = try file.number(UInt32.self, at: entry + 16, place)
    let nameLength = try file.number(UInt16.self, at: entry + 28, place)
    let extraLength = try file.number(UInt16.self, at: entry + 30, place)
    let commentLength = try file.number(UInt16.self, at: entry + 32, place)
    let name = try file.text(entry + 46, length: nameLength, place)
    var size = try file.number(UInt32.self, at: entry + 20, place)
    var header = try file.number(UInt32.self, at: entry + 42, place)
    var unpackedSize = try file.number(UInt32.self, at: entry + 24, place)
    // Field 1 of the extra part holds, in this order, whichever of the three did not fit 32 bits.
    if var field = try largeSizes(file, in: entry + 46 + nameLength, length: extraLength) {
      if unpackedSize == UInt32.max {
        unpackedSize = try file.number(UInt64.self, at: field, place)
        field += 8
      }
      if size == UInt32.max {
        size = try file.number(UInt64.self, at: field, place)
        field += 8
      }
      if header == UInt32.max { header = try file.number(UInt64.self, at: field, place) }
    }
    let what = "member \"\(name)\""
    try file.require(0x0403_4B50, at: header, what)
    let localName = try file.number(UInt16.self, at: header + 26, what)
    let localExtra = try file.number(UInt16.self, at: header + 28, what)
    let start = header + 30 + localName + localExtra
    let bytes = try file.range(start, length: size, what)
    return (
      Member(
        name: name, method: method, unpackedSize: unpackedSize, checksum: UInt32(checksum), bytes: bytes),
      entry + 46 + nameLength + extraLength + commentLength
    )
  }

  /// Where the field of large sizes begins within an extra part, nil where there is none.
  private static func largeSizes(
    _ file: LittleEndianBytes, in start: Int, length: Int
  ) throws(TraceError.Problem) -> Int? {
    var offset = start
    while offset + 4 <= start + length {
      let size = try file.number(UInt16.self, at: offset + 2, "an entry of the directory")
      if try file.number(UInt16.self, at: offset, "an entry of the directory") == 1 { return offset + 4 }
      offset += 4 + size
    }
    return nil
  }
}

/// Numbers at offsets that a file itself gives: every one is held against the size of the file.
struct LittleEndianBytes {
  private let bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var count: Int { bytes.count }

  /// The number at this offset; what it belongs to is named where it lies outside the file.
  func number<Number: FixedWidthInteger & BitwiseCopyable>(
    _: Number.Type, at offset: Int, _ what: String
  ) throws(TraceError.Problem) -> Int {
    let range = try range(offset, length: MemoryLayout<Number>.size, what)
    let raw = bytes.loadUnaligned(fromByteOffset: range.lowerBound, as: Number.self)
    guard let number = Int(exactly: Number(littleEndian: raw)) else { throw .archive(.outside(what: what)) }
    return number
  }

  func text(_ offset: Int, length: Int, _ what: String) throws(TraceError.Problem) -> String {
    String(decoding: bytes[try range(offset, length: length, what)], as: UTF8.self)
  }

  /// So many bytes from this offset on.
  func range(_ offset: Int, length: Int, _ what: String) throws(TraceError.Problem) -> Range<Int> {
    let (end, overflow) = offset.addingReportingOverflow(length)
    guard offset >= 0, length >= 0, !overflow, end <= bytes.count else {
      throw .archive(.outside(what: what))
    }
    return offset..<end
  }

  func begins(with signature: UInt32, at offset: Int) -> Bool {
    guard offset >= 0, offset <= bytes.count - 4 else { return false }
    return UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) == signature
  }

  func require(_ signature: UInt32, at offset: Int, _ what: String) throws(TraceError.Problem) {
    guard begins(with: signature, at: offset) else { throw .archive(.signature(what: what)) }
  }
}
