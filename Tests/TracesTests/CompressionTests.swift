import Foundation
import TestSupport
import Testing

@testable import Traces

/// Files in a compression. The packed fixtures are those of `samples/broken`, packed by Python's gzip and zstandard.
@Suite struct CompressionTests {
  private func unpacked(
    _ bytes: [UInt8], _ compression: Compression, limit: UnpackingLimit = .standard
  ) throws -> [UInt8] {
    try ByteStorage(copying: bytes).unpacked(compression, limit: limit).withUnsafeBytes { Array($0) }
  }

  private func problem(_ bytes: [UInt8], _ compression: Compression, limit: UnpackingLimit = .standard)
    -> TraceError.Problem?
  {
    do throws(TraceError.Problem) {
      _ = try ByteStorage(copying: bytes).unpacked(compression, limit: limit)
      return nil
    } catch { return error }
  }

  /// A gzip member of one stored block, at most 65,535 bytes: no packer is needed to write one.
  private func member(_ content: [UInt8]) -> [UInt8] {
    let length = UInt16(content.count)
    return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 1]
      + withUnsafeBytes(of: length.littleEndian, Array.init)
      + withUnsafeBytes(of: (~length).littleEndian, Array.init) + content
      + withUnsafeBytes(of: checksum(content).littleEndian, Array.init)
      + withUnsafeBytes(of: UInt32(content.count).littleEndian, Array.init)
  }

  /// A Zstandard frame of one block that repeats a byte; the block header counts up to 128 KiB.
  private func repeating(_ byte: UInt8, count: UInt32) -> [UInt8] {
    // Single segment, content size in 4 bytes; then last block, type 1, size.
    [0x28, 0xB5, 0x2F, 0xFD, 0xA0] + withUnsafeBytes(of: count.littleEndian, Array.init)
      + withUnsafeBytes(of: (count << 3 | 1 << 1 | 1).littleEndian, Array.init).prefix(3) + [byte]
  }

  private var a: [UInt8] { member([0x61]) }
  private var b: [UInt8] { member([0x62]) }

  @Test func `a whole trace reads the same in either compression and without`() throws {
    let plain = try TraceFile(path: TestFiles.broken("whole.jsonl"))
    for (name, compression) in [("packed.jsonl.gz", Compression.gzip), ("packed.jsonl.zst", .zstandard)] {
      let file = try TraceFile(path: TestFiles.broken(name))
      #expect(file.compression == compression && file.format == .tokenInTokenOut)
      #expect(file.entries == plain.entries)
      for index in file.entries.indices {
        let (packed, unpacked) = (try file.trace(at: index), try plain.trace(at: index))
        #expect(packed.tokens == unpacked.tokens && packed.line == unpacked.line)
      }
    }
    #expect(plain.compression == nil)
  }

  @Test(arguments: ["whole.safetensors", "whole.npz", "whole.kld"])
  func `binary traces read in a compression`(name: String) throws {
    let content = try TestFiles.bytes(TestFiles.broken(name))
    let packed = try opened(member(content))
    let plain = try TraceFile(path: TestFiles.broken(name))
    #expect(packed.compression == .gzip && packed.format == plain.format)
    #expect(try packed.trace(at: 0).tokens == plain.trace(at: 0).tokens)
  }

  @Test func `members and frames follow one another`() throws {
    #expect(try unpacked(a + b + a, .gzip) == Array("aba".utf8))
    #expect(try unpacked(a + [UInt8](repeating: 0, count: 40), .gzip) == Array("a".utf8))
    let frames = repeating(0x61, count: 3) + repeating(0x62, count: 2)
    #expect(try unpacked(frames, .zstandard) == Array("aaabb".utf8))
    let skipped: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 9, 9]
    #expect(try unpacked(skipped + frames + skipped, .zstandard) == Array("aaabb".utf8))
    #expect((skipped + frames).withUnsafeBytes { FileSignature($0) } == .compressed(.zstandard))
  }

  @Test func `a cut stream says where it ends`() {
    #expect(problem(Array(a.dropLast()), .gzip) == .compression(stream: "gzip stream", .cut(byte: 23)))
    #expect(problem(a + b.prefix(5), .gzip) == .compression(stream: "gzip stream", .cut(byte: 29)))
    let frame = repeating(0x61, count: 3)
    #expect(
      problem(Array(frame.dropLast()), .zstandard)
        == .compression(stream: "Zstandard stream", .cut(byte: 12)))
    #expect(
      problem(frame + frame.prefix(6), .zstandard)
        == .compression(stream: "Zstandard stream", .cut(byte: 19)))
  }

  @Test func `a changed byte is noticed by the checksum`() throws {
    var changed = a
    changed[15] = 0x63
    #expect(
      problem(a + changed, .gzip)
        == .compression(stream: "gzip stream", .corrupt(from: 44, to: 44, reason: "incorrect data check")))
    #expect(
      try messageOfReading(changed)
        == "trace: the gzip stream cannot be unpacked: at byte 20 the library says \"incorrect data check\". Copy it again, or pack it again from the original."
    )
  }

  @Test func `what follows the last stream is refused`() {
    #expect(problem(a + [7, 7], .gzip) == .compression(stream: "gzip stream", .trailing(byte: 24, count: 2)))
    let frame = repeating(0x61, count: 3)
    #expect(
      problem(frame + [7, 7, 7, 7, 7], .zstandard)
        == .compression(
          stream: "Zstandard stream", .corrupt(from: 13, to: 18, reason: "Unknown frame descriptor")))
  }

  @Test func `a stream made to fill the disk stops at the limit`() throws {
    let limit = UnpackingLimit(unconditional: 1000, ratio: 256)
    // 13 bytes may become 3,328.
    let frame = repeating(0x61, count: 100_000)
    #expect(
      problem(frame, .zstandard, limit: limit)
        == .compression(stream: "Zstandard stream", .tooLarge(limit: 3328, packed: 13)))
    #expect(try unpacked(repeating(0x61, count: 3328), .zstandard, limit: limit).count == 3328)
    #expect(
      problem(a + b, .gzip, limit: UnpackingLimit(unconditional: 1, ratio: 0))
        == .compression(stream: "gzip stream", .tooLarge(limit: 1, packed: 48)))
    #expect(limit.bytes(unpackedFrom: Int.max) == Int.max)
    #expect(limit.bytes(unpackedFrom: 1) == 1000)
  }

  @Test func `a compression in a compression, or a tar archive in one, is refused`() throws {
    var nested = repeating(0x61, count: 0)
    nested = member(nested)
    #expect(
      try messageOfReading(nested)
        == "trace: this is a Zstandard archive in a compressed file, not a trace. Unpack the outer one: one compression around a file is read."
    )
    var tar = [UInt8](repeating: 0, count: 512)
    tar.replaceSubrange(0..<5, with: "a.txt".utf8)
    tar.replaceSubrange(257..<262, with: "ustar".utf8)
    #expect(
      try messageOfReading(member(tar))
        == "trace: this is a tar archive, not a trace. Unpack it and pass the files in it.")
  }

  @Test func `an empty stream holds no trace`() throws {
    #expect(
      try messageOfReading(member([]))
        == "trace: the file is empty. Copy it again, or write it again where the disk has room.")
  }

  /// CRC-32 by its definition, one bit at a time.
  private func checksum(_ content: [UInt8]) -> UInt32 {
    var checksum = UInt32.max
    for byte in content {
      checksum ^= UInt32(byte)
      for _ in 0..<8 { checksum = checksum & 1 == 1 ? checksum >> 1 ^ 0xEDB8_8320 : checksum >> 1 }
    }
    return ~checksum
  }

  @Test func `a window that is too large is told with the remedy`() throws {
    // A window of 2^31 bytes, and an empty last block.
    let frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0, 21 << 3, 1, 0, 0]
    #expect(
      try messageOfReading(frame)
        == "trace: the Zstandard stream cannot be unpacked: the frame at byte 0 asks for a window of more than 128 MiB. Pack it again with zstd --long=27 or less."
    )
  }
}
