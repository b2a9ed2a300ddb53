import Foundation
import Testing
import Tokenization

@testable import Traces

/// Settings and rows of DistillKit's codec, each of whose numbers and names lies in turn.
@Suite struct LyingDistillationTests {
  /// What reading says of the small record, with these settings beside it; nil where it is read.
  private func message(
    settings: String = DistillationTests.smallSettings, record: String = DistillationTests.smallRecord
  ) throws -> String? {
    try withFile(Array(record.utf8)) { path in
      let folder = (path as NSString).deletingLastPathComponent
      try Data(settings.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(DistillationConfig.fileName)"))
      return messageOfReading(path)
    }
  }

  @Test func `the small record is read`() throws { #expect(try message() == nil) }

  static let settings: [(old: String, new: String, message: String)] = [
    ("d: 8", "d: 1", "says d = \"1\""), ("d: 8", "d: -8", "says d = \"-8\""),
    ("d: 8", "d: 2147483648", "says d = \"2147483648\""), ("d: 8", "d: 8.5", "says d = \"8.5\""),
    ("d: 8", "d: 9223372036854775808", "says d = "), ("d: 8\n", "", "does not say d"),
    ("d: 8", "d: 1024", "row 0 of \"bytepacked_indices\" has 2 elements, where 4 are expected"),
    ("d: 8", "d: 6", "token 2 has the id 7, which is outside 0...5"),
    ("\nk: 3", "\nk: 0", "says k = \"0\""), ("\nk: 3", "\nk: 9", "says k = \"9\""),
    ("\nk: 3\n", "\n", "does not say k"),
    ("\nk: 3", "\nk: 2", "says num_elements = \"1\""),
    ("\nk: 3", "\nk: 6", "row 0 of \"bytepacked_indices\" has 2 elements, where 3 are expected"),
    ("exact_k: 2", "exact_k: 4", "says exact_k = \"4\""),
    ("exact_k: 2", "exact_k: -1", "says exact_k = \"-1\""),
    ("exact_k: 2", "exact_k: 1", "row 0 of \"compressed_logprobs\" has 19 elements, where 15 are expected"),
    ("exact_k: 2", "exact_k: 3", "says num_elements = \"1\""),
    ("exact_dtype: float32", "exact_dtype: float8", "says exact_dtype = \"float8\""),
    ("exact_dtype: float32", "exact_dtype: float16", "has 19 elements, where 15 are expected"),
    ("exact_dtype: float32", "exact_dtype: float64", "has 19 elements, where 27 are expected"),
    ("term_dtype: float32", "term_dtype: bfloat16", "has 19 elements, where 15 are expected"),
    ("term_dtype: float32", "term_dtype: 32", "says term_dtype = \"32\""),
    ("[0, 1]", "[0, 1, 2]", "has 19 elements, where 23 are expected"),
    ("[0, 1]", "[]", "has 19 elements, where 11 are expected"),
    ("[0, 1]", "[0, log]", "says polynomial_terms = \"log\""),
    ("[0, 1]", "[0, -1]", "says polynomial_terms = \"-1\""),
    ("[0, 1]", "[0, 65]", "says polynomial_terms = \"65\""),
    ("element_bits: 4", "element_bits: 0", "says element_bits = \"0\""),
    ("element_bits: 4", "element_bits: 33", "says element_bits = \"33\""),
    ("element_bits: 4", "element_bits: 9", "has 19 elements, where 20 are expected"),
    ("num_elements: 1", "num_elements: 2", "says num_elements = \"2\""),
    ("num_elements: 1", "num_elements: -1", "says num_elements = \"-1\""),
    ("num_elements: 1", "num_elements: 0", "has 19 elements, where 18 are expected"),
    ("scale_dtype: float16", "scale_dtype: float64", "has 19 elements, where 25 are expected"),
    ("scale_dtype: float16", "scale_dtype: int8", "says scale_dtype = \"int8\""),
    ("delta_encoding: false", "delta_encoding: maybe", "says delta_encoding = \"maybe\""),
    ("normalize_t: false", "normalize_t: 0.5", "says normalize_t = \"0.5\""),
  ]

  @Test(arguments: settings.indices)
  func `a setting that lies is refused`(index: Int) throws {
    let lie = Self.settings[index]
    let settings = DistillationTests.smallSettings.replacing(lie.old, with: lie.new, maxReplacements: 1)
    #expect(settings != DistillationTests.smallSettings)
    let message = try message(settings: settings)
    #expect(message?.contains(lie.message) == true, "\(lie.old) → \(lie.new): \(message ?? "read")")
  }

  static let records: [(old: String, new: String, message: String)] = [
    ("[184,128]", "[184]", "row 0 of \"bytepacked_indices\" has 1 element, where 2 are expected"),
    ("[184,128]", "[184,128,0]", "row 0 of \"bytepacked_indices\" has 3 elements, where 2 are expected"),
    ("[184,128]", "[184,256]", "a byte from 0 to 255 is expected"),
    ("[184,128]", "[184,-1]", "a byte from 0 to 255 is expected"),
    ("[184,128]", "[184,0.5]", "a whole number is expected"),
    ("[184,128]", "184", "the record holds no logprobs"),
    ("[184,128]", "null", "the record holds no logprobs"),
    ("48,144]", "48]", "row 0 of \"compressed_logprobs\" has 18 elements, where 19 are expected"),
    ("48,144]", "48,144,0]", "row 0 of \"compressed_logprobs\" has 20 elements, where 19 are expected"),
    // 0.5 and infinity as the most probable logprob.
    ("[0,0,0,191,", "[0,0,0,63,", "a logprob of token 1 is 0.5, but no logprob is above 0"),
    ("[0,0,0,191,", "[0,0,128,127,", "a logprob of token 1 is inf"),
    (",[92,0]]", "]", "there are 2 rows, but 1 are expected"),
    ("[4,6,2]", "[4,6,-2]", "token 2 has the id -2"),
    ("[4,6,2]", "[4]", "there are 2 rows, but 0 are expected"),
    ("[4,6,2]", "[4,6,2,1]", "there are 2 rows, but 3 are expected"),
    ("[4,6,2]", "[]", "there are 2 rows, but 0 are expected"),
    ("{", "{\"attention_mask\":[1,1],", "there are 2 rows, but 3 are expected"),
  ]

  @Test func `a stored logprob that is no number leaves nothing to cap the others with`() throws {
    let record = DistillationTests.smallRecord.replacing("[0,0,0,191,", with: "[0,0,192,127,")
    try withFile(Array(record.utf8)) { path in
      let folder = (path as NSString).deletingLastPathComponent
      try Data(DistillationTests.smallSettings.utf8).write(
        to: URL(fileURLWithPath: "\(folder)/\(DistillationConfig.fileName)"))
      let rows = try TraceFile(path: path).trace(at: 0).truncatedRows
      #expect(rows[0]?.tokens.map(\.rawValue) == [6] && rows[0]?.unlistedCap == 0)
      #expect(rows[1]?.unlistedCap == -2)
    }
  }

  @Test(arguments: records.indices)
  func `a record that lies is refused`(index: Int) throws {
    let lie = Self.records[index]
    let record = DistillationTests.smallRecord.replacing(lie.old, with: lie.new, maxReplacements: 1)
    #expect(record != DistillationTests.smallRecord)
    let message = try message(record: record)
    #expect(message?.contains(lie.message) == true, "\(lie.old) → \(lie.new): \(message ?? "read")")
  }
}
