import Testing
import Tokenization

@testable import Traces

@Suite struct SafetensorsFileTests {
  static let tokens: [Int32] = [1, 2, 0, 3]
  static let scores: [Float] = [0, 1, 2, 3, 1, 0, -1, 2, 0.5, 0.25, 0, -0.5]

  private func trace(_ builder: SafetensorsBuilder, tensor: String? = nil) throws -> Trace {
    let traceFile = try opened(builder.bytes, tensor: tensor)
    #expect(traceFile.format == .safetensors)
    return try traceFile.trace(at: 0)
  }

  private func message(_ builder: SafetensorsBuilder) throws -> String? {
    try messageOfReading(builder.bytes)
  }

  private func scores(_ trace: Trace) -> [[Float]] {
    guard case .dense(let rows) = trace.rows else { return [] }
    return rows.map { $0.scores() }
  }

  static let expected: [[Float]] = [[0, 1, 2, 3], [1, 0, -1, 2], [0.5, 0.25, 0, -0.5]]

  // MARK: Types and shapes

  @Test func `single, half and brain precision decode to the same scores`() throws {
    var single = SafetensorsBuilder()
    single.add("tokens", "I32", [4], Self.tokens)
    single.add("logits", "F32", [3, 4], Self.scores)
    #expect(scores(try trace(single)) == Self.expected)

    var half = SafetensorsBuilder()
    half.add("logits", "F16", [3, 4], Self.scores.map { Float16($0) })
    half.add("tokens", "I64", [4], Self.tokens.map { Int64($0) })
    #expect(scores(try trace(half)) == Self.expected)

    var brain = SafetensorsBuilder()
    brain.add("tokens", "U8", [4], Self.tokens.map { UInt8($0) })
    brain.add("logits", "BF16", [3, 4], Self.scores.map { UInt16($0.bitPattern >> 16) })
    #expect(scores(try trace(brain)) == Self.expected)
  }

  @Test func `a batch of one, other names and odd offsets are read`() throws {
    var builder = SafetensorsBuilder()
    builder.add("padding", "U8", [3], [9, 9, 9] as [UInt8])
    builder.add("input_ids", "I64", [1, 4], Self.tokens.map { Int64($0) })
    builder.add("lm_head", "F32", [1, 3, 4], Self.scores)
    let trace = try trace(builder, tensor: "lm_head")
    #expect(scores(trace) == Self.expected)
    #expect(trace.tokens == Self.tokens.map { TokenID($0) })
  }

  @Test func `names and metadata are told before rows are read`() throws {
    var builder = SafetensorsBuilder(metadata: [
      ("trace_id", "math-1"), ("model", "base"), ("task", "math"), ("prompt_id", "p1"),
      ("prompt_length", "2"),
      ("stage", "raw"),
    ])
    builder.add("tokens", "I32", [4], Self.tokens)
    builder.add("logprobs", "F32", [3, 4], Self.scores)
    let traceFile = try opened(builder.bytes)
    #expect(traceFile.entries == [TraceEntry(id: "math-1", model: "base", task: "math", prompt: "p1")])
    #expect(traceFile.metadata["stage"] == "raw")
    #expect(try traceFile.trace(id: "math-1").promptLength == 2)
  }

  // MARK: Alignment

  @Test func `rows predict the next token unless the file says otherwise`() throws {
    var one = SafetensorsBuilder()
    one.add("tokens", "I32", [4], Self.tokens)
    one.add("logits", "F32", [3, 4], Self.scores)
    #expect(try trace(one).predicted == [1, 2, 3])
    #expect(try trace(one).promptLength == nil)

    var all = SafetensorsBuilder()
    all.add("tokens", "I32", [3], [1, 2, 0] as [Int32])
    all.add("logits", "F32", [3, 4], Self.scores)
    #expect(try trace(all).predicted == [1, 2])
    #expect(scores(try trace(all)) == Array(Self.expected.prefix(2)))

    var chosen = SafetensorsBuilder()
    chosen.add("tokens", "I32", [6], [0, 0, 1, 2, 0, 3] as [Int32])
    chosen.add("logits", "F32", [3, 4], Self.scores)
    chosen.add("positions", "I32", [3], [3, 4, 5] as [Int32])
    #expect(try trace(chosen).predicted == [3, 4, 5])
    #expect(try trace(chosen).promptLength == 3)
  }

