import Foundation
import Testing
import Tokenization

@testable import Traces

/// DistillKit's codec. `Fixtures/distillkit_golden.json` holds rows that its own code packed under three settings, and
/// what an independent decoder makes of them.
@Suite struct DistillationTests {
  private struct Golden: Decodable {
    struct Config: Decodable {
      struct Bin: Decodable {
        var scale_dtype: String
        var element_bits: Int
        var num_elements: Int
      }
      enum Term: Decodable {
        case word(String)
        init(from decoder: any Decoder) throws {
          let container = try decoder.singleValueContainer()
          self = .word(
            try (try? container.decode(Int.self)).map(String.init) ?? container.decode(String.self))
        }
        var text: String { if case .word(let word) = self { word } else { "" } }
      }
      var d: Int
      var k: Int
      var exact_k: Int
      var exact_dtype: String
      var polynomial_terms: [Term]
      var term_dtype: String
      var residual_bins: [Bin]
      var delta_encoding: Bool
      var normalize_t: Bool?

      /// As `yaml.safe_dump` writes it.
      var yaml: String {
        let bins = residual_bins.map {
          "- element_bits: \($0.element_bits)\n  num_elements: \($0.num_elements)\n  scale_dtype: \($0.scale_dtype)\n"
        }
        return """
          d: \(d)
          delta_encoding: \(delta_encoding)
          exact_dtype: \(exact_dtype)
          exact_k: \(exact_k)
          k: \(k)
          normalize_t: \(normalize_t ?? false)
          polynomial_terms:
          \(polynomial_terms.map { "- \($0.text)\n" }.joined())residual_bins:\(bins.isEmpty ? " []\n" : "\n" + bins.joined())term_dtype: \(term_dtype)
          """
      }
    }
    var config: Config
    var compressed_logprobs: [[UInt8]]
    var bytepacked_indices: [[UInt8]]
    var ids: [[Int]]
    var logprobs: [[Double]]
  }

  private static let names = ["budget", "qwen235", "bins"]

  /// Three ids of three bits, two logprobs in single precision, and a line with one correction for the third.
  static let smallSettings = """
    d: 8
    k: 3
    exact_k: 2
    exact_dtype: float32
    polynomial_terms: [0, 1]
    term_dtype: float32
    residual_bins:
    - element_bits: 4
      num_elements: 1
      scale_dtype: float16
    delta_encoding: false
    normalize_t: false

    """

  static let smallRecord =
    #"{"input_ids":[4,6,2],"compressed_logprobs":[[0,0,0,191,0,0,192,191,0,0,32,192,0,0,128,190,0,48,144],[0,0,128,190,0,0,0,192,0,0,64,192,0,0,0,0,0,56,128]],"bytepacked_indices":[[184,128],[92,0]]}"#

  private func golden(_ name: String) throws -> Golden {
    let bytes = try TestFiles.bytes(TestFiles.fixture("distillkit_golden.json"))
    return try #require(try JSONDecoder().decode([String: Golden].self, from: Data(bytes))[name])
  }

  @Test(arguments: names)
  func `rows unpack to what an independent decoder makes of them`(name: String) throws {
    let golden = try golden(name)
    let config = try DistillationConfig(golden.config.yaml)
    #expect(!golden.ids.isEmpty)
    for row in golden.ids.indices {
      let unpacked = try DistilledRow(
        values: golden.compressed_logprobs[row], ids: golden.bytepacked_indices[row], config, row: row)
      #expect(unpacked.ids == golden.ids[row])
      for (found, expected) in zip(unpacked.logprobs, golden.logprobs[row]) {
        // Golden values have six decimals and were added in single precision.
        #expect(abs(found - expected) < 1e-5, "row \(row)")
      }
    }
  }

  /// A folder with these records, and with the settings where there are any.
  private func read(_ records: String, yaml: String?) throws -> (file: TraceFile, trace: Trace) {
    try withFile(Array(records.utf8)) { path in
      let settings = (path as NSString).deletingLastPathComponent + "/compression_config.yaml"
      if let yaml { try Data(yaml.utf8).write(to: URL(fileURLWithPath: settings)) }
      let file = try TraceFile(path: path)
      #expect(file.companionFiles == (yaml == nil ? [] : [settings]))
      return (file, try file.trace(at: 0))
    }
  }

  /// A record of the golden rows about this text.
  private func record(_ golden: Golden, tokens: [Int], mask: String = "") -> String {
    "{\"input_ids\":\(tokens),\(mask)\"compressed_logprobs\":\(golden.compressed_logprobs),\"bytepacked_indices\":\(golden.bytepacked_indices)}\n"
  }

