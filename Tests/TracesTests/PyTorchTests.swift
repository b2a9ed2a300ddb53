import Foundation
import TestSupport
import Testing
import Tokenization

@testable import Traces

/// Archives that the real `torch.save` wrote; `make_tensors.py` says what each holds.
@Suite struct PyTorchTests {
  static let scores: [[Float]] = [[0, 1, 2, 3], [1, 0, -1, 2], [0.5, 0.25, 0, -0.5]]

  private func path(_ name: String) -> String { TestFiles.fixture("pytorch/\(name).pt") }

  @Test(arguments: [
    ("dict", DenseRow.Encoding.float32), ("protocol4", .float32), ("lists", .float32),
    ("transposed", .bfloat16),
    ("slice", .float16), ("strided", .float32), ("generate", .float32), ("rows", .float32),
    ("single", .float32),
    ("ordered", .float32),
  ])
  func `tensors read as PyTorch would read them`(name: String, encoding: DenseRow.Encoding) throws {
    let file = try TraceFile(path: path(name))
    #expect(file.format == .pytorch)
    let trace = try file.trace(at: 0)
    #expect(trace.tokens == [1, 2, 0, 3].map { TokenID($0) })
    guard case .dense(let rows) = trace.rows else {
      Issue.record("the rows are not dense")
      return
    }
    #expect(rows.map { $0.scores() } == Self.scores)
    #expect(rows.allSatisfy { $0.encoding == encoding })
  }

  @Test func `texts and numbers are what the file says of itself`() throws {
    let file = try TraceFile(path: path("lists"))
    #expect(file.metadata == ["trace_id": "tiny", "prompt_length": "2", "temperature": "0.7"])
    #expect(file.derivation == .rounded)
    let trace = try file.trace(at: 0)
    #expect(trace.id == "tiny" && trace.promptLength == 2 && trace.masked == [0])
    #expect(try TraceFile(path: path("lists"), tensor: "nested.logits").derivation == nil)
    #expect(try TraceFile(path: path("dict")).metadata == ["trace_id": "tiny", "prompt_length": "2"])
  }

  @Test func `a hostile pickle executes nothing`() {
    #expect(
      messageOfReading(path("hostile"))
        == "hostile.pt: the pickle is not opened: at byte 263 it names \"posix.system\", which plain tensors do not need. Save only tensors, numbers and texts: torch.save({\"tokens\": ids, \"logits\": logits}, FILE)."
    )
    #expect(!FileManager.default.fileExists(atPath: "/tmp/a-pickle-was-executed"))
  }

  @Test(arguments: [
    (
      "expanded",
      "the archive is broken: tensor \"logits\" names elements of its storage several times. Save tensor.contiguous()."
    ),
    (
      "float8",
      "tensor \"logits\" has the type F8_E4M3, but only F32, F16, BF16, F64 can be read here. Convert the tensor before it is saved."
    ),
    (
      "legacy",
      "this is a PyTorch file in the format before version 1.6, not a trace. Save it again: torch.save(torch.load(FILE, weights_only=True), \"trace.pt\")."
    ),
  ])
  func `what cannot be read is refused with the remedy`(name: String, message: String) {
    #expect(messageOfReading(path(name)) == "\(name).pt: \(message)")
  }

  @Test func `real archives of other tensors read`() throws {
    // A bfloat16 [2, 3] of 0 to 5, with token ids beside it.
    let single = try TraceFile(path: TestFiles.fixture("arrays/t.pt")).trace(at: 0)
    guard case .dense(let rows) = single.rows else {
      Issue.record("the rows are not dense")
      return
    }
    #expect(rows.map { $0.scores() } == [[0, 1, 2], [3, 4, 5]])
    for name in ["d.pt", "l.pt"] {
      _ = messageOfReading(TestFiles.fixture("arrays/\(name)"))
    }
  }

  @Test func `a storage of another size and a view beyond it are refused`() throws {
    let whole = try TestFiles.bytes(path("dict")).withoutChecksums
    // The first stride, 4, of logits [3, 4] stands behind its shape; 5 reaches beyond the storage.
    let shape: [UInt8] = [0x4B, 3, 0x4B, 4, 0x86]
    let place = try #require(whole.firstRange(of: shape)?.upperBound)
    let stride = try #require(whole[place...].firstIndex(of: 0x4B)) + 1
    #expect(whole[stride] == 4)
    var changed = whole
    changed[stride] = 5
    #expect(
      try messageOfReading(changed)?.contains("tensor \"logits\" does not lie within its storage") == true)
    let count: [UInt8] = [0x4B, 12, 0x74]
    let counted = try #require(whole.firstRange(of: count)?.lowerBound)
    changed = whole
    changed[counted + 1] = 13
    #expect(try messageOfReading(changed)?.contains("takes 48 bytes, but its shape asks for 52") == true)
  }
}

/// Dumps of slime: samples with the logprobs of their answers.
@Suite struct SampleFileTests {
  private func path(_ name: String) -> String { TestFiles.fixture("pytorch/\(name).pt") }

