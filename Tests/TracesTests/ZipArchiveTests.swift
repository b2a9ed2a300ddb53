import Foundation
import Testing

@testable import Traces

/// One archive for each number by which a zip can lie, made of `samples/broken/whole.npz`.
@Suite struct ZipArchiveTests {
  /// Where a number stands.
  enum Place {
    /// In the record that ends the archive, so many bytes behind its beginning.
    case end(Int)
    /// In the first entry of the directory.
    case entry(Int)
    /// In the header before the second member; that of the first says what the file is.
    case local(Int)
  }

  static let lies: [(place: Place, bytes: [UInt8], message: String)] = [
    (.end(0), [0], "the archive is broken: it has no directory at its end."),
    (.end(10), [9, 0], "the archive is broken: an entry of the directory does not begin as it must."),
    (.end(16), [0, 0, 0, 0], "the archive is broken: an entry of the directory does not begin as it must."),
    (
      .end(16), [0, 0, 0, 0x7F], "the archive is broken: an entry of the directory does not begin as it must."
    ),
    (
      .end(10), [0xFF, 0xFF], "the archive is broken: the locator of the directory does not begin as it must."
    ),
    (.entry(0), [0], "the archive is broken: an entry of the directory does not begin as it must."),
    (.entry(8), [1], "the archive is broken: a member is encrypted."),
    (.entry(10), [99], "is packed by method 99, but only 0 (stored) and 8 (deflated) can be read."),
    (.entry(10), [8], "the archive member \"tokens.npy\" cannot be unpacked:"),
    (
      .entry(16), [0x55, 0x55, 0x55, 0x55],
      "cannot be unpacked: its checksum is another than the archive says."
    ),
    (.entry(20), [0, 0, 0, 0], "cannot be unpacked: it unpacks to 0 bytes, where the archive says"),
    (
      .entry(20), [0xFF, 0xFF, 0xFF, 0x7F],
      "the archive is broken: member \"tokens.npy\" lies outside the file."
    ),
    (
      .entry(24), [1, 0, 0, 0],
      "cannot be unpacked: it unpacks to more than the 1 bytes that the archive says."
    ),
    (.entry(28), [0xFF, 0xFF], "the archive is broken: an entry of the directory lies outside the file."),
    (.entry(30), [7, 0], "the archive is broken: an entry of the directory does not begin as it must."),
    (.entry(32), [7, 0], "the archive is broken: an entry of the directory does not begin as it must."),
    (.entry(42), [1, 0, 0, 0], "the archive is broken: member \"tokens.npy\" does not begin as it must."),
    (
      .entry(42), [0xFF, 0xFF, 0xFF, 0x7F],
      "the archive is broken: member \"tokens.npy\" does not begin as it must."
    ),
    (.entry(46), [0x6C, 0x6F, 0x67, 0x69, 0x74, 0x73], "two members are named \"logits.npy\"."),
    (.local(0), [0], "the archive is broken: member \"logits.npy\" does not begin as it must."),
    (.local(26), [11], "cannot be unpacked: its checksum is another than the archive says."),
    (.local(28), [0xFF, 0xFF], "the archive is broken: member \"logits.npy\" lies outside the file."),
  ]

  @Test(arguments: lies.indices)
  func `each lie is told by name`(index: Int) throws {
    let lie = Self.lies[index]
    var bytes = try TestFiles.bytes(TestFiles.broken("whole.npz"))
    let entry = try #require(bytes.firstRange(of: [0x50, 0x4B, 1, 2])?.lowerBound)
    let end = bytes.count - 22
    #expect(bytes[end..<end + 4].elementsEqual([0x50, 0x4B, 5, 6]))
    #expect(bytes[entry + 46..<entry + 56].elementsEqual("tokens.npy".utf8))
    let start =
      switch lie.place {
      case .end(let offset): end + offset
      case .entry(let offset): entry + offset
      case .local(let offset): 200 + offset
      }
    bytes.replaceSubrange(start..<start + lie.bytes.count, with: lie.bytes)
    let message = try #require(try messageOfReading(bytes))
    #expect(message.contains(lie.message), "\(message)")
  }
}
