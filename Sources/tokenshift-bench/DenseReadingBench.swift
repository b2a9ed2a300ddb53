import Foundation
import Traces

/// `tokenshift-bench dense [ROUNDS]`: what it costs to read dense rows through a ``TraceFile``, against adding up the bytes
/// of the same mapped file.
///
/// The files have rows of a real width and lie in the page cache, so that the figure is about this program and not
/// about the disk. Reading and the bare sum take turns, and map the file anew each time.
struct DenseReadingBench {
  private static let vocabularySize = 151_936
  private let folder: URL
  private let rowCount: Int

  /// Writes a file of so many rows of half-precision or 16-bit scores in each container.
  init(rowCount: Int = 512) throws {
    self.rowCount = rowCount
    folder = FileManager.default.temporaryDirectory.appending(path: "tokenshift-bench-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for container in Container.allCases { try write(container) }
    let tokens = Self.arrayHeader(type: "<i4", shape: "(\(rowCount + 1),)") + Data(count: 4 * (rowCount + 1))
    try tokens.write(to: folder.appending(path: "tokens.npy"))
  }

  func remove() { try? FileManager.default.removeItem(at: folder) }

  /// For each container, opening the file and adding up its rows against mapping it and adding up all of its bytes.
  func run(rounds: Int) throws -> [Comparison] {
    try Container.allCases.map { container in
      let path = self.path(container)
      let sum = try Self.addUpBytes(of: path)
      var (rows, ceiling): ([Double], [Double]) = ([], [])
      for _ in 0..<rounds {
        rows.append(try timed { try addUpRows(of: path) > 0 })
        ceiling.append(try timed { try Self.addUpBytes(of: path) == sum })
      }
      return Comparison(
        "reading \(container.rawValue), speed against adding up its mapped bytes", ours: ceiling, other: rows,
        unit: "µs per file")
    }
  }

  /// The processor time of a body, whose result is looked at so that the optimiser does not leave it out.
  private func timed(_ body: () throws -> Bool) throws -> Double {
    var result: Result<Bool, any Error>?
    let time = processorTime { result = Result(catching: body) }
    guard try result?.get() == true else { throw CocoaError(.fileReadCorruptFile) }
    return time
  }

  private func addUpRows(of path: String) throws -> UInt64 {
    let companions = TraceCompanions(tokens: folder.appending(path: "tokens.npy").path)
    let file = try TraceFile(path: path, companions: path.hasSuffix("npy") ? companions : TraceCompanions())
    guard case .dense(let rows) = try file.trace(at: 0).rows else { return 0 }
    return rows.reduce(0) { total, row in total &+ row.withUnsafeBytes { Self.sum($0) } }
  }

  private static func addUpBytes(of path: String) throws -> UInt64 {
    try Data(contentsOf: URL(filePath: path), options: .alwaysMapped).withUnsafeBytes { sum($0) }
  }

  /// The sum of all whole words; as fast as memory allows.
  private static func sum(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var total = SIMD8<UInt64>.zero
    for offset in stride(from: 0, to: bytes.count & ~63, by: 64) {
      total &+= bytes.loadUnaligned(fromByteOffset: offset, as: SIMD8<UInt64>.self)
    }
    return total.wrappedSum()
  }
}

/// Files of dense rows.
private enum Container: String, CaseIterable {
  case safetensors, npy
  case logits = "_logits_"
}

extension DenseReadingBench {
  private func path(_ container: Container) -> String {
    folder.appending(path: "rows.\(container.rawValue)").path
  }

  private func write(_ container: Container) throws {
    try header(of: container).write(to: URL(filePath: path(container)))
    let file = try FileHandle(forWritingTo: URL(filePath: path(container)))
    defer { try? file.close() }
    try file.seekToEnd()
    var row = Data()
    // Rows of llama.cpp begin with two numbers of single precision, the step and the least logprob.
    if container == .logits {
      row += Self.bytes(Float(0x1p-11).bitPattern) + Self.bytes(Float(-8).bitPattern)
    }
    for score in 0..<Self.vocabularySize { row += [UInt8(truncatingIfNeeded: score), 0x3C] }
    for _ in 0..<rowCount { try file.write(contentsOf: row) }
  }

  private func header(of container: Container) -> Data {
    let tokensSize = 4 * (rowCount + 1)
    switch container {
    case .safetensors:
      let size = 2 * Self.vocabularySize * rowCount
      let text =
        "{\"tokens\":{\"dtype\":\"I32\",\"shape\":[\(rowCount + 1)],\"data_offsets\":[0,\(tokensSize)]},"
        + "\"logits\":{\"dtype\":\"F16\",\"shape\":[\(rowCount),\(Self.vocabularySize)],"
        + "\"data_offsets\":[\(tokensSize),\(tokensSize + size)]}}"
      return Self.bytes(UInt64(text.utf8.count)) + Data(text.utf8) + Data(count: tokensSize)
    case .npy:
      return Self.arrayHeader(type: "<f2", shape: "(\(rowCount), \(Self.vocabularySize))")
    case .logits:
      // One chunk, of whose 2n + 1 tokens the last n are predicted.
      let length = 2 * rowCount + 1
      return [Int32(length), Int32(Self.vocabularySize), 1].reduce(Data("_logits_".utf8)) {
        $0 + Self.bytes($1)
      } + Data(count: 4 * length)
    }
  }

  /// The first 128 bytes of a NumPy array.
  private static func arrayHeader(type: String, shape: String) -> Data {
    let text = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }"
    let padded = text.padding(toLength: 117, withPad: " ", startingAt: 0) + "\n"
    return Data([0x93] + "NUMPY".utf8 + [1, 0, 118, 0] + padded.utf8)
  }

  private static func bytes(_ number: some FixedWidthInteger) -> Data {
    withUnsafeBytes(of: number.littleEndian) { Data($0) }
  }
}
