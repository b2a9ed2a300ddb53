import Foundation
import TestSupport
import Tokenization

@testable import Traces

/// Readers that take a path, or two files at once.
extension FuzzReader {
  /// Settings of DistillKit and, from the first brace on, a record that is packed so.
  static let distillation = FuzzReader(
    "distillation",
    files: [
      Array((DistillationTests.smallSettings + DistillationTests.smallRecord).utf8),
      Array(
        #"{"input_ids":[4,6,8],"token_ids":[[5,6],[8,7]],"top_values":[[-0.5,-1.5],[-0.25,-2.0]],"attention_mask":[1,1,2]}"#
          .utf8),
      Array(
        #"{"input_ids":[4,6,8,9],"target_token_ids":[[8,7],[7,9]],"target_logprobs":[[-0.5,-1.5],[-0.25,-2.0]]}"#
          .utf8),
    ]
  ) { bytes, _ in
    let record = bytes.firstIndex(of: UInt8(ascii: "{")) ?? bytes.endIndex
    let beside = FuzzFolder.path + "/" + DistillationConfig.fileName
    if record > 0 { FuzzFolder.write(bytes[..<record], to: beside) } else { unlink(beside) }
    return TracesTests.reads(Array(bytes[record...]), path: FuzzFolder.path + "/changed")
  }

  static let hiddenStates = FuzzReader(
    "hidden-states", files: [HiddenStatesTests.unpooled.bytes, HiddenStatesTests.pooled.bytes]
  ) { bytes, path in
    // Copied: the sanitizer knows where these bytes end, and not where those of a mapped file do.
    let storage = ByteStorage(copying: bytes)
    let read = HiddenStates.Pooling.allCases.map { pooling in
      do {
        let states = try HiddenStates(storage, path: path, pooling: pooling)
        for layer in 0..<states.layerCount { _ = try states.vectors(ofLayer: layer) }
        return true
      } catch {
        _ = (error as? TraceError.Problem).map { TraceError(file: path, $0).description }
        return false
      }
    }
    return read.contains(true)
  }

  /// One for each kind of vocabulary file.
  static let vocabularyReaders = [
    vocabulary(
      "tokenizer-json",
      [
        ExampleVocabulary.tokenizerJSON, ExampleVocabulary.charactersJSON, ExampleVocabulary.unigramJSON,
        ExampleVocabulary.wordPieceJSON,
      ]),
    vocabulary("tiktoken", [ExampleVocabulary.ranks], pattern: .cl100k),
    vocabulary("tekken", [ExampleVocabulary.tekken]),
    vocabulary("pieces", [ExampleVocabulary.pieces], pattern: .gpt2),
    FuzzReader("sentencepiece", files: [ExampleVocabulary.sentencePiece.bytes]) { bytes, _ in
      readsVocabulary(bytes[...], pattern: nil)
    },
    FuzzReader("gguf", files: [ExampleVocabulary.gguf.bytes, ExampleVocabulary.ggufPieces.bytes]) {
      bytes, _ in
      readsVocabulary(bytes[...], pattern: nil)
    },
  ]

  private static func vocabulary(
    _ name: String, _ texts: [String], pattern: SplitPattern.Name? = nil
  ) -> FuzzReader {
    FuzzReader(name, files: texts.map { Array($0.utf8) }) { bytes, _ in
      // What stands from there on is the file of merges beside a vocabulary.
      let merges = bytes.firstRange(of: Array("#version".utf8))?.lowerBound ?? bytes.endIndex
      FuzzFolder.write(bytes[merges...], to: FuzzFolder.path + "/merges.txt")
      return readsVocabulary(bytes[..<merges], pattern: pattern)
    }
  }

  /// Shows the tokens of a file, then encodes a text and gives it back; false where not even the first can be done.
  private static func readsVocabulary(_ bytes: ArraySlice<UInt8>, pattern: SplitPattern.Name?) -> Bool {
    let path = FuzzFolder.path + "/vocab.json"
    FuzzFolder.write(bytes, to: path)
    do throws(VocabularyError) {
      let vocabulary = try Vocabulary(contentsOf: path)
      for id in 0..<100 as Range<Int32> { _ = vocabulary.bytes(of: TokenID(id)).map { TokenText($0).shown } }
      let tokenizer = try Tokenizer(contentsOf: path, pattern: pattern)
      let spans = tokenizer.spans(of: Array("ab <s>ba  xb 12345\r\n é世\u{E000}".utf8))
      _ = try? tokenizer.decode(spans.map(\.id))
      return true
    } catch {
      _ = error.description
      return error.problem != .missing && (try? Vocabulary(contentsOf: path)) != nil
    }
  }
}

/// A folder of this process, in which changed files are written over one another.
enum FuzzFolder {
  static let path: String = {
    let path = FileManager.default.temporaryDirectory.path + "/tokenshift-fuzz-\(getpid())"
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }()

  /// Puts bytes in the place of a file.
  static func write(_ bytes: ArraySlice<UInt8>, to path: String) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    guard descriptor >= 0 else { return }
    bytes.withUnsafeBytes { _ = Foundation.write(descriptor, $0.baseAddress, $0.count) }
    close(descriptor)
  }
}
