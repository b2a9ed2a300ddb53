import Foundation
import Testing
import Tokenization

@testable import Traces

/// The pickles of real archives, each of whose operations and numbers lies in turn.
@Suite struct LyingPicklesTests {
  /// What a file is read as.
  private struct Reading: Equatable {
    var tokens: [Int32]
    var scores: [[Float]]
  }

  private func reading(_ bytes: [UInt8]) throws -> Reading {
    let trace = try opened(bytes).trace(at: 0)
    guard case .dense(let rows) = trace.rows else { return Reading(tokens: trace.ids, scores: []) }
    return Reading(tokens: trace.ids, scores: rows.map { $0.scores() })
  }

  /// An archive whose members have no checksums, and where its pickle stands.
  private func archive(_ name: String) throws -> (bytes: [UInt8], pickle: Range<Int>) {
    let bytes = try TestFiles.bytes(TestFiles.fixture("pytorch/\(name).pt")).withoutChecksums
    let members = try ZipArchive(ByteStorage(copying: bytes)).members
    return (bytes, try #require(members.first { $0.name.hasSuffix("/data.pkl") }).bytes)
  }

  /// Where the operations of a pickle begin. Source: CPython, Lib/pickletools.py.
  private func operations(_ pickle: ArraySlice<UInt8>) throws -> [Int] {
    var places: [Int] = []
    var place = pickle.startIndex
    func little(_ count: Int) -> Int {
      pickle[place + 1..<place + 1 + count].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    while place < pickle.endIndex {
      places.append(place)
      switch pickle[place] {
      case 0x80, UInt8(ascii: "K"), UInt8(ascii: "q"), UInt8(ascii: "h"): place += 2
      case UInt8(ascii: "M"): place += 3
      case UInt8(ascii: "J"), UInt8(ascii: "r"), UInt8(ascii: "j"): place += 5
      case UInt8(ascii: "G"), 0x95: place += 9
      case UInt8(ascii: "X"): place += 5 + little(4)
      case 0x8A, 0x8C: place += 2 + little(1)
      case UInt8(ascii: "c"):
        let module = try #require(pickle[place...].firstIndex(of: 0x0A))
        place = try #require(pickle[(module + 1)...].firstIndex(of: 0x0A)) + 1
      default: place += 1
      }
    }
    #expect(place == pickle.endIndex)
    return places
  }

  /// All operations of the protocols 0 to 5, and some bytes that are none.
  private static let codes =
    Array("(.012FIJKLMNPQRSTUVXabcd}eghijl]oprstu)GB".utf8) + Array(0x80...0x98) + [0, 0x7F, 0x99, 0xFF]

  @Test(arguments: ["dict", "protocol4", "generate"])
  func `with any other operation in its place an archive is refused or reads the same`(name: String) throws {
    let (bytes, pickle) = try archive(name)
    let whole = try reading(bytes)
    let places = try operations(bytes[pickle])
    #expect(places.count > 50)
    for place in places {
      for code in Self.codes where code != bytes[place] {
        var changed = bytes
        changed[place] = code
        guard let found = try? reading(changed) else { continue }
        #expect(found == whole, "0x\(String(code, radix: 16)) at \(place - pickle.lowerBound)")
      }
    }
  }

  /// Bytes of the pickle of `dict.pt`, as `pickletools.dis` counts them, and what is said of each.
  static let lies: [(place: Int, bytes: [UInt8], message: String)] = [
    // Texts: the lengths of a name, of `storage`, and of a key.
    (7, [7], "at byte"), (7, [0xFF, 0xFF, 0xFF, 0xFF], "at byte 6 it ends"), (57, [6], "at byte"),
    (61, [0x53], "at byte 114 an operation finds a value that it cannot use"),
    (92, [2], "at byte"), (96, [0x37], "it has no member \"data/7\""),
    (211, [0x30], "\"data/0\" takes 32 bytes"),
    // Names of Python.
    (20, [0x55], "it names \"Uorch._utils._rebuild_tensor_v2\""),
    (51, [0x0B], "it names \"torch._utils._rebuild_tensor_v2"),
    (71, [0x55], "it names \"Uorch.LongStorage\""),
    (77, Array("Byte".utf8), "array \"data/2\" takes 8 bytes, but its shape asks for 1"),
    (77, Array("Bool".utf8), "array \"data/2\" takes 8 bytes, but its shape asks for 1"),
    (191, Array("Short".utf8), "array \"data/1\" takes 48 bytes, but its shape asks for 24"),
    // The elements of a storage.
    (110, [5], "array \"data/0\" takes 32 bytes, but its shape asks for 40"),
    (110, [0], "array \"data/0\" takes 32 bytes, but its shape asks for 0"),
    (217, [13], "array \"data/1\" takes 48 bytes, but its shape asks for 52"),
    // Where a view begins, its extents and its strides.
    (116, [1], "tensor \"tokens\" does not lie within its storage"),
    (118, [5], "tensor \"tokens\" does not lie within its storage"),
    (118, [0], "but"), (123, [2], "tensor \"tokens\" does not lie within its storage"),
    (223, [1], "tensor \"logits\" does not lie within its storage"),
    (225, [4], "tensor \"logits\" does not lie within its storage"),
    (225, [1], "there is 1 row, but 3 are expected"),
    (227, [5], "tensor \"logits\" does not lie within its storage"),
    (227, [0], "tensor \"logits\" has the shape [3, 0]"),
    (232, [5], "tensor \"logits\" does not lie within its storage"),
    (234, [2], "tensor \"logits\" does not lie within its storage"),
    // The memo.
    (53, [0x32], "at byte 178 an operation finds a value that it cannot use"),
    (179, [99], "at byte 178 an operation finds a value that it cannot use"),
    (179, [1], "at byte 248 an operation finds a value that it cannot use"),
    (183, [4], "at byte 221 an operation finds a value that it cannot use"),
  ]

  @Test(arguments: lies.indices)
  func `a number of a pickle that lies is refused`(index: Int) throws {
    let lie = Self.lies[index]
    var (bytes, pickle) = try archive("dict")
    let start = pickle.lowerBound + lie.place
    bytes.replaceSubrange(start..<start + lie.bytes.count, with: lie.bytes)
    let message = try messageOfReading(bytes)
    #expect(message?.contains(lie.message) == true, "\(lie.bytes) at \(lie.place): \(message ?? "read")")
  }

  @Test func `numbers of any width are held against the archive`() throws {
    let (bytes, pickle) = try archive("dict")
    // The first extent of logits, `K 3 K 4`, as one number: a tensor of another shape, or an extent below zero.
    for (number, message) in [
      ([UInt8(ascii: "J"), 0xFF, 0xFF, 0xFF, 0xFF], "at byte"), ([0x8A, 1, 0xFF, 0x4B], "at byte"),
      ([UInt8(ascii: "M"), 0xFF, 0xFF, 0x30], "at byte"),
    ] as [([UInt8], String)] {
      var changed = bytes
      let start = pickle.lowerBound + 224
      changed.replaceSubrange(start..<start + number.count, with: number)
      #expect(try messageOfReading(changed)?.contains(message) == true)
    }
  }
}
