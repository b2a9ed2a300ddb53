/// The largest of many positions, found in one pass.
///
/// Those that may be among them are gathered; from time to time they are sorted, and the smallest let go. Positions come by
/// measurement and place, so that of equal sizes the earlier ones are kept.
///
/// Complexity: an offer takes O(1).
struct LargestPositions {
  /// A position and how large it is.
  struct Entry: KeyedRecord {
    /// What decides the order.
    var size: Double
    /// What is told.
    var value: Double
    /// Where it is.
    var measurementID: Int
    var position: Int

    var key: UInt64 { size.fallingKey }
    static var differsInUpperHalf: Bool { true }
  }

  private let limit: Int
  private var gathered: [Entry] = []
  /// The least of the largest when they were last sorted: later ones must be larger. Nil while there are too few.
  private var least: Double?

  /// The `limit` largest.
  init(limit: Int) { self.limit = limit }

  /// Keeps an entry if it is among the largest so far.
  mutating func offer(_ entry: Entry) {
    if let least, entry.size <= least { return }
    gathered.append(entry)
    if gathered.count == 2 * limit { cut() }
  }

  /// Lets go what is not among the largest; equal sizes stay in the order in which they came.
  private mutating func cut() {
    gathered.sortByKey()
    guard gathered.count >= limit else { return }
    gathered.removeSubrange(limit...)
    least = gathered.last?.size
  }

  /// The entries, largest first.
  var sorted: [Entry] {
    mutating get {
      cut()
      return gathered
    }
  }
}
