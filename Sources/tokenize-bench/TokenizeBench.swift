import Foundation
import Tokenization

// tokenize-bench ids VOCABULARY PATTERN parse|text     framed texts on stdin, framed ids on stdout
// tokenize-bench time VOCABULARY PATTERN FILE…         megabytes per second of CPU time, cold and warm, in
//                                                      documents of 16 KB
// tokenize-bench cold VOCABULARY PATTERN FILE…         the same of twelve encoders that have met nothing, in order
// tokenize-bench threads VOCABULARY PATTERN FILE…      seconds by the clock, with one thread and with two: each
//                                                      text in memory, and all as files
// tokenize-bench parts VOCABULARY PATTERN FILE…        compares parts on two threads with the whole text
// tokenize-bench stream VOCABULARY PATTERN FILE…       reads a file of any size and tells the memory it took
// tokenize-bench fuzz VOCABULARY PATTERN SECONDS SEED  decodes what it encodes, of random bytes
// tokenize-bench growth VOCABULARY PATTERN SIZE        one thing again and again, SIZE bytes and half of it
//
// PATTERN is a name, or "-" where the file says it. A frame is a length as a little-endian 32-bit number
// and so many bytes, or so many ids.

/// What differential tests and benchmarks in other languages ask of the tokenizer.
@main struct TokenizeBench {
  static func main() async throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard arguments.count >= 4 else {
      FileHandle.standardError.write(
        Data(
          "usage: tokenize-bench ids|time|cold|threads|parts|stream|fuzz|growth VOCABULARY PATTERN …\n".utf8))
      exit(64)
    }
    let start = processSeconds()
    let tokenizer = try Tokenizer(
      contentsOf: arguments[1], pattern: SplitPattern.Name(rawValue: arguments[2]))
    let loading = processSeconds() - start
    switch arguments[0] {
    case "ids": try answer(tokenizer, special: SpecialTokens(rawValue: arguments[3]) ?? .text)
    case "time":
      print("load \(loading) s, peak memory \(peakMegabytes()) MB")
      for file in arguments[3...] { try time(tokenizer, file) }
    case "cold": for file in arguments[3...] { try timeFirst(tokenizer, file) }
    case "parts": for file in arguments[3...] { try await compareParts(tokenizer, file) }
    case "stream": for file in arguments[3...] { try stream(tokenizer, file) }
    case "fuzz":
      try fuzz(
        tokenizer, seconds: Double(arguments[3]) ?? 10, seed: arguments.last.flatMap { UInt64($0) } ?? 1)
    case "growth": growth(tokenizer, size: Int(arguments[3]) ?? 1_000_000)
    default:
      for file in arguments[3...] { try await timeThreads(tokenizer, file) }
      try timeThreads(tokenizer, files: Array(arguments[3...]))
    }
  }

  static func processSeconds() -> Double {
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

  private static func peakMegabytes() -> Int {
    var usage = rusage()
    // RUSAGE_SELF, which has another type on every system.
    getrusage(0, &usage)
    return usage.ru_maxrss / 1024
  }

  /// Documents of 16 KB, but that none ends inside a character.
  private static func documents(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var documents: [ArraySlice<UInt8>] = []
    var start = 0
    while start < bytes.count {
      var end = min(start + 16_384, bytes.count)
      while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
      documents.append(bytes[start..<end])
      start = end
    }
    return documents
  }

  /// The first pass with an empty memory and the best of two later ones, with a hash of the ids.
  private static func time(_ tokenizer: Tokenizer, _ file: String) throws {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
    let documents = documents(bytes)
    let encoder = TokenEncoder(tokenizer)
    _ = encoder.encode("A line.")
    var speeds: [Double] = []
    var hash: UInt64 = 0
    for _ in 0..<3 {
      var parts: [[TokenID]] = []
      let start = processSeconds()
      for document in documents { parts.append(encoder.encode(document, special: .text)) }
      speeds.append(Double(bytes.count) / 1e6 / (processSeconds() - start))
      hash = parts.joined().reduce(0) { $0 &* 31 &+ UInt64(UInt32(bitPattern: $1.rawValue)) }
    }
    print("\(file) cold \(speeds[0]) warm \(max(speeds[1], speeds[2])) hash \(hash)")
  }

  /// First passes, each by an encoder that has met nothing.
  private static func timeFirst(_ tokenizer: Tokenizer, _ file: String) throws {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
    let documents = documents(bytes)
    let speeds = (0..<12).map { _ in
      let encoder = TokenEncoder(tokenizer)
      var parts: [[TokenID]] = []
      let start = processSeconds()
      for document in documents { parts.append(encoder.encode(document, special: .text)) }
      return Double(bytes.count) / 1e6 / (processSeconds() - start)
    }
    print("\(file) cold \(speeds.sorted())")
  }

  private static func stream(_ tokenizer: Tokenizer, _ file: String) throws {
    let start = ContinuousClock.now
    var count = 0
    try tokenizer.encode(contentsOf: file, special: .text, threads: 2, transform: { $0.count }) {
      count += $0
    }
    print(
      "\(file) \(count) tokens in \(ContinuousClock.now - start), peak memory \(peakMegabytes()) MB")
  }

  private static func timeThreads(_ tokenizer: Tokenizer, _ file: String) async throws {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
    for threads in [1, 2] {
      let start = ContinuousClock.now
      let ids = await tokenizer.encode(bytes, special: .text, threads: threads)
      print("\(file) \(threads) threads \(ContinuousClock.now - start) tokens \(ids.count)")
    }
  }

  private static func timeThreads(_ tokenizer: Tokenizer, files: [String]) throws {
    for threads in [1, 2] {
      let start = ContinuousClock.now
      var count = 0
      try tokenizer.encode(contentsOf: files, special: .text, threads: threads, transform: { $0.count }) {
        count += $0.result
      }
      print("\(files.count) files \(threads) threads \(ContinuousClock.now - start) tokens \(count)")
    }
  }
}
