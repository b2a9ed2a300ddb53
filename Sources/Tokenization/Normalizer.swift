/// A step that rewrites text before it is cut.
enum Normalizer: Sendable {
  case form(NormalizationForm)
  case lowercase
  /// Put in front of every stretch that is not empty.
  case prepend([UInt8])
  case replace([UInt8], with: [UInt8])
  case replaceMatches(SplitExpression, with: [UInt8])
  case strip(left: Bool, right: Bool)

  /// The text after this step.
  func apply(_ text: AlignedText) -> AlignedText {
    switch self {
    case .form(let form): text.replacing(text.withScanText { form.changes(of: $0) })
    case .lowercase: text.replacing(text.withScanText { Self.lowercase($0) })
    case .prepend(let prefix): text.isEmpty ? text : text.prepending(prefix)
    case .replace(let old, let new):
      text.replacing(Self.places(of: old, in: Array(text.bytes)).map { ($0, new) })
    case .replaceMatches(let expression, let new):
      text.replacing(text.withScanText { expression.matches(in: $0) }.map { ($0, new) })
    case .strip(let left, let right):
      text.withScanText { scan in
        let start = left ? scan.run(of: .space, from: 0) : 0
        let end = right ? max(start, scan.spaceStart(before: scan.count, notBefore: start)) : scan.count
        return text[start..<end]
      }
    }
  }

  private static func lowercase(_ text: ScanText) -> [(range: Range<Int>, bytes: [UInt8])] {
    var changes: [(range: Range<Int>, bytes: [UInt8])] = []
    var index = 0
    while index < text.count {
      let (point, length) = text.codePoint(at: index)
      if let scalar = point.flatMap(Unicode.Scalar.init) {
        let small = scalar.properties.lowercaseMapping
        if !small.unicodeScalars.elementsEqual(CollectionOfOne(scalar)) {
          changes.append((index..<index + length, Array(small.utf8)))
        }
      }
      index += length
    }
    return changes
  }

  /// Where a text stands in another one, without overlaps.
  static func places(of needle: [UInt8], in bytes: [UInt8]) -> [Range<Int>] {
    guard let first = needle.first else { return [] }
    var places: [Range<Int>] = []
    var index = 0
    while index + needle.count <= bytes.count {
      if bytes[index] == first, bytes[index..<index + needle.count].elementsEqual(needle) {
        places.append(index..<index + needle.count)
        index += needle.count
      } else {
        index += 1
      }
    }
    return places
  }
}

extension SplitExpression {
  /// All matches, one behind the other.
  func matches(in text: ScanText) -> [Range<Int>] {
    var matches: [Range<Int>] = []
    var index = 0
    while let match = firstMatch(from: index, in: text) {
      matches.append(match)
      index = match.upperBound
    }
    return matches
  }
}
