/// A stretch of text that may have been rewritten, and knows where every byte of it comes from.
struct AlignedText {
  /// The text as it is now.
  private(set) var bytes: ArraySlice<UInt8>
  /// Where each byte comes from, if the text was rewritten.
  private var spans: ArraySlice<Span>?
  /// What is added to an index of `bytes` to get the place in the text as given, if it was not.
  private var shift: Int

  private struct Span {
    var start: Int
    var end: Int
  }

  /// Bytes that begin at `offset` of the text as given.
  init(_ bytes: [UInt8], offset: Int) {
    self.bytes = bytes[...]
    shift = offset
  }

  /// Whether nothing is left.
  var isEmpty: Bool { bytes.isEmpty }

  /// Where the bytes in a range, counted from the beginning of this stretch, come from.
  func origin(of range: Range<Int>) -> Range<Int> {
    let low = bytes.startIndex + range.lowerBound
    let high = bytes.startIndex + range.upperBound
    guard let spans else { return low + shift..<high + shift }
    if range.isEmpty {
      let place = low < spans.endIndex ? spans[low].start : spans.last?.end ?? 0
      return place..<place
    }
    return spans[low].start..<max(spans[low].start, spans[high - 1].end)
  }

  /// A part, its range counted from the beginning of this stretch.
  subscript(range: Range<Int>) -> AlignedText {
    let absolute = bytes.startIndex + range.lowerBound..<bytes.startIndex + range.upperBound
    var part = self
    part.bytes = bytes[absolute]
    part.spans = spans?[absolute]
    return part
  }

  /// The text with some stretches rewritten. Every byte of a rewritten stretch comes from all of it.
  func replacing(_ changes: [(range: Range<Int>, bytes: [UInt8])]) -> AlignedText {
    if changes.isEmpty { return self }
    var text: [UInt8] = []
    var origins: [Span] = []
    func keep(_ range: Range<Int>) {
      for index in range {
        text.append(bytes[bytes.startIndex + index])
        let origin = origin(of: index..<index + 1)
        origins.append(Span(start: origin.lowerBound, end: origin.upperBound))
      }
    }
    var next = 0
    for (range, replacement) in changes {
      keep(next..<range.lowerBound)
      let origin = origin(of: range)
      text += replacement
      origins += repeatElement(
        Span(start: origin.lowerBound, end: origin.upperBound), count: replacement.count)
      next = range.upperBound
    }
    keep(next..<bytes.count)
    var result = AlignedText(text, offset: 0)
    result.spans = origins[...]
    return result
  }

  /// The text with bytes in front that come from nowhere.
  func prepending(_ prefix: [UInt8]) -> AlignedText { replacing([(0..<0, prefix)]) }

  /// Reads the text with the classes of its scalars.
  func withScanText<R>(_ body: (ScanText) -> R) -> R {
    bytes.withUnsafeBufferPointer { buffer in
      ScalarClass.table.withUnsafeBufferPointer { classes in
        // An empty buffer has no address; any address will do for no bytes.
        guard let table = classes.baseAddress else { preconditionFailure("the class table is empty") }
        return body(ScanText(base: buffer.baseAddress ?? table, count: buffer.count, classes: table))
      }
    }
  }
}