  @Test func `stored logprobs are listed, and of the others the rank`() throws {
    let golden = try golden("qwen235")
    // The text goes on with the second token of row 0, then with the tenth of row 1, whose logprob is no stored one.
    var tokens = [7, golden.ids[0][1], golden.ids[1][9]]
    tokens += [Int](repeating: 3, count: golden.ids.count + 1 - tokens.count)
    let (file, trace) = try read(record(golden, tokens: tokens), yaml: golden.config.yaml)
    #expect(file.format == .distillation)
    #expect(trace.tokens.map { Int($0.rawValue) } == tokens && trace.predicted == Array(1..<tokens.count))
    let rows = trace.truncatedRows
    #expect(rows[0]?.tokens.map { Int($0.rawValue) } == Array(golden.ids[0].prefix(8)))
    let logprob = try #require(rows[0]?.emittedLogprob)
    #expect(abs(logprob - golden.logprobs[0][1]) < 1e-6)
    #expect(rows[0]?.emittedRank == 2)
    #expect(rows[1]?.tokens.count == 8)
    #expect(rows[1]?.emittedLogprob == nil && rows[1]?.emittedRank == 10)
    // No token that is not listed is more probable than the last one that is.
    #expect(rows[1]?.unlistedCap == rows[1]?.logprobs.last)
    // Eight differences in single precision, added up.
    #expect(try #require(rows[0]).precision < 2e-6)
  }

