import Foundation
import Testing

@testable import Traces

/// One file for each number by which a file can lie, besides those of zips and of the headers of safetensors, which have
/// tables of their own: whole files, of which some bytes are replaced.
@Suite struct LyingFilesTests {
  struct Lie: CustomTestStringConvertible {
    var file: String
    /// Where the replaced bytes stand: so many bytes behind the first place of `after`.
    var after: String
    var offset = 0
    var bytes: [UInt8]
    var message: String

    var testDescription: String { "\(file), \(bytes) at \(offset) behind \(after)" }
  }

  private static func text(_ file: String, _ old: String, _ new: String, _ message: String) -> Lie {
    Lie(file: file, after: old, offset: -old.utf8.count, bytes: Array(new.utf8), message: message)
  }

  // MARK: Binary files

  static let numbers: [Lie] = [
    // The length of the header, 224, and what it is held against.
    Lie(
      file: "whole.safetensors", after: "", bytes: [0xE7],
      message: "at byte 232, the end of the header is expected"),
    Lie(
      file: "whole.safetensors", after: "", bytes: [0xFF, 0xFF, 0xFF],
      message: "inside its header of 16777223 bytes"),
    Lie(
      file: "whole.safetensors", after: "", bytes: [0, 0],
      message: "at byte 8, the text ends before an object"),
    Lie(
      file: "whole.safetensors", after: "", offset: 3, bytes: [0x80],
      message: "with which no known format begins"),
    text("whole.safetensors", "F32", "F64", "takes 48 bytes, but its shape asks for 96"),
    text("whole.safetensors", "F32", "F16", "takes 48 bytes, but its shape asks for 24"),
    text("whole.safetensors", "I32", "F32", "tensor \"tokens\" has the type F32, but only"),
    // n_ctx 4, n_vocab 5, n_chunk 2 in 92 bytes. Rows are padded to an even length, so that n_vocab 6 would be no lie.
    Lie(
      file: "whole.kld", after: "_logits_", bytes: [5],
      message: "the file has 92 bytes, but its header asks for 140"),
    Lie(file: "whole.kld", after: "_logits_", bytes: [2], message: "n_ctx = 2, which cannot be"),
    Lie(file: "whole.kld", after: "_logits_", offset: 3, bytes: [0x80], message: "n_ctx = -214748364"),
    Lie(
      file: "whole.kld", after: "_logits_", offset: 4, bytes: [7],
      message: "the file has 92 bytes, but its header asks for 100"),
    Lie(file: "whole.kld", after: "_logits_", offset: 4, bytes: [0], message: "n_vocab = 0, which cannot be"),
    Lie(file: "whole.kld", after: "_logits_", offset: 8, bytes: [3], message: "1 of 3 chunks are whole"),
    Lie(file: "whole.kld", after: "_logits_", offset: 8, bytes: [1], message: "but its header asks for"),
    Lie(file: "whole.kld", after: "_logits_", offset: 11, bytes: [0x7F], message: "but its header asks for"),
    Lie(
      file: "whole.kld", after: "_logits_", offset: 12, bytes: [9],
      message: "token 0 has the id 9, which is outside 0...4"),
    Lie(file: "whole.kld", after: "_logits_", offset: 15, bytes: [0xFF], message: "which is outside 0...4"),
    // The size of what is packed, before the end of the stream.
    Lie(
      file: "packed.jsonl.gz", after: "", offset: -4, bytes: [1],
      message: "the gzip stream cannot be unpacked"),
    Lie(
      file: "packed.jsonl.gz", after: "", offset: -8, bytes: [1],
      message: "the gzip stream cannot be unpacked"),
    Lie(
      file: "packed.jsonl.gz", after: "", offset: 2, bytes: [7], message: "the gzip stream cannot be unpacked"
    ),
    Lie(
      file: "packed.jsonl.zst", after: "", offset: 4, bytes: [0xFF],
      message: "the Zstandard stream cannot be unpacked"),
    Lie(
      file: "packed.jsonl.zst", after: "", offset: 5, bytes: [0xFF],
      message: "the Zstandard stream cannot be unpacked"),
    Lie(
      file: "packed.jsonl.zst", after: "", offset: -1, bytes: [0xAA],
      message: "the Zstandard stream cannot be unpacked"),
  ]

  static let arrays: [Lie] = [
    Lie(file: "arrays/f32.npy", after: "NUMPY", bytes: [4], message: "is not one of NumPy"),
    Lie(file: "arrays/f32.npy", after: "NUMPY", bytes: [0], message: "is not one of NumPy"),
    Lie(file: "arrays/f32.npy", after: "NUMPY", bytes: [2], message: "is not one of NumPy"),
    Lie(
      file: "arrays/f32.npy", after: "NUMPY", offset: 2, bytes: [0x75],
      message: "takes 25 bytes, but its shape asks for 24"),
    Lie(
      file: "arrays/f32.npy", after: "NUMPY", offset: 2, bytes: [0xFF, 0xFF], message: "is not one of NumPy"),
    Lie(file: "arrays/f32.npy", after: "NUMPY", offset: 2, bytes: [8], message: "is not one of NumPy"),
    text("arrays/f32.npy", "(2, 3)", "(2, 4)", "takes 24 bytes, but its shape asks for 32"),
    text("arrays/f32.npy", "(2, 3), }", "(-2, 3)} ", "is not one of NumPy"),
    text(
      "arrays/f32.npy", "(2, 3), }      ", "(4294967296, 4294967296)}",
      "takes 24 bytes, but its shape asks for"),
    text("arrays/f32.npy", "<f4", "<f8", "takes 24 bytes, but its shape asks for 48"),
    text("arrays/f32.npy", "<f4", "<V4", "has the type <V4, but only"),
    text("arrays/f32.npy", "<f4", "<i4", "has the type I32, but only"),
    text("arrays/f32.npy", "False", "maybe", "is not one of NumPy"),
    text("arrays/f32.npy", "'shape'", "'order'", "is not one of NumPy"),
  ]

  @Test(arguments: numbers + arrays)
  func `a number that lies is refused with its place`(lie: Lie) throws {
    let path = lie.file.contains("/") ? TestFiles.fixture(lie.file) : TestFiles.broken(lie.file)
    var bytes = try TestFiles.bytes(path)
    let end = lie.after.isEmpty ? 0 : try #require(bytes.firstRange(of: Array(lie.after.utf8))?.upperBound)
    let start = lie.after.isEmpty && lie.offset < 0 ? bytes.count + lie.offset : end + lie.offset
    bytes.replaceSubrange(start..<start + lie.bytes.count, with: lie.bytes)
    let message = messageOfReading(bytes, path: path)
    #expect(message?.contains(lie.message) == true, "\(message ?? "read")")
  }

  /// The error of a file of these bytes that stands where `path` does, nil where it can be read.
  private func messageOfReading(_ bytes: [UInt8], path: String) -> String? {
    do throws(TraceError) {
      let file = try TraceFile(ByteStorage(copying: bytes), path: path, tensor: nil)
      for index in file.entries.indices { _ = try file.trace(at: index) }
      return nil
    } catch {
      return error.description
    }
  }
}
