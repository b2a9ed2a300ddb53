/// What the normalization forms are made of: combining classes, decompositions and compositions.
struct NormalizationData: Sendable {
  let combiningClasses: [UInt32: UInt8]
  /// The first step of the canonical decomposition.
  let canonical: [UInt32: [UInt32]]
  /// The whole compatibility decomposition, where it is another one.
  let compatible: [UInt32: [UInt32]]
  private let compositions: [UInt64: UInt32]

  static let shared = NormalizationData()

  private init() {
    var canonical: [UInt32: [UInt32]] = [:]
    var compositions: [UInt64: UInt32] = [:]
    for (point, mark, parts) in Self.entries(of: CanonicalTable.decompositions) {
      canonical[point] = parts
      if parts.count == 2, !mark { compositions[Self.pair(parts[0], parts[1])] = point }
    }
    self.canonical = canonical
    self.compositions = compositions
    compatible = Dictionary(
      uniqueKeysWithValues: Self.entries(of: CompatibilityTable.decompositions).map { ($0.point, $0.parts) })
    var classes: [UInt32: UInt8] = [:]
    for run in Self.words(of: CanonicalTable.classes) {
      let fields = run.split(separator: ",", omittingEmptySubsequences: false)
      guard let first = UInt32(fields[0], radix: 36), let value = UInt8(fields[2]) else { continue }
      for point in first..<first + (UInt32(fields[1]) ?? 1) { classes[point] = value }
    }
    combiningClasses = classes
  }

  private static func words(of text: StaticString) -> [Substring] { text.description.split(separator: " ") }

  private static func entries(of text: StaticString) -> [(point: UInt32, isExcluded: Bool, parts: [UInt32])] {
    var point: UInt32 = 0
    return words(of: text).map { word in
      let fields = word.split(separator: ",")
      let isExcluded = fields[0].hasSuffix("!")
      point += UInt32(isExcluded ? fields[0].dropLast() : fields[0], radix: 36) ?? 0
      return (point, isExcluded, fields.dropFirst().compactMap { UInt32($0, radix: 36) })
    }
  }

  private static func pair(_ first: UInt32, _ second: UInt32) -> UInt64 {
    UInt64(first) << 32 | UInt64(second)
  }
}

extension NormalizationData {
  /// What two parts compose to, where these are all the parts of one character.
  func composition(of parts: [UInt32]) -> UInt32? {
    parts.count == 2 ? composition(parts[0], parts[1]) : nil
  }

  private func composition(_ first: UInt32, _ second: UInt32) -> UInt32? {
    if (0x1100..<0x1113).contains(first), (0x1161..<0x1176).contains(second) {
      return 0xAC00 + ((first - 0x1100) * 21 + (second - 0x1161)) * 28
    }
    if (0xAC00..<0xD7A4).contains(first), (first - 0xAC00) % 28 == 0, (0x11A8..<0x11C3).contains(second) {
      return first + second - 0x11A7
    }
    return compositions[Self.pair(first, second)]
  }

  /// Everything a scalar decomposes into.
  func decomposition(of point: UInt32, compatible isCompatible: Bool) -> [UInt32] {
    if (0xAC00..<0xD7A4).contains(point) {
      let syllable = point - 0xAC00
      let parts = [0x1100 + syllable / 588, 0x1161 + syllable % 588 / 28]
      return syllable % 28 == 0 ? parts : parts + [0x11A7 + syllable % 28]
    }
    if isCompatible, let parts = compatible[point] { return parts }
    guard let parts = canonical[point] else { return [point] }
    return parts.flatMap { decomposition(of: $0, compatible: isCompatible) }
  }

  /// Puts every run of combining characters into the order of their classes, keeping equals in place.
  func order(_ scalars: inout [UInt32]) {
    var start = 0
    while start < scalars.count {
      var end = start
      while end < scalars.count, combiningClass(scalars[end]) != 0 { end += 1 }
      if end > start + 1 {
        let sorted = scalars[start..<end].enumerated().sorted {
          (combiningClass($0.element), $0.offset) < (combiningClass($1.element), $1.offset)
        }
        scalars.replaceSubrange(start..<end, with: sorted.map(\.element))
      }
      start = max(end, start + 1)
    }
  }

  private func combiningClass(_ point: UInt32) -> UInt8 { combiningClasses[point] ?? 0 }

  /// Composes what the order allows: a character with its starter, unless one of the same or a higher
  /// class stands between.
  func compose(_ scalars: [UInt32]) -> [UInt32] {
    var result: [UInt32] = []
    var starter: Int?
    var blocking: UInt8 = 0
    for scalar in scalars {
      let kind = combiningClass(scalar)
      if let place = starter {
        let isAdjacent = place == result.count - 1
        if isAdjacent || (blocking != 0 && blocking < kind), let composed = composition(result[place], scalar)
        {
          result[place] = composed
          continue
        }
      }
      if kind == 0 { starter = result.count }
      blocking = kind
      result.append(scalar)
    }
    return result
  }
}
