import Testing

@testable import Traces

/// One record for each way in which JSON can lie: numbers out of range, wrong kinds, lists that do not fit together.
@Suite struct LyingRecordsTests {
  private static let rank = "a rank from 1 is expected"
  private static let id = "a token id from 0 to 2147483647 is expected"
  private static let whole = "a whole number is expected"

  private static let tokensAsIDs =
    #"{"choices":[{"text":"x","logprobs":{"tokens":["token_id:7","token_id:8"],"token_logprobs":[-0.25,-4.5],"#
    + #""top_logprobs":[{"token_id:7":-0.25,"token_id:9":-2.5},{"token_id:8":-4.5,"token_id:2":-0.5}]},"prompt_token_ids":[5]}]}"#

  static let lies: [(record: String, old: String, new: String, message: String)] = [
    // Token-in/token-out.
    (RecordFileTests.scored, "[5,6]", "[5,-6]", "token 1 has the id -6"),
    (RecordFileTests.scored, "[5,6]", "[5,2147483648]", "token 1 has the id 2147483648"),
    (RecordFileTests.scored, "[5,6]", "[5,1e300]", whole),
    (RecordFileTests.scored, "[5,6]", "[5,0.5]", whole),
    (RecordFileTests.scored, "[5,6]", "[5,NaN]", whole),
    (RecordFileTests.scored, "[5,6]", "[5,\"6\"]", "a number is expected"),
    (RecordFileTests.scored, "[5,6]", "{}", "an array is expected"),
    (RecordFileTests.scored, "[5,6]", "[5,[6]]", "a number is expected"),
    (RecordFileTests.scored, "[7,8]", "[7]", "there are 2 rows, but 1 are expected"),
    (RecordFileTests.scored, "[7,8]", "[7,9]", "the row of token 3 is about id 8, but the token list says 9"),
    (RecordFileTests.scored, "\"rank\":40,", "\"rank\":-1,", rank),
    (RecordFileTests.scored, "\"rank\":40,", "\"rank\":0,", rank),
    (RecordFileTests.scored, "\"rank\":40,", "\"rank\":2147483648,", rank),
    (RecordFileTests.scored, "\"rank\":40,", "\"rank\":1e19,", whole),
    (RecordFileTests.scored, "-5.5", "5.5", "a logprob of token 3 is 5.5, but no logprob is above 0"),
    (RecordFileTests.scored, "-5.5", "1e400", "a logprob of token 3 is inf, but no logprob is above 0"),
    (RecordFileTests.scored, "-5.5", "-", "a number is expected"),
    (RecordFileTests.scored, "-5.5", "-5.", "a digit is expected"),
    (RecordFileTests.scored, "-5.5", "-5e", "a digit is expected"),
    (RecordFileTests.scored, "-5.5", "\"-5\"", "a number is expected"),
    (RecordFileTests.scored, "\"token_id\":9,", "\"token_id\":-9,", id),
    (RecordFileTests.scored, "\"token_id\":9,", "\"token_id\":2147483648,", id),
    // Prompt logprobs, keyed by ids.
    (RecordFileTests.engine, "\"6\":", "\"-6\":", "by their text"),
    (RecordFileTests.engine, "\"6\":", "\"2147483648\":", "a token id in quotes is expected"),
    (RecordFileTests.engine, "[5,6,7]", "[5,6]", "there are 3 rows, but 2 are expected"),
    (RecordFileTests.engine, "[5,6,7]", "[5,6,7,8,9]", "there are 3 rows, but 5 are expected"),
    (RecordFileTests.engine, "[null,", "[[[]],", "an object is expected"),
    (RecordFileTests.engine, "[null,", "[7,", "is expected"),
    // SGLang.
    (ServerRecordsTests.sglang, "[-5.25,6,null]", "[-5.25]", "a token id is expected"),
    (ServerRecordsTests.sglang, "[-5.25,6,null]", "[]", "a logprob is expected"),
    (ServerRecordsTests.sglang, "[-5.25,6,null]", "[-5.25,-6,null]", id),
    (ServerRecordsTests.sglang, "[-5.25,6,null]", "6", "an array is expected"),
    // The older API.
    (ChatRecordsTests.completion, "[-0.25,-4.5]", "[-0.25]", "there is 1 row, but 2 are expected"),
    (ChatRecordsTests.chat, "[72,101,108,108,111]", "[72,-1]", "a byte from 0 to 255 is expected"),
    // Ids that stand where texts do: each has one form.
    (tokensAsIDs, "\"token_id:9\":", "\"token_id:07\":", "in place of \"token_id:07\" is expected"),
    (tokensAsIDs, "\"token_id:9\":", "\"token_id:-9\":", "in place of \"token_id:-9\" is expected"),
    (
      tokensAsIDs, "\"token_id:9\":", "\"token_id:2147483648\":",
      "a token id from 0 to 2147483647 in place of"
    ),
    (tokensAsIDs, "\"token_id:9\":", "\"token_id:9 \":", "in place of \"token_id:9 \" is expected"),
    (tokensAsIDs, "[\"token_id:7\"", "[\"token_id:007\"", "in place of \"token_id:007\" is expected"),
    (RecordFileTests.engine, "\"6\":", "\"06\":", "by their text"),
    // What trainers write.
    (
      EmittedOnlyRecordsTests.export, "[-11.93,-2.5,-0.625,-1.5,null]", "[-11.93]",
      "there is 1 row, but 5 are expected"
    ),
    (EmittedOnlyRecordsTests.export, "-0.625", "0.625", "a logprob of token 2 is 0.625"),
    (
      EmittedOnlyRecordsTests.episode, "\"parent\":1,", "\"parent\":-1,",
      "a parent that stands before its message is expected"
    ),
    (EmittedOnlyRecordsTests.losses, "\"rank\":12", "\"rank\":0", rank),
  ]

  @Test(arguments: lies.indices)
  func `a record that lies is refused with the reason`(index: Int) {
    let lie = Self.lies[index]
    let text = lie.record.replacing(lie.old, with: lie.new, maxReplacements: 1)
    #expect(text != lie.record)
    let message = Self.message(text)
    #expect(message?.contains(lie.message) == true, "\(lie.old) → \(lie.new): \(message ?? "read")")
  }

  @Test(arguments: ["[", "{\"a\":", "[{\"choices\":"])
  func `nesting is bounded`(opening: String) {
    let deep = String(repeating: opening, count: 100_000)
    let message = Self.message(#"{"prompt_token_ids":[1],"prompt_logprobs":[null],"extra":"# + deep)
    #expect(message?.contains("nested more than 64 deep") == true, "\(message ?? "read")")
  }

  private static func message(_ text: String) -> String? {
    do throws(TraceError) {
      let file = try TraceFile(
        ByteStorage(copying: Array(text.utf8)), path: "trace", tensor: nil, lookup: TextVocabulary.lookup)
      for index in file.entries.indices { _ = try file.trace(at: index) }
      return nil
    } catch {
      return error.description
    }
  }
}
