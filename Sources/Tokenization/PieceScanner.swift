/// A hand-written equal of one split pattern: says where the piece ends that begins at an index.
///
/// Pieces follow one another without gaps, so a scanner needs no state and a text may be scanned
/// again from any boundary it has found.
///
/// A letter, or a space and a letter, begins a word, and a space between two letters ends one: in every
/// pattern, so that `WordBlock` may find such words.
protocol PieceScanner: Sendable {
  /// The letters of which that is true.
  static var wordLetters: WordBlock.Letters { get }

  /// The end of the piece that begins at `start`, which is below `text.count`. Always beyond `start`.
  func end(from start: Int, in text: ScanText) -> Int
}
