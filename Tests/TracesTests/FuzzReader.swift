import Foundation
import TestSupport
import Testing

@testable import Traces

/// A reader, and the whole files of which it is given changed ones.
struct FuzzReader: Sendable, CustomTestStringConvertible {
  var name: String
  var originals: [Original]
  /// Reads these bytes, with what stands beside the path; false where they are refused.
  var read: @Sendable (_ bytes: [UInt8], _ path: String) -> Bool = { TracesTests.reads($0, path: $1) }

  struct Original: Sendable {
    /// Where companions are looked for.
    var path = "changed"
    var bytes: [UInt8]
  }

  var testDescription: String { name }

  static let all: [FuzzReader] =
    [
      FuzzReader(
        "safetensors", broken: "whole.safetensors", fixtures: "x.safetensors", "hidden/bias.safetensors"),
      FuzzReader("npy", fixtures: "arrays/f32.npy", "arrays/fort.npy", "arrays/f64.npy", "arrays/be.npy"),
      FuzzReader("npz", broken: "whole.npz", "packed.npz", "columns.npz", fixtures: "x.npz", "xc.npz"),
      FuzzReader(
        "pytorch", fixtures: "pytorch/dict.pt", "pytorch/lists.pt", "pytorch/slice.pt", "pytorch/generate.pt",
        "pytorch/protocol4.pt", "pytorch/strided.pt", "pytorch/transposed.pt"),
      FuzzReader("slime", fixtures: "pytorch/slime-train.pt", "pytorch/slime-rollout.pt"),
      FuzzReader("llama", broken: "whole.kld"),
      FuzzReader("gzip", broken: "packed.jsonl.gz"), zstandard,
    ] + jsonReaders + [entries, hiddenStates, distillation] + vocabularyReaders

  /// One for each shape of JSON, of the records that the tests of shapes read.
  private static let jsonReaders = [
    FuzzReader("token-in-token-out", RecordFileTests.scored),
    FuzzReader("prompt-logprobs", RecordFileTests.engine),
    FuzzReader("flat-logprobs", FlatRecordsTests.flat),
    FuzzReader("sglang", ServerRecordsTests.sglang, FlatRecordsTests.sglang, FlatRecordsTests.packed),
    FuzzReader("chat", ChatRecordsTests.chat), FuzzReader("completions", ChatRecordsTests.completion),
    FuzzReader(
      "streams", StreamRecordsTests.chunks.map { "data: \($0)\n\n" }.joined(),
      StreamRecordsTests.chunks.joined(separator: "\n")),
    FuzzReader("token-losses", EmittedOnlyRecordsTests.losses),
    FuzzReader("token-export", EmittedOnlyRecordsTests.export),
    FuzzReader("rollout", EmittedOnlyRecordsTests.episode),
    FuzzReader("text-generation", FlatRecordsTests.textGeneration),
  ]

  private init(_ name: String, _ records: String...) {
    self.name = name
    originals = records.map { Original(bytes: Array($0.utf8)) }
  }

  private init(_ name: String, broken: String..., fixtures: String...) {
    self.name = name
    let paths = broken.map(TestFiles.broken) + fixtures.map(TestFiles.fixture)
    originals = paths.map {
      Original(path: $0, bytes: ((try? TestFiles.bytes($0)) ?? []).withoutChecksums)
    }
  }

  init(
    _ name: String, files: [[UInt8]], read: @escaping @Sendable (_ bytes: [UInt8], _ path: String) -> Bool
  ) {
    self.name = name
    self.read = read
    originals = files.map { Original(bytes: $0) }
  }

  /// The same stream with and without a checksum at its end, by which nearly every change is found.
  private static let zstandard: FuzzReader = {
    var reader = FuzzReader("zstandard", broken: "packed.jsonl.zst")
    var bare = reader.originals[0]
    bare.bytes[4] &= ~4
    bare.bytes.removeLast(4)
    reader.originals.append(bare)
    return reader
  }()

  /// Reads the file that this change makes of one of the originals; false where it is refused.
  func reads(changed number: Int, seed: UInt64) -> Bool {
    var lot = SplitMix64(seed: seed &+ UInt64(number) &* 0xD1B5_4A32_D192_ED03)
    let original = originals[Int.random(in: originals.indices, using: &lot)]
    var mutator = Mutator(seed: lot.next())
    mutator.donor = originals[Int.random(in: originals.indices, using: &lot)].bytes
    // Headers and pickles stand at the beginning.
    return read(mutator.mutated(original.bytes, focus: 0..<700), original.path)
  }
}
