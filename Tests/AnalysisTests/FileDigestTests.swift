import Foundation
import TestSupport
import Testing

@testable import Analysis

@Suite struct FileDigestTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func file(_ name: String, _ bytes: Data) throws -> String {
    let path = folder.file(name)
    try bytes.write(to: URL(filePath: path))
    return path
  }

  /// Tensors of one byte more than are hashed whole.
  private var large: Data { Data(repeating: 7, count: FileDigest.wholeLimit + 1) }

  @Test func `a small file has the digest that sha256sum shows`() throws {
    // printf abc | sha256sum
    let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    for isSampledWhenLarge in [false, true] {
      let digest = try FileDigest(path: file("abc", Data("abc".utf8)), isSampledWhenLarge: isSampledWhenLarge)
      #expect(digest.hex == expected)
      #expect(digest.kind == .sha256)
      #expect(digest.byteCount == 3)
    }
  }

  @Test func `one changed byte in the middle of a large text is seen`() throws {
    var text = large
    let before = try FileDigest(path: file("text", text), isSampledWhenLarge: false)
    text[5_000_001] = 8
    let after = try FileDigest(path: file("text", text), isSampledWhenLarge: false)
    #expect(before.kind == .sha256)
    #expect(before.hex != after.hex)
  }

  @Test func `of large tensors the size, both ends and the blocks between count`() throws {
    let before = try FileDigest(path: file("rows", large), isSampledWhenLarge: true)
    #expect(before.kind == .sampled)
    #expect(before.byteCount == FileDigest.wholeLimit + 1)
    var changed: Set<String> = [before.hex]
    // Beyond the first MiB, 2²⁰ = 1,048,576 bytes, a block of 4,096 begins every 65,536.
    for place in [
      0, 1_048_575, 1_048_576, 1_114_112 + 4_095, FileDigest.wholeLimit - 1_048_575, FileDigest.wholeLimit,
    ] {
      var rows = large
      rows[place] = 8
      changed.insert(try FileDigest(path: file("rows", rows), isSampledWhenLarge: true).hex)
    }
    var rows = large
    rows.append(7)
    changed.insert(try FileDigest(path: file("rows", rows), isSampledWhenLarge: true).hex)
    #expect(changed.count == 8)
    rows = large
    rows[1_048_576 + 4_096] = 8
    let between = try FileDigest(path: file("rows", rows), isSampledWhenLarge: true)
    #expect(between.hex == before.hex, "what lies between two blocks is not looked at")
    rows = large
    for place in 3_000_000..<3_065_536 { rows[place] = 8 }
    let row = try FileDigest(path: file("rows", rows), isSampledWhenLarge: true)
    #expect(row.hex != before.hex, "64 KiB in one piece are always seen")
  }

  @Test func `a file that is gone is an error`() {
    #expect(throws: (any Error).self) { try FileDigest(path: "/nonexistent/x", isSampledWhenLarge: true) }
  }
}
