import TestSupport

extension [UInt8] {
  /// The same zip archive without checksums of members that are stored as they are, so that changes of their bytes
  /// are met by what reads them.
  var withoutChecksums: [UInt8] {
    var bytes = self
    let entry: [UInt8] = [0x50, 0x4B, 0x01, 0x02]
    var place = bytes.startIndex
    while let found = bytes[place...].firstRange(of: entry)?.lowerBound {
      if found + 20 <= bytes.endIndex, bytes[found + 10] == 0 {
        for byte in found + 16..<found + 20 { bytes[byte] = 0 }
      }
      place = found + entry.count
    }
    return bytes
  }
}

/// Changes files as disks, copies and malice do: bits, bytes, lengths, order, and numbers that are often too large.
struct Mutator {
  private var generator: SplitMix64
  /// Another file, of which pieces are put in.
  var donor: [UInt8] = []

  init(seed: UInt64) { generator = SplitMix64(seed: seed) }

  private static let numbers: [UInt64] = [
    0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x7FFF_FFFF_FFFF_FFFF,
    0x8000_0000_0000_0000, 0xFFFF_FFFF_FFFF_FFFF, 0x4000_0000_0000_0000, 0x2000_0000_0000_0001,
  ]

  /// One to four changes, half of them among the bytes of `focus`.
  mutating func mutated(_ original: [UInt8], focus: Range<Int>? = nil) -> [UInt8] {
    var bytes = original
    for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
      var range = 0..<bytes.count
      if let focus, Bool.random(using: &generator) { range = focus.clamped(to: range) }
      guard !range.isEmpty else { continue }
      change(&bytes, at: Int.random(in: range, using: &generator))
    }
    return bytes
  }

  private mutating func change(_ bytes: inout [UInt8], at place: Int) {
    switch Int.random(in: 0..<14, using: &generator) {
    case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 1, 2: bytes[place] = UInt8.random(in: 0...255, using: &generator)
    case 3: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
    case 4: bytes.remove(at: place)
    case 5: bytes.insert(contentsOf: piece(of: bytes), at: place)
    case 6: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...64, using: &generator)))
    case 7, 8: replaceDigit(&bytes, after: place)
    case 9: swapPieces(&bytes, at: place)
    case 10: splice(&bytes, at: place)
    case 11: if Bool.random(using: &generator) { bytes.removeSubrange(place...) }
    default: overwrite(&bytes, at: place)
    }
  }

  /// A piece of these bytes from anywhere.
  private mutating func piece(of bytes: [UInt8]) -> ArraySlice<UInt8> {
    guard !bytes.isEmpty else { return [] }
    let start = Int.random(in: 0..<bytes.count, using: &generator)
    return bytes[start..<min(bytes.count, start + Int.random(in: 1...256, using: &generator))]
  }

  /// Exchanges two neighbouring pieces of the same length.
  private mutating func swapPieces(_ bytes: inout [UInt8], at place: Int) {
    let length = Int.random(in: 1...16, using: &generator)
    guard place + 2 * length <= bytes.count else { return }
    for index in place..<place + length { bytes.swapAt(index, index + length) }
  }

  /// Puts a piece of the other file over these bytes.
  private mutating func splice(_ bytes: inout [UInt8], at place: Int) {
    let piece = piece(of: donor)
    bytes.replaceSubrange(place..<min(bytes.count, place + piece.count), with: piece)
  }

  /// Puts what no length, index or id can be in place of a digit.
  private mutating func replaceDigit(_ bytes: inout [UInt8], after place: Int) {
    guard let digit = bytes[place...].firstIndex(where: { (0x30...0x39).contains($0) }) else { return }
    let number = Self.writtenNumbers.randomElement(using: &generator) ?? ""
    bytes.replaceSubrange(digit...digit, with: Array(number.utf8))
  }

  private static let writtenNumbers = [
    "-1", "9223372036854775807", "4294967296", "1e300", "0.5", "null", "NaN", "[]", "\"x\"", "-Infinity",
    "{}", "9999999",
  ]

  /// Puts a number of one to eight bytes over others.
  private mutating func overwrite(_ bytes: inout [UInt8], at place: Int) {
    let number = Self.numbers.randomElement(using: &generator) ?? 0
    let width = [1, 2, 4, 8].randomElement(using: &generator) ?? 8
    for index in place..<min(bytes.count, place + width) {
      bytes[index] = UInt8(truncatingIfNeeded: number >> (8 * UInt64(index - place)))
    }
  }
}
