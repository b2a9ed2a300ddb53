import Foundation
import Tokenization

// tokenize-bench ids VOCABULARY PATTERN parse|text     framed texts on stdin, framed ids on stdout
// tokenize-bench time VOCABULARY PATTERN FILE…         megabytes per second of CPU time, cold and warm
// tokenize-bench threads VOCABULARY PATTERN FILE…      the same by the clock, with one thread and with two
//
// PATTERN is a name, or "-" where the file says it. A frame is a length as a little-endian 32-bit number
// and so many bytes, or so many ids.

/// What differential tests and benchmarks in other languages ask of the tokenizer.
@main struct TokenizeBench {
  static func main() async throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard arguments.count >= 4 else {
      FileHandle.standardError.write(
        Data("usage: tokenize-bench ids|time|threads VOCABULARY PATTERN …\n".utf8))
      exit(64)
    }
    let start = processSeconds()
    let tokenizer = try Tokenizer(
      contentsOf: arguments[1], pattern: SplitPattern.Name(rawValue: arguments[2]))
    let loading = processSeconds() - start
    switch arguments[0] {
    case "ids": try answer(tokenizer, special: SpecialTokens(rawValue: arguments[3]) ?? .text)
    case "time":
      print("load \(loading) s")
      for file in arguments[3...] { try time(tokenizer, file) }
    default:
      for file in arguments[3...] { try await timeThreads(tokenizer, file) }
    }
  }

  private static func processSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  private static func answer(_ tokenizer: Tokenizer, special: SpecialTokens) throws {
    let encoder = TokenEncoder(tokenizer)
    let input = [UInt8](try FileHandle.standardInput.readToEnd() ?? Data())
    var output = Data()
    var place = 0
    while place + 4 <= input.count {
      let length = (0..<4).reduce(0) { $0 | Int(input[place + $1]) << ($1 * 8) }
      place += 4
      let ids = encoder.encode(input[place..<min(place + length, input.count)], special: special)
      place += length
      withUnsafeBytes(of: UInt32(ids.count).littleEndian) { output.append(contentsOf: $0) }
      ids.withUnsafeBytes { output.append(contentsOf: $0) }
    }
    try FileHandle.standardOutput.write(contentsOf: output)
  }

  /// The first pass with an empty memory and the best of two later ones, with a hash of the ids.
  private static func time(_ tokenizer: Tokenizer, _ file: String) throws {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
    let encoder = TokenEncoder(tokenizer)
    var speeds: [Double] = []
    var hash: UInt64 = 0
    for _ in 0..<3 {
      let start = processSeconds()
      let ids = encoder.encode(bytes, special: .text)
      speeds.append(Double(bytes.count) / 1e6 / (processSeconds() - start))
      hash = ids.reduce(0) { $0 &* 31 &+ UInt64(UInt32(bitPattern: $1.rawValue)) }
    }
    print("\(file) cold \(speeds[0]) warm \(max(speeds[1], speeds[2])) hash \(hash)")
  }

  private static func timeThreads(_ tokenizer: Tokenizer, _ file: String) async throws {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
    for threads in [1, 2] {
      let start = ContinuousClock.now
      let ids = await tokenizer.encode(bytes, special: .text, threads: threads)
      print("\(file) \(threads) threads \(ContinuousClock.now - start) tokens \(ids.count)")
    }
  }
}
