internal import Foundation

/// Finds added tokens in text: the leftmost, and of those that begin there the longest.
struct AddedTokenFinder: Sendable {
  private var nodes: [Node] = [Node()]
  private var starts = [Bool](repeating: false, count: 256)
  private var tokens: [AddedToken] = []
  private var onlyStart: UInt8?
  private let areSpecial: Bool

  /// A byte trie.
  private struct Node {
    var bytes: [UInt8] = []
    var children: [Int32] = []
    var token: Int32 = -1
  }

  /// A stretch of text: an added token with the white space it takes along, or what lies between.
  struct Segment: Equatable {
    var range: Range<Int>
    var token: TokenID?
  }

  /// Looks for these tokens. An empty one is never found.
  init(_ tokens: [AddedToken]) {
    areSpecial = tokens.allSatisfy { $0.flags.contains(.special) }
    for token in tokens where !token.content.isEmpty { add(token) }
    let first = starts.indices.filter { starts[$0] }
    onlyStart = first.count == 1 ? UInt8(first[0]) : nil
  }

  /// Whether there is nothing to look for.
  var isEmpty: Bool { tokens.isEmpty }

  private mutating func add(_ token: AddedToken) {
    var node = 0
    for byte in token.content {
      if let child = nodes[node].bytes.firstIndex(of: byte) {
        node = Int(nodes[node].children[child])
      } else {
        nodes.append(Node())
        nodes[node].bytes.append(byte)
        nodes[node].children.append(Int32(nodes.count - 1))
        node = nodes.count - 1
      }
    }
    if let first = token.content.first { starts[Int(first)] = true }
    nodes[node].token = Int32(tokens.count)
    tokens.append(token)
  }

  /// The next place where a token may begin. Nearly always all begin with one byte, which the system's
  /// search finds sixteen times faster than a look at every byte.
  private func candidate(from start: Int, in text: ScanText) -> Int? {
    guard start < text.count, !tokens.isEmpty else { return nil }
    if let only = onlyStart {
      guard let found = memchr(text.base + start, Int32(only), text.count - start) else { return nil }
      return UnsafeRawPointer(found) - UnsafeRawPointer(text.base)
    }
    return (start..<text.count).first { starts[Int(text[$0])] }
  }

  /// The longest token that begins here, and where it ends.
  private func longest(from start: Int, in text: ScanText) -> (token: AddedToken, end: Int)? {
    var node = 0
    var index = start
    var found: (token: AddedToken, end: Int)?
    while index < text.count, let child = nodes[node].bytes.firstIndex(of: text[index]) {
      node = Int(nodes[node].children[child])
      index += 1
      if nodes[node].token >= 0 { found = (tokens[Int(nodes[node].token)], index) }
    }
    return found
  }

  /// Cuts a text at its added tokens.
  ///
  /// A token that is found and then not wanted, being special where specials are text or not a word of
  /// its own, is passed over whole, and nothing is looked for inside it. So does the reference.
  func segments(of range: Range<Int>, in text: ScanText, special: SpecialTokens) -> [Segment] {
    if special == .text, areSpecial { return range.isEmpty ? [] : [Segment(range: range, token: nil)] }
    let window = ScanText(base: text.base, count: range.upperBound, classes: text.classes)
    var segments: [Segment] = []
    var open = range.lowerBound
    var index = range.lowerBound
    while let start = candidate(from: index, in: window) {
      guard let (token, end) = longest(from: start, in: window) else {
        index = start + 1
        continue
      }
      index = end
      if special == .text, token.flags.contains(.special) { continue }
      if token.flags.contains(.singleWord), !standsAlone(start..<end, after: range.lowerBound, in: window) {
        continue
      }
      let left =
        token.flags.contains(.stripsLeft)
        ? max(window.spaceStart(before: start, notBefore: range.lowerBound), open) : start
      let right = token.flags.contains(.stripsRight) ? window.run(of: .space, from: end) : end
      if open < left { segments.append(Segment(range: open..<left, token: nil)) }
      segments.append(Segment(range: left..<right, token: token.id))
      open = right
    }
    if open < range.upperBound { segments.append(Segment(range: open..<range.upperBound, token: nil)) }
    return segments
  }

  private func standsAlone(_ range: Range<Int>, after start: Int, in text: ScanText) -> Bool {
    if range.upperBound < text.count, text.isWordCharacter(at: range.upperBound) { return false }
    guard range.lowerBound > start else { return true }
    return !text.isWordCharacter(at: text.scalarStart(before: range.lowerBound))
  }
}

extension ScanText {
  /// Where the scalar begins that ends at `end`.
  func scalarStart(before end: Int) -> Int {
    for length in 2...4 where end >= length {
      let (point, width) = codePoint(at: end - length)
      if point != nil, width == length { return end - length }
    }
    return end - 1
  }

  /// Where the white space begins that ends at `end`.
  func spaceStart(before end: Int, notBefore limit: Int) -> Int {
    var index = end
    while index > limit {
      let before = scalarStart(before: index)
      if !scalar(at: before).class.contains(.space) { break }
      index = before
    }
    return index
  }

  /// Whether `\w` matches the scalar here: alphabetic, mark, decimal digit, connector or joiner.
  func isWordCharacter(at index: Int) -> Bool {
    guard let point = codePoint(at: index).point, let scalar = Unicode.Scalar(point) else { return false }
    switch GeneralCategory(of: scalar) {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .connectorPunctuation:
      return true
    default:
      // The circled and squared letters are alphabetic symbols; the two joiners are joined by name.
      return [0x24B6...0x24E9, 0x1F130...0x1F149, 0x1F150...0x1F169, 0x1F170...0x1F189, 0x200C...0x200D]
        .contains { $0.contains(point) }
    }
  }
}