  @Test func `a loss mask marks rows and tells where the response begins`() throws {
    var builder = SafetensorsBuilder()
    builder.add("tokens", "I32", [4], Self.tokens)
    builder.add("logits", "F32", [3, 4], Self.scores)
    builder.add("loss_mask", "U8", [4], [0, 0, 1, 0] as [UInt8])
    let trace = try trace(builder)
    #expect(trace.masked == [0, 2])
    #expect(trace.promptLength == 2)
  }

  @Test(arguments: [[0, 1], [1, 2, 9], [2, 1, 3], [-1, 1, 2], [1, 1, 2]] as [[Int64]])
  func `positions that do not rise inside the sequence are refused`(positions: [Int64]) throws {
    var builder = SafetensorsBuilder()
    builder.add("tokens", "I32", [4], Self.tokens)
    builder.add("logits", "F32", [3, 4], Self.scores)
    builder.add("positions", "I64", [positions.count], positions)
    #expect(try message(builder) != nil)
  }

  // MARK: The header's rules

  private func header(_ header: String, data: Int = 0) throws -> String? {
    let bytes = SafetensorsBuilder.file(header: header, data: [UInt8](repeating: 0, count: data))
    return try messageOfReading(bytes)
  }

  @Test(arguments: [
    (
      #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}"#,
      6,
      #"tensor "b" begins at 2, but the one before it ends at 4"#
    ),
    (
      #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[1],"data_offsets":[5,6]}}"#,
      6,
      #"tensor "b" begins at 5, but the one before it ends at 4"#
    ),
    (
      #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[1,5]}}"#, 5,
      #"tensor "a" begins at 1, but the one before it ends at 0"#
    ),
    (
      #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}"#,
      8,
      #"two tensors are named "a""#
    ),
    (
      #"{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,20]}}"#, 20,
      #"tensor "a" takes 20 bytes, but its shape asks for 24"#
    ),
    (
      #"{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}"#, 2,
      #"the shape [3] of tensor "a" is beyond 64 bits"#
    ),
    (
      #"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}"#, 4,
      #"the shape [4294967296, 4294967296] of tensor "a" is beyond 64 bits"#
    ),
    (#"{"a":{"dtype":"U8","shape":[-4],"data_offsets":[0,4]}}"#, 4, #"tensor "a" has a negative size"#),
    (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[4,0]}}"#, 4, #"tensor "a" has a negative size"#),
    (#"{"a":{"dtype":"Q8","shape":[4],"data_offsets":[0,4]}}"#, 4, #"tensor "a" has the unknown type "Q8""#),
    (#"{"a":{"dtype":"U8","shape":[4]}}"#, 4, #"tensor "a" lacks its dtype, shape or data_offsets"#),
    (
      #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4,5]}}"#, 4,
      "at byte 61, a pair of data_offsets is expected"
    ),
    (#"{"__metadata__":{"k":3}}"#, 0, "at byte 29, a string is expected"),
    (
      #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"x":1}}"#, 4,
      "at byte 64, dtype, shape or data_offsets is expected"
    ),
    (#"{} x"#, 0, "at byte 11, the end of the header is expected"),
  ])
  func `a header that breaks a rule is refused`(header: String, data: Int, statement: String) throws {
    #expect(
      try self.header(header, data: data)
        == "trace: the safetensors header is broken: \(statement). Write the file again with the program that made it."
    )
  }

  @Test func `the file must end where the last tensor does`() throws {
    let header = #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#
    #expect(
      try self.header(header, data: 5)?.contains("the file has 66 bytes, but its header asks for 65 bytes")
        == true)
    #expect(
      try self.header(header, data: 3)?.contains("the file has 64 bytes, but its header asks for 65 bytes")
        == true)
  }

  @Test func `a file of the real library reads, and its odd tensors are told apart`() throws {
    let bytes = try TestFiles.bytes(TestFiles.fixture("x.safetensors"))
    let header = try SafetensorsHeader(ByteStorage(copying: bytes))
    #expect(header.metadata == ["format": "pt", "k": "v"])
    #expect(header.tensors.map(\.name) == ["tokens", "f32", "logits", "a8", "u8"])
    #expect(header.tensors.map(\.type) == ["I64", "F32", "BF16", "F8_E4M3", "U8"])
    let logits = try #require(header.tensors.first { $0.name == "logits" })
    #expect(logits.shape == [2, 3])
    #expect(logits.bytes == 400..<412)
    // Its tokens are 1, 2 and 3, but its rows have three scores.
    #expect(
      messageOfReading(TestFiles.fixture("x.safetensors"))
        == "x.safetensors: token 2 has the id 3, which is outside 0...2. Score the text with the vocabulary that made its token ids."
    )
  }
}