  @Test func `a dump of training holds what policy, reference and engine said`() throws {
    for (column, expected) in [
      (nil, [-0.5, -1.25, -2.0]), ("ref_log_probs", [-0.75, -1.5, -2.5]),
      ("rollout_log_probs", [-0.5, -1.0, -2.0]),
    ] as [(String?, [Double])] {
      let file = try TraceFile(path: path("slime-train"), tensor: column)
      #expect(file.format == .pytorch)
      #expect(file.entries.map(\.id) == ["rollout-3.sample-0", "rollout-3.sample-1"])
      let trace = try file.trace(at: 0)
      #expect(trace.ids == [5, 6, 7, 8, 9] && trace.promptLength == 2 && trace.predicted == [2, 3, 4])
      #expect(trace.truncatedRows.map { $0?.emittedLogprob } == expected)
      #expect(trace.masked == [1])
    }
    let pair = try TracePair(
      reference: TraceFile(path: path("slime-train"), tensor: "ref_log_probs").trace(at: 1),
      tuned: TraceFile(path: path("slime-train")).trace(at: 1))
    #expect(pair.positions.count == 2)
  }

  @Test func `a dump of a rollout holds lists of numbers`() throws {
    let file = try TraceFile(path: path("slime-rollout"))
    #expect(file.entries.map(\.prompt) == ["rollout-3.group-0", "rollout-3.group-0"])
    #expect(try file.trace(at: 1).truncatedRows.map { $0?.emittedLogprob } == [-0.125, -0.5])
    #expect(throws: TraceError.self) { try TraceFile(path: path("slime-rollout"), tensor: "ref_log_probs") }
  }

  /// `{"samples": [{"tokens": [5]}, …]}`, all of them one dictionary that is written once.
  private func pickle(samples: Int) -> ByteStorage {
    let first = Array("}q\u{1}X\u{6}\0\0\0tokens]K\u{5}as".utf8)
    let others = Array(repeatElement(Array("h\u{1}".utf8), count: samples - 1).joined())
    let start = [0x80, 2] + Array("}X\u{7}\0\0\0samples](".utf8)
    return ByteStorage(copying: start + first + others + Array("es.".utf8))
  }

  @Test func `samples are read to the last one, or refused`() throws {
    let whole = pickle(samples: PickledTensors.mostNames)
    let read = try PickledTensors(places: ["data.pkl": (whole, 0..<whole.count)])
    #expect(read.samples.count == PickledTensors.mostNames)
    let longer = pickle(samples: PickledTensors.mostNames + 1)
    #expect(throws: TraceError.Problem.archive(.samples(limit: PickledTensors.mostNames))) {
      try PickledTensors(places: ["data.pkl": (longer, 0..<longer.count)])
    }
  }
}

/// The machine that reads pickles, without an archive.
@Suite struct PickleMachineTests {
  private func fault(_ bytes: [UInt8]) -> PickleFault? {
    bytes.withUnsafeBytes { raw in
      var machine = PickleMachine(raw)
      do throws(PickleFault) {
        _ = try machine.run()
        return nil
      } catch { return error }
    }
  }

  @Test func `numbers of every size read`() throws {
    // 0, 255, 65535, -1, -2^31, -2^63, 255 in two bytes, 1.5
    let bytes: [UInt8] =
      [0x80, 2, 0x28, 0x4B, 0, 0x4B, 255, 0x4D, 255, 255, 0x8A, 1, 255, 0x4A, 0, 0, 0, 0x80]
      + [0x8A, 8, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x8A, 2, 255, 0, 0x8A, 0, 0x47, 0x3F, 0xF8, 0, 0, 0, 0, 0, 0]
      + Array("t.".utf8)
    let values = try bytes.withUnsafeBytes { raw in
      var machine = PickleMachine(raw)
      guard case .list(let list) = try machine.run() else { return [PickleValue]() }
      return machine.lists[list]
    }
    let integers = values.compactMap { if case .integer(let value) = $0 { value } else { nil } }
    #expect(integers == [0, 255, 65535, -1, -2_147_483_648, Int.min, 255, 0])
    guard case .number(1.5) = values.last else {
      Issue.record("the last value is no 1.5")
      return
    }
  }

  @Test func `operations that plain tensors do not need are refused by name and place`() {
    #expect(fault([0x80, 2, 0x81]) == PickleFault(byte: 2, reason: .operation(0x81)))
    #expect(fault(Array("cos\nsystem\n.".utf8)) == PickleFault(byte: 0, reason: .global("os.system")))
    #expect(fault(Array("ctorch\nload\n.".utf8)) == PickleFault(byte: 0, reason: .global("torch.load")))
    #expect(fault([0x8A, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x2E]) == PickleFault(byte: 0, reason: .number))
    #expect(fault([0x8A, 9, 0]) == PickleFault(byte: 0, reason: .end))
    #expect(fault([]) == PickleFault(byte: 0, reason: .end))
    #expect(fault(Array("t.".utf8)) == PickleFault(byte: 0, reason: .value))
    #expect(fault(Array("h\u{1}.".utf8)) == PickleFault(byte: 0, reason: .value))
    #expect(fault(Array("X\u{7F}\u{7F}\u{7F}\u{7F}".utf8)) == PickleFault(byte: 0, reason: .end))
    #expect(fault(Array("N)R.".utf8)) == PickleFault(byte: 2, reason: .value))
    #expect(
      PickleFault(byte: 2, reason: .operation(0x81)).statement
        == "at byte 2 stands operation 0x81, which plain tensors do not need")
  }

  @Test func `lists in lists a million deep, and a list in itself, are no trouble`() {
    #expect(
      fault([UInt8](repeating: 0x5D, count: 1_000_000) + [UInt8](repeating: 0x61, count: 999_999) + [0x2E])
        == nil)
    #expect(fault(Array("]q\u{1}h\u{1}a.".utf8)) == nil)
  }
}
