internal import Dispatch
internal import Foundation

extension Tokenizer {
  /// Whether a text may be cut at ends of lines and its parts be encoded on their own.
  ///
  /// True where a family's pattern has the last word: a newline behind a visible character and before a
  /// letter or number ends a piece in all of them, whatever stands around it. An added token that takes
  /// white space before it along, or holds a newline, could reach across.
  var allowsChunks: Bool {
    let areKnown = cuts.allSatisfy(\.isLocalAtLineEnds)
    let areLocal = normalizers.allSatisfy { if case .form = $0 { true } else { false } }
    return areKnown && cuts.contains(where: \.isFamily) && areLocal
      && vocabulary.addedTokens.allSatisfy {
        !$0.flags.contains(.stripsLeft) && !$0.content.contains(0x0A)
      }
  }

  /// The first of some places where a text may be cut, or nothing.
  ///
  /// - Precondition: The tokenizer allows it.
  func firstCut(in bytes: UnsafeBufferPointer<UInt8>, at places: some Sequence<Int>) -> Int? {
    guard let base = bytes.baseAddress else { return nil }
    return ScalarClass.table.withUnsafeBufferPointer { classes in
      guard let classes = classes.baseAddress else { return nil }
      let text = ScanText(base: base, count: bytes.count, classes: classes)
      return places.first { $0 >= 2 && text[$0 - 1] == 0x0A && isCut($0, in: text) }
    }
  }

  private func isCut(_ index: Int, in text: ScanText) -> Bool {
    let after = text.scalar(at: index).class
    guard !after.isDisjoint(with: [.letter, .number]) else { return false }
    // ASCII before the newline, so that no white space of several bytes can hide there.
    let before = text[index - 2]
    return before > 0x20 && before < 0x7F || before >= 0x80 && isVisible(before: index - 1, in: text)
  }

  private func isVisible(before end: Int, in text: ScanText) -> Bool {
    let found = text.scalar(at: text.scalarStart(before: end)).class
    return !found.isDisjoint(with: [.letter, .number, .punctuation, .symbol])
  }
}

extension Tokenizer {
  /// The ids of a large text, worked out by several threads. They are those that one thread gives.
  ///
  /// - Parameters:
  ///   - bytes: The text, which should be UTF-8.
  ///   - threads: How many work at once. A tokenizer whose text must not be cut uses one.
  public func encode(
    _ bytes: [UInt8], special: SpecialTokens = .parse, threads: Int
  ) async -> [TokenID] {
    let workers = max(threads, 1)
    let ranges = chunks(of: bytes, atLeast: max(bytes.count / (workers * 64), 1 << 16))
    let queue = PartQueue(count: ranges.count, workers: workers)
    return await withTaskGroup(of: [(Int, [TokenID])].self) { group in
      for worker in 0..<workers {
        group.addTask {
          let encoder = TokenEncoder(self)
          var worked: [(Int, [TokenID])] = []
          while let place = queue.next(for: worker) {
            worked.append((place, encoder.encode(bytes[ranges[place]], special: special)))
          }
          return worked
        }
      }
      var parts = [[TokenID]](repeating: [], count: ranges.count)
      for await worked in group { for (place, ids) in worked { parts[place] = ids } }
      return Self.joined(parts, threads: workers)
    }
  }

  /// Joins parts, copied by as many threads: most of the time goes into memory that is new.
  private static func joined(_ parts: [[TokenID]], threads: Int) -> [TokenID] {
    if parts.count == 1 { return parts[0] }
    let starts = parts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    return Array(unsafeUninitializedCapacity: starts[parts.count]) { ids, count in
      if let base = ids.baseAddress {
        nonisolated(unsafe) let base = base
        DispatchQueue.concurrentPerform(iterations: threads) { first in
          for place in stride(from: first, to: parts.count, by: threads) {
            (base + starts[place]).initialize(from: parts[place], count: parts[place].count)
          }
        }
      }
      count = starts[parts.count]
    }
  }

  /// A text in parts of about a size that may be encoded on their own.
  func chunks(of bytes: [UInt8], atLeast size: Int) -> [Range<Int>] {
    guard allowsChunks else { return [0..<bytes.count] }
    var ranges: [Range<Int>] = []
    var start = 0
    while bytes.count - start > size {
      guard let cut = bytes.withUnsafeBufferPointer({ firstCut(in: $0, at: start + size..<bytes.count) })
      else {
        break
      }
      ranges.append(start..<cut)
      start = cut
    }
    ranges.append(start..<bytes.count)
    return ranges
  }
}

extension CutStep {
  fileprivate var isFamily: Bool { if case .family = self { true } else { false } }

  /// Whether a newline between a visible character and a letter or number ends a piece, whatever stands
  /// around: steps that part single characters, or runs of digits, do not reach across it either.
  fileprivate var isLocalAtLineEnds: Bool {
    switch self {
    case .family: true
    case .digits(let behavior): [.isolated, .contiguous].contains(behavior.kind) && !behavior.isInverted
    case .punctuation(let behavior): behavior == Behavior(kind: .isolated)
    default: false
    }
  }
}
