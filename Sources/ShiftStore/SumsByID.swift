/// Sums of tokens or groups of tokens, gathered row by row.
///
/// Rows come by rising id from one table, so that mostly there is nothing to look up and nothing to sort. What is added
/// to one id is added in the order in which it came.
struct SumsByID<Sums> {
  private var entries: [(id: Int, sums: Sums)] = []
  private var isRising = true
  private let add: (inout Sums, Sums) -> Void

  /// Nothing yet.
  init(adding add: @escaping (inout Sums, Sums) -> Void) { self.add = add }

  /// Adds to an id.
  mutating func append(_ sums: Sums, to id: Int) {
    if let last = entries.last, last.id >= id {
      if last.id == id { return add(&entries[entries.count - 1].sums, sums) }
      isRising = false
    }
    entries.append((id, sums))
  }

  /// Every id once, rising.
  consuming func rising() -> [(id: Int, sums: Sums)] {
    if isRising { return entries }
    let order = entries.indices.sorted { (entries[$0].id, $0) < (entries[$1].id, $1) }
    var joined = SumsByID(adding: add)
    for place in order { joined.append(entries[place].sums, to: entries[place].id) }
    return joined.entries
  }
}
