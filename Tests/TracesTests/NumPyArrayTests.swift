import Foundation
import Testing
import Tokenization

@testable import Traces

/// Single arrays, whose token ids lie beside them. The arrays hold 0 to 5 in two rows.
@Suite struct NumPyArrayTests {
  @Test(arguments: [
    ("f32.npy", DenseRow.Encoding.float32), ("f16.npy", .float16), ("f64.npy", .float32),
    ("fort.npy", .float32), ("be.npy", .float32),
  ])
  func `an array of any float type and order reads`(name: String, encoding: DenseRow.Encoding) throws {
    let file = try TraceFile(path: TestFiles.fixture("arrays/\(name)"))
    #expect(file.format == .numpyArray)
    #expect(file.companionFiles == [TestFiles.fixture("arrays/tokens.npy")])
    #expect(file.derivation == (name == "f64.npy" ? .rounded : nil))
    let trace = try file.trace(at: 0)
    #expect(trace.tokens == [TokenID(0), TokenID(1), TokenID(2)] && trace.predicted == [1, 2])
    guard case .dense(let rows) = trace.rows else {
      Issue.record("the rows are not dense")
      return
    }
    #expect(rows.map { $0.scores() } == [[0, 1, 2], [3, 4, 5]])
    #expect(rows.allSatisfy { $0.encoding == encoding })
  }

  @Test func `an array that forgot its type or holds no scores is refused`() {
    #expect(
      messageOfReading(TestFiles.fixture("arrays/bf16.npy"))
        == "bf16.npy: tensor \"logits\" has the type <V2, but only F32, F16, BF16, F64 can be read here. Save array.astype(numpy.float32): a NumPy file forgets that an array was bfloat16."
    )
    #expect(
      messageOfReading(TestFiles.fixture("arrays/i64.npy"))
        == "i64.npy: tensor \"logits\" has the type I64, but only F32, F16, BF16, F64 can be read here. Convert the tensor before it is saved."
    )
  }

  @Test func `token ids come from the file that is named, else from one beside the array`() throws {
    let array = TestFiles.fixture("arrays/f32.npy")
    let named = try TraceFile(
      path: array, companions: TraceCompanions(tokens: TestFiles.fixture("x.npz")))
    #expect(named.companionFiles == [TestFiles.fixture("x.npz")])
    #expect(try named.trace(at: 0).tokens == [TokenID(0), TokenID(1), TokenID(2)])
    let message = messageOfReading(TestFiles.broken("array.npy"))
    #expect(message?.contains("or beside them as tokens.npy.") == true)
    #expect(throws: TraceError(file: "/nowhere.npy", .missing)) {
      try TraceFile(path: array, companions: TraceCompanions(tokens: "/nowhere.npy"))
    }
    let llama = TestFiles.broken("whole.kld")
    #expect(throws: TraceError(file: llama, .noTensor(wanted: ["tokens", "input_ids"], found: []))) {
      try TraceFile(path: array, companions: TraceCompanions(tokens: llama))
    }
  }

  @Test func `an array says nothing that its bytes do not`() throws {
    let bytes = try TestFiles.bytes(TestFiles.fixture("arrays/f32.npy"))
    let text = String(decoding: bytes.prefix(128), as: UTF8.self)
    #expect(text.contains("(2, 3), }"))
    for shape in ["(2, 4), }", "(9, 9), }", "(2, 3L),}", "(0, 3), }"] {
      let changed = bytes.split(separator: Array("(2, 3), }".utf8)).joined(separator: Array(shape.utf8))
      let message = try messageOfReading(Array(changed))
      #expect(
        shape == "(2, 3L),}" ? message?.contains("no tensor") == true : message?.contains("24 bytes") == true)
    }
  }
}
