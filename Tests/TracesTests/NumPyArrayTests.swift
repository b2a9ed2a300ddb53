import Foundation
import TestSupport
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

  /// The bytes of `numpy.save`.
  private func array(_ descr: String, isColumnOrder: Bool, _ shape: String, _ data: [UInt8]) -> [UInt8] {
    let header =
      "{'descr': \(descr), 'fortran_order': \(isColumnOrder ? "True" : "False"), 'shape': \(shape), }\n"
    var bytes = NumPyHeader.magic + [1, 0]
    withUnsafeBytes(of: UInt16(header.utf8.count).littleEndian) { bytes += $0 }
    bytes += header.utf8
    return bytes + data
  }

  @Test(arguments: [">f8", "<f8", ">f4", "<f4", ">f2", "<f2"], [false, true])
  func `many rows are gathered and swapped`(descr: String, isColumnOrder: Bool) throws {
    // More rows than are copied in one pass; row r holds 8r, 8r + 1 and 8r + 2.
    let (rows, columns) = (37, 3)
    var places: [Int] = []
    if isColumnOrder {
      for column in 0..<columns { places += (0..<rows).map { 8 * $0 + column } }
    } else {
      for row in 0..<rows { places += (0..<columns).map { 8 * row + $0 } }
    }
    var data: [UInt8] = []
    for number in places {
      var bytes: [UInt8]
      switch descr.dropFirst() {
      case "f8": bytes = withUnsafeBytes(of: Double(number).bitPattern.littleEndian) { Array($0) }
      case "f4": bytes = withUnsafeBytes(of: Float(number).bitPattern.littleEndian) { Array($0) }
      default: bytes = withUnsafeBytes(of: Float16(number).bitPattern.littleEndian) { Array($0) }
      }
      if descr.hasPrefix(">") { bytes.reverse() }
      data += bytes
    }
    let folder = try TemporaryFolder()
    let (scores, tokens) = (folder.file("scores.npy"), folder.file("tokens.npy"))
    try Data(array("'\(descr)'", isColumnOrder: isColumnOrder, "(37, 3)", data)).write(
      to: URL(filePath: scores))
    var ids: [UInt8] = []
    for token in 0...rows { ids += [UInt8(token % columns), 0, 0, 0] }
    try Data(array("'<i4'", isColumnOrder: false, "(38,)", ids)).write(to: URL(filePath: tokens))
    guard case .dense(let read) = try TraceFile(path: scores).trace(at: 0).rows else {
      Issue.record("the rows are not dense")
      return
    }
    var expected: [[Float]] = []
    for row in 0..<rows { expected.append([8, 8, 8].map { Float($0 * row) }) }
    for row in 0..<rows { for column in 0..<columns { expected[row][column] += Float(column) } }
    #expect(read.map { $0.scores() } == expected)
  }

  @Test func `a lone array that is cut or has fields is no archive`() throws {
    let whole = try TestFiles.bytes(TestFiles.fixture("arrays/f32.npy"))
    #expect(
      try messageOfReading(Array(whole.dropLast(4)))
        == "trace: array \"logits\" takes 20 bytes, but its shape asks for 24. Copy it again, or write it again where the disk has room."
    )
    let fields = array("[('a', '<f4')]", isColumnOrder: false, "(2,)", [UInt8](repeating: 0, count: 8))
    #expect(
      try messageOfReading(fields)
        == "trace: the header of array \"logits\" is not one of NumPy for plain numbers. Save an array of numbers with numpy.save, without named fields, or copy the file again."
    )
  }
}
