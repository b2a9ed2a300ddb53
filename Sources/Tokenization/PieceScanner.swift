/// A hand-written equal of one split pattern: says where the piece ends that begins at an index.
///
/// Pieces follow one another without gaps, so a scanner needs no state and a text may be scanned
/// again from any boundary it has found.
protocol PieceScanner: Sendable {
  /// What the pattern comes to in plain ASCII.
  var plainRules: PlainBlock.Rules { get }

  /// The end of the piece that begins at `start`, which is below `text.count`. Always beyond `start`.
  func end(from start: Int, in text: ScanText) -> Int
}
