import Foundation
import TestSupport
import Testing
import Traces

@testable import Analysis

@Suite struct FileDigestTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func file(_ name: String, _ bytes: Data) throws -> String {
    let path = folder.file(name)
    try bytes.write(to: URL(filePath: path))
    return path
  }

  /// One byte more than is hashed whole of tensors, of one value.
  private func large(_ value: UInt8) -> Data { Data(repeating: value, count: FileDigest.wholeLimit + 1) }

  @Test func `a small file has the digest that sha256sum shows`() throws {
    // printf 'abc' | sha256sum; printf 'ab\0' | sha256sum
    let text = try FileDigest(path: file("abc", Data("abc".utf8)))
    #expect(text.hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    let tensor = try FileDigest(path: file("ab0", Data("ab\0".utf8)))
    #expect(tensor.hex == "969caaeb3626c0d5695eefa6aea53305b312b33d505272adc6cb24450650c243")
    for digest in [text, tensor] {
      #expect(digest.kind == .sha256)
      #expect(digest.byteCount == 3)
    }
  }

  @Test func `one changed byte in the middle of a large text is seen`() throws {
    var text = large(7)
    let before = try FileDigest(path: file("text", text))
    // head -c 8388609 /dev/zero | tr '\0' '\7' | xxh128sum
    #expect(before.hex == "a33bf53f7b0941298556634ec616b8fc")
    text[5_000_001] = 8
    let after = try FileDigest(path: file("text", text))
    #expect(before.kind == .xxh128)
    #expect(before.hex != after.hex)
  }

  @Test func `a text of the limit has the digest that sha256sum shows`() throws {
    let digest = try FileDigest(path: file("text", large(7).dropLast()))
    #expect(digest.kind == .sha256)
    // head -c 8388608 /dev/zero | tr '\0' '\7' | sha256sum
    #expect(digest.hex == "15d3670274ee9cc36af50fee9e6d49164c9eec2228d48fe29e4f313aa3784a91")
  }

  @Test func `a mapped file has the digest of the file`() throws {
    for bytes in [Data(), Data("abc".utf8), Data("ab\0".utf8), large(7), large(0)] {
      let path = try file("bytes", bytes)
      #expect(try FileDigest(path: path, mapped: ByteStorage(mapping: path)) == FileDigest(path: path))
    }
  }

  @Test func `a mapped text that another program shortened is refused`() throws {
    let path = try file("text", large(7))
    let mapped = try ByteStorage(mapping: path)
    try FileHandle(forWritingTo: URL(filePath: path)).truncate(atOffset: 100_000)
    #expect(throws: TraceError.self) { try FileDigest(path: path, mapped: mapped) }
  }

  @Test func `of large tensors both ends, the blocks between and the size count`() throws {
    let before = try FileDigest(path: file("rows", large(0)))
    #expect(before.kind == .sampled)
    #expect(before.byteCount == FileDigest.wholeLimit + 1)
    var changed: Set<String> = [before.hex]
    // Between the ends of 2¹⁶ = 65,536 bytes, a block of 512 begins every 61,440.
    for place in [
      0, 65_535, 65_536, 126_976 + 511, FileDigest.wholeLimit - 65_535, FileDigest.wholeLimit,
    ] {
      var rows = large(0)
      rows[place] = 8
      changed.insert(try FileDigest(path: file("rows", rows)).hex)
    }
    var rows = large(0)
    rows.append(0)
    changed.insert(try FileDigest(path: file("rows", rows)).hex)
    #expect(changed.count == 8)
    rows = large(0)
    rows[65_536 + 512] = 8
    let between = try FileDigest(path: file("rows", rows))
    #expect(between.hex == before.hex, "what lies between two blocks is not looked at")
    rows = large(0)
    for place in 3_000_000..<3_061_440 { rows[place] = 8 }
    let row = try FileDigest(path: file("rows", rows))
    #expect(row.hex != before.hex, "60 KiB in one piece are always seen")
  }

  @Test func `of large tensors the digest is that of the named bytes`() throws {
    var generator = SplitMix64(seed: 11)
    let size = FileDigest.wholeLimit + 5_000
    let bytes = Data((0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) })
    var named = bytes[..<65_536]
    var offset = 65_536
    while offset < size - 65_536 {
      named += bytes[offset..<min(offset + 512, size - 65_536)]
      offset += 61_440
    }
    named += bytes[(size - 65_536)...]
    named += withUnsafeBytes(of: UInt64(size).littleEndian) { Data($0) }
    let whole = try FileDigest(path: file("named", named))
    #expect(whole.kind == .sha256)
    #expect(try FileDigest(path: file("rows", bytes)).hex == whole.hex)
  }

  @Test func `a file that is gone is an error`() {
    #expect(throws: (any Error).self) { try FileDigest(path: "/nonexistent/x") }
  }
}
