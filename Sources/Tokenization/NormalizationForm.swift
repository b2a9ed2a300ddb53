/// A Unicode normalization form, by the tables of the reference's normalizers (Unicode 9).
enum NormalizationForm: String, CaseIterable, Sendable {
  case composed = "NFC"
  case decomposed = "NFD"
  case compatiblyComposed = "NFKC"
  case compatiblyDecomposed = "NFKD"

  private var isCompatible: Bool { self == .compatiblyComposed || self == .compatiblyDecomposed }
  private var isComposed: Bool { self == .composed || self == .compatiblyComposed }

  /// Whether a scalar stays as it is whatever stands beside it: not moved, not decomposed for good, and
  /// never the second part of a composition.
  ///
  /// One flat table per form, so that text that is normalized already, which is nearly all text, costs a
  /// look-up per scalar.
  private static let inert: [NormalizationForm: [Bool]] = Dictionary(
    uniqueKeysWithValues: allCases.map { ($0, $0.inertTable()) })

  private func inertTable() -> [Bool] {
    let data = NormalizationData.shared
    var table = [Bool](repeating: true, count: GeneralCategory.codePoints)
    for point in data.combiningClasses.keys { table[Int(point)] = false }
    for (point, parts) in data.canonical {
      let isRecomposed = isComposed && data.composition(of: parts) == point
      if !isRecomposed { table[Int(point)] = false }
      if isComposed, parts.count == 2 { table[Int(parts[1])] = false }
    }
    if isCompatible { for point in data.compatible.keys { table[Int(point)] = false } }
    let hangul = isComposed ? 0x1161...0x11C2 : 0xAC00...0xD7A3
    for point in hangul { table[point] = false }
    return table
  }

  /// The stretches of a text that change, and what they become. Bytes that are not UTF-8 stay.
  func changes(of text: ScanText) -> [(range: Range<Int>, bytes: [UInt8])] {
    guard let inert = Self.inert[self] else { return [] }
    var changes: [(range: Range<Int>, bytes: [UInt8])] = []
    var index = 0
    var previous = 0
    while index < text.count {
      // Below U+0300 nothing combines; composed forms are already composed there.
      let (point, length) = text.codePoint(at: index)
      guard let point, !inert[Int(point)] else {
        previous = index
        index += length
        continue
      }
      let start = text.codePoint(at: previous).point == nil ? index : previous
      var scalars: [UInt32] = []
      if start < index, let base = text.codePoint(at: start).point { scalars.append(base) }
      while index < text.count {
        let (next, width) = text.codePoint(at: index)
        guard let next, !inert[Int(next)] else { break }
        scalars.append(next)
        index += width
      }
      previous = index
      let normalized = normalize(scalars)
      if normalized != scalars { changes.append((start..<index, Self.bytes(of: normalized))) }
    }
    return changes
  }

  private static func bytes(of scalars: [UInt32]) -> [UInt8] {
    scalars.flatMap { Unicode.Scalar($0).flatMap { UTF8.encode($0) }.map(Array.init) ?? [] }
  }

  private func normalize(_ scalars: [UInt32]) -> [UInt32] {
    let data = NormalizationData.shared
    var result = scalars.flatMap { data.decomposition(of: $0, compatible: isCompatible) }
    data.order(&result)
    return isComposed ? data.compose(result) : result
  }
}