  @Test func `documents of one record are kept apart, and padding is left out`() throws {
    let golden = try golden("budget")
    let count = golden.ids.count
    let tokens = [Int](repeating: 3, count: count + 1)
    let mask = (0...count).map { $0 < 2 ? 1 : $0 < count ? 2 : 0 }
    let (_, trace) = try read(
      record(golden, tokens: tokens, mask: "\"attention_mask\":\(mask),"), yaml: golden.config.yaml)
    #expect(
      trace.truncatedRows.map { $0 == nil } == (1...count).map { $0 == 2 || $0 == count })
  }

  @Test func `plain lists of ids and values read without settings`() throws {
    let lists = #""token_ids":[[5,6],[8,7]],"top_values":[[-0.5,-1.5],[-0.25,-2.0]]}"#
    let (file, trace) = try read(#"{"input_ids":[4,6,8],"# + lists, yaml: nil)
    #expect(file.format == .distillation)
    #expect(trace.truncatedRows.map { $0?.emittedLogprob } == [-1.5, -0.25])
    #expect(trace.truncatedRows[0]?.tokens.map(\.rawValue) == [5, 6])
  }

  @Test(arguments: ["logprobs", "target_logprobs"])
  func `lists of an answer stand beside the last tokens of the text`(name: String) throws {
    let (file, trace) = try read(
      #"{"input_ids":[4,6,8,9],"target_token_ids":[[8,7],[7,9]],"\#(name)":[[-0.5,-1.5],[-0.25,-2.0]]}"#,
      yaml: nil)
    #expect(file.format == .distillation && trace.promptLength == 2)
    #expect(trace.truncatedRows.map { $0?.emittedLogprob } == [nil, -0.5, -2.0])
  }

  @Test func `packed ids alone do not make a record one of the older codec`() throws {
    let lists = #""token_ids":[[5,6],[8,7]],"top_values":[[-0.5,-1.5],[-0.25,-2.0]]}"#
    let (_, trace) = try read(#"{"input_ids":[4,6,8],"packed_indices":[1],"# + lists, yaml: nil)
    #expect(trace.truncatedRows.count == 2)
    #expect(
      messageOfReading(TestFiles.fixture("examples/distillkit.legacy.jsonl"))?.contains("DistillKit") == true)
  }

  @Test(arguments: [
    (
      #"{"compressed_logprobs":[[1]],"bytepacked_indices":[[1]],"input_ids":[1,2]}"#, nil,
      "trace:1: the rows are packed, and nothing beside the file says how. Put the data set's compression_config.yaml beside it."
    ),
    (
      #"{"target_token_ids":[[8,7]],"target_logprobs":[[-0.5,-1.5]],"messages":[]}"#, nil,
      "trace:1: the record holds logprobs, but not the ids of the tokens they belong to. Keep \"prompt_token_ids\": ask a server with return_token_ids."
    ),
    (
      #"{"input_ids":[1,2],"token_ids":[[8,7]],"top_values":[[-0.5]]}"#, nil,
      "trace:1: row 0 of \"top_values\" has 1 element, where 2 are expected. Check that the file was converted whole, and that compression_config.yaml belongs to it."
    ),
    (
      #"{"input_ids":[1,2],"token_ids":[[8,7]],"top_values":[[3.5,1.25]]}"#, nil,
      "trace:1: a logprob of token 1 is 3.5, but no logprob is above 0. Run the engine with logprobs_mode raw_logprobs."
    ),
    (
      #"{"input_ids":[1,2,3,4],"token_ids":[[8,7]],"top_values":[[-0.5,-1.0]]}"#, nil,
      "trace:1: there is 1 row, but 3 are expected for the tokens. Keep one row for each token, or say with `positions` which ones the rows predict."
    ),
    (
      #"{"input_ids":[1,2],"compressed_logprobs":[[1,2]],"bytepacked_indices":[[1]]}"#, "k: 2",
      "compression_config.yaml: compression_config.yaml does not say d. Put the compression_config.yaml with which the data set was made beside it."
    ),
    (
      #"{"input_ids":[1,2],"compressed_logprobs":[[1,2]],"bytepacked_indices":[[1]]}"#,
      "d: 16\nk: 2\nexact_k: 1\nexact_dtype: float16\nterm_dtype: float12\n",
      "compression_config.yaml: compression_config.yaml says term_dtype = \"float12\", which cannot be read here. Put the compression_config.yaml with which the data set was made beside it."
    ),
    (
      #"{"input_ids":[1,2],"compressed_logprobs":[[1,2]],"bytepacked_indices":[[1]]}"#,
      "d: 16\nk: 2\nexact_k: 1\nexact_dtype: float16\nterm_dtype: float16\npolynomial_terms: [0]\n",
      "trace:1: row 0 of \"compressed_logprobs\" has 2 elements, where 4 are expected. Check that the file was converted whole, and that compression_config.yaml belongs to it."
    ),
    (
      #"{"input_ids":[1,2],"compressed_logprobs":[[1,2,3,4]],"bytepacked_indices":[[1,2]]}"#,
      "d: 16\nk: 2\nexact_k: 1\nexact_dtype: float16\nterm_dtype: float16\npolynomial_terms: [0]\n",
      "trace:1: row 0 of \"bytepacked_indices\" has 2 elements, where 1 are expected. Check that the file was converted whole, and that compression_config.yaml belongs to it."
    ),
  ])
  func `what cannot be unpacked is refused with its place`(
    record: String, yaml: String?, message: String
  ) throws {
    do {
      _ = try read(record, yaml: yaml)
      Issue.record("nothing is refused")
    } catch let error as TraceError {
      let folder = (error.file as NSString).deletingLastPathComponent + "/"
      #expect(error.description.replacing(folder, with: "") == message)
    }
  }

  @Test(arguments: names, 0..<20 as Range<UInt64>)
  func `changed settings and rows never crash`(name: String, seed: UInt64) throws {
    let golden = try golden(name)
    var mutator = Mutator(seed: seed)
    for _ in 0..<50 {
      let yaml = String(decoding: mutator.mutated(Array(golden.config.yaml.utf8)), as: UTF8.self)
      guard let config = try? DistillationConfig(yaml) else { continue }
      // Bytes of the right number, so that what they hold is looked at.
      let values = mutator.mutated(golden.compressed_logprobs[0]).resized(to: config.valueBytes)
      let ids = mutator.mutated(golden.bytepacked_indices[0]).resized(to: config.idBytes)
      if let values, let ids {
        // Ids beyond the vocabulary are refused.
        guard let row = try? DistilledRow(values: values, ids: ids, config, row: 0) else { continue }
        #expect(row.ids.count == config.listed && row.logprobs.count == config.listed)
      }
    }
  }

  @Test func `settings read in every layout of YAML`() throws {
    let block =
      "# made by the capture\ncompression:\n  d: 152064\n  k: 9\n  exact_k: 2\n  exact_dtype: 'bfloat16'\n  term_dtype: \"float32\"\n  polynomial_terms: [0, 1, sqrt, exp]\n  residual_bins:\n    - {}\n"
    let config = try DistillationConfig(
      block.replacing(
        "    - {}\n", with: "    - scale_dtype: float16\n      element_bits: 3\n      num_elements: 4\n"))
    #expect(config.vocabularySize == 152064 && config.idBits == 18 && config.idBytes == 21)
    #expect(config.terms == [.power(0), .power(1), .squareRoot, .exponential])
    #expect(config.bins == [.init(scaleType: .float16, bits: 3, count: 4)])
    #expect(config.valueBytes == 2 * 2 + 4 * 4 + 2 + 2)
    #expect(!config.isDelta && !config.isNormalised)
  }
}

extension [UInt8] {
  /// The same bytes over and over, so many; nil where that is more than a test wants.
  fileprivate func resized(to count: Int) -> [UInt8]? {
    guard !isEmpty, count < 1 << 16 else { return nil }
    return (0..<count).map { self[$0 % self.count] }
  }
}
