/// The largest of many positions, found in one pass: a heap whose root is the first to go.
///
/// Of equal sizes the earlier measurement is kept, then the earlier position.
///
/// Complexity: an offer takes O(1) where it is too small, else O(log limit).
struct LargestPositions {
  /// A position and how large it is.
  struct Entry {
    /// What decides the order.
    var size: Double
    /// What is told.
    var value: Double
    /// Where it is.
    var measurementID: Int
    var position: Int

    /// True where this entry stands before another one.
    func precedes(_ other: Entry) -> Bool {
      if size != other.size { return size > other.size }
      return (measurementID, position) < (other.measurementID, other.position)
    }
  }

  private let limit: Int
  /// A binary heap: every parent is preceded by its children.
  private var heap: [Entry] = []

  /// The `limit` largest.
  init(limit: Int) { self.limit = limit }

  /// Keeps an entry if it is among the largest so far.
  mutating func offer(_ entry: Entry) {
    if heap.count < limit {
      heap.append(entry)
      rise(from: heap.count - 1)
    } else if let last = heap.first, entry.precedes(last) {
      heap[0] = entry
      sink()
    }
  }

  /// The entries, largest first.
  var sorted: [Entry] { heap.sorted { $0.precedes($1) } }

  /// Moves what must give way, and puts the entry where it belongs at the end: half the work of exchanges.
  private mutating func rise(from start: Int) {
    heap.withUnsafeMutableBufferPointer { heap in
      let entry = heap[start]
      var place = start
      while place > 0, heap[(place - 1) / 2].precedes(entry) {
        heap[place] = heap[(place - 1) / 2]
        place = (place - 1) / 2
      }
      heap[place] = entry
    }
  }

  private mutating func sink() {
    heap.withUnsafeMutableBufferPointer { heap in
      let entry = heap[0]
      var place = 0
      while 2 * place + 1 < heap.count {
        var child = 2 * place + 1
        if child + 1 < heap.count, heap[child].precedes(heap[child + 1]) { child += 1 }
        guard entry.precedes(heap[child]) else { break }
        heap[place] = heap[child]
        place = child
      }
      heap[place] = entry
    }
  }
}
