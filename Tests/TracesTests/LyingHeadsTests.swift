import Testing

@testable import Traces

/// Hidden states and output heads that do not fit together, one way after the other.
@Suite struct LyingHeadsTests {
  /// Three tokens, hidden states of width 2, a head of four tokens, and its bias.
  private struct Parts {
    var tokens: (type: String, shape: [Int]) = ("I32", [3])
    var hidden: (type: String, shape: [Int]) = ("F32", [2, 2])
    var head: (type: String, shape: [Int]) = ("F32", [4, 2])
    var bias: (type: String, shape: [Int])? = ("F32", [4])

    /// The parts with as many bytes as their shapes ask for.
    var bytes: [UInt8] {
      var file = SafetensorsBuilder()
      let parts = [
        ("tokens", tokens), ("hidden_states", hidden), ("lm_head.weight", head), ("lm_head.bias", bias),
      ]
      for (name, part) in parts {
        guard let part else { continue }
        let bits = Tensor.bitsOfType[part.type] ?? 8
        let count = part.shape.reduce(bits, *) / 8
        file.add(name, part.type, part.shape, [UInt8](repeating: 0, count: count))
      }
      return file.bytes
    }
  }

  private func message(_ change: (inout Parts) -> Void) throws -> String {
    var parts = Parts()
    change(&parts)
    return try messageOfReading(parts.bytes) ?? "read"
  }

  @Test func `whole parts are read`() throws {
    #expect(try message { _ in } == "read")
    #expect(try message { $0.bias = nil } == "read")
    #expect(try message { $0.hidden.shape = [1, 2, 2] } == "read")
    #expect(try message { $0.hidden.type = "F64" } == "read")
    #expect(
      try message {
        $0.hidden.type = "BF16"; $0.head.type = "F16"
      } == "read")
  }

  @Test(arguments: [[4, 3], [4, 1], [2, 4], [8], [4, 2, 1], [1, 4, 2], [0, 2], [4, 0], []])
  func `a head of another shape is refused`(shape: [Int]) throws {
    #expect(
      try message { $0.head.shape = shape }.contains(
        "tensor \"lm_head.weight\" has the shape \(shape), where [vocabulary, 2] is expected"))
  }

  @Test(arguments: ["I32", "U8", "BOOL", "F8_E4M3", "C64", "F8_E8M0"])
  func `numbers of a type that is no score are refused`(type: String) throws {
    #expect(try message { $0.head.type = type }.contains("tensor \"lm_head.weight\" has the type \(type)"))
    #expect(try message { $0.hidden.type = type }.contains("tensor \"hidden_states\" has the type \(type)"))
  }

  @Test func `hidden states of another shape are refused`() throws {
    #expect(try message { $0.hidden.shape = [2, 3] }.contains("where [vocabulary, 3] is expected"))
    #expect(try message { $0.hidden.shape = [2] }.contains("tensor \"hidden_states\" has the shape [2]"))
    #expect(try message { $0.hidden.shape = [] }.contains("[vocabulary, width]"))
    #expect(try message { $0.hidden.shape = [2, 0] }.contains("[vocabulary, 0]"))
    #expect(
      try message { $0.hidden.shape = [1, 1, 2, 2] }.contains("tensor \"hidden_states\" has the shape"))
    #expect(try message { $0.hidden.shape = [1, 2] }.contains("there is 1 row, but 2 are expected"))
    #expect(try message { $0.hidden.shape = [5, 2] }.contains("there are 5 rows, but 2 are expected"))
    #expect(try message { $0.hidden.shape = [0, 2] }.contains("there are 0 rows"))
    #expect(try message { $0.hidden.shape = [2, 2, 2] } != "read")
  }

  @Test func `a bias that does not belong to the head is refused`() throws {
    #expect(
      try message { $0.bias = ("F32", [3]) }.contains(
        "\"lm_head.bias\" has the shape [3], where [4] is expected"))
    #expect(
      try message { $0.bias = ("F32", [5]) }.contains(
        "\"lm_head.bias\" has the shape [5], where [4] is expected"))
    #expect(
      try message { $0.bias = ("F32", [0]) }.contains(
        "\"lm_head.bias\" has the shape [0], where [4] is expected"))
    #expect(try message { $0.bias = ("I32", [4]) }.contains("tensor \"lm_head.bias\" has the type I32"))
    #expect(
      try message { $0.bias = ("F32", [2, 2]) }.contains("tensor \"lm_head.bias\" has the shape [2, 2]"))
  }

  @Test func `a tensor that is cut or reaches beyond the file is refused`() throws {
    let bytes = Parts().bytes
    for length in 0..<bytes.count { #expect(try messageOfReading(Array(bytes.prefix(length))) != nil) }
    let text = String(decoding: bytes, as: UTF8.self)
    for (old, new) in [("[12,28]", "[12,29]"), ("[28,60]", "[24,56]"), ("[60,76]", "[60,99]")] {
      #expect(text.contains(old))
      let changed = text.replacing(old, with: new)
      #expect(try messageOfReading(Array(changed.utf8))?.contains("the safetensors header is broken") == true)
    }
  }
}
