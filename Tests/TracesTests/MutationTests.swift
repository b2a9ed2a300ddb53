import Foundation
import Testing

@testable import Traces

/// Files that a copy cut short or a disk corrupted: refused or read, never a crash.
@Suite struct MutationTests {
  static let wholeFiles = [
    "whole.safetensors", "whole.kld", "whole.jsonl", "whole.npz", "packed.npz", "packed.jsonl.gz",
    "packed.jsonl.zst",
  ]

  /// Files of tensors with what they need beside them.
  static let tensorFiles = [
    "arrays/f32.npy", "arrays/fort.npy", "pytorch/dict.pt", "pytorch/lists.pt", "pytorch/slice.pt",
    "pytorch/generate.pt", "pytorch/protocol4.pt", "pytorch/slime-train.pt", "pytorch/slime-rollout.pt",
    "hidden/bias.safetensors",
  ]

  @Test(arguments: ["broken/whole.npz", "dict.pt"])
  func `a changed bit of a stored member is found by its checksum`(name: String) throws {
    let path = name.hasSuffix("pt") ? TestFiles.fixture("pytorch/\(name)") : TestFiles.sample(name)
    let bytes = try TestFiles.bytes(path)
    let members = try ZipArchive(ByteStorage(copying: bytes)).members
    for member in members where name.hasSuffix("npz") || member.name.contains("/data") {
      for byte in member.bytes {
        var changed = bytes
        changed[byte] ^= 0x10
        #expect(
          try messageOfReading(changed)?.hasPrefix(
            "trace: the archive member \"\(member.name)\" cannot be unpacked: its checksum is another")
            == true)
      }
    }
    // Without checksums, as torch.save writes an archive when it is told to, nothing is held against them.
    #expect(try messageOfReading(bytes.withoutChecksums) == nil)
  }

  @Test(arguments: wholeFiles)
  func `a file cut after any byte is refused, but for whole lines`(name: String) throws {
    let bytes = try TestFiles.bytes(TestFiles.broken(name))
    #expect(reads(bytes))
    let newline = UInt8(ascii: "\n")
    for length in 0..<bytes.count {
      // A line without its end is still a line.
      let wholeLines =
        name == "whole.jsonl" && length > 0 && (bytes[length - 1] == newline || bytes[length] == newline)
      #expect(reads(Array(bytes.prefix(length))) == wholeLines, "\(length)")
    }
  }

  @Test(arguments: wholeFiles, 0..<20 as Range<UInt64>)
  func `changed bytes never crash`(name: String, seed: UInt64) throws {
    let bytes = try TestFiles.bytes(TestFiles.broken(name)).withoutChecksums
    var mutator = Mutator(seed: seed)
    let read = (0..<100).count { _ in reads(mutator.mutated(bytes)) }
    #expect(read < 100)
  }

  @Test(arguments: tensorFiles, 0..<10 as Range<UInt64>)
  func `changed tensors never crash`(name: String, seed: UInt64) throws {
    let path = TestFiles.fixture(name)
    let bytes = try TestFiles.bytes(path).withoutChecksums
    #expect(reads(bytes, path: path))
    var mutator = Mutator(seed: seed)
    // The pickle of an archive stands at its beginning, before much padding.
    for _ in 0..<100 { _ = reads(mutator.mutated(bytes, focus: 0..<700), path: path) }
  }

  @Test(arguments: tensorFiles)
  func `tensors cut after any byte are refused`(name: String) throws {
    let path = TestFiles.fixture(name)
    let bytes = try TestFiles.bytes(path)
    for length in 0..<bytes.count {
      #expect(!reads(Array(bytes.prefix(length)), path: path), "\(length)")
    }
  }
}

/// Reads everything that a file of these bytes holds, pairs it with itself and looks at it; true where that works with
/// a vocabulary or without one, which calls ids otherwise than some files do.
func reads(_ bytes: [UInt8], path: String = "mutated") -> Bool {
  let read = [TextVocabulary.lookup, nil].map { reads(bytes, path: path, lookup: $0) }
  return read.contains(true)
}

private func reads(_ bytes: [UInt8], path: String, lookup: TokenLookup?) -> Bool {
  let storage = ByteStorage(copying: bytes)
  do throws(TraceError) {
    let file = try TraceFile(storage, path: path, tensor: nil, lookup: lookup)
    for index in file.entries.indices {
      let trace = try file.trace(at: index)
      _ = try TracePair(reference: trace, tuned: trace)
    }
    _ = file.facts()
    return true
  } catch {
    _ = error.description
    return false
  }
}
