/// Records that are put in order by their key, of which there may be more than memory should hold.
///
/// They are gathered up to a limit, sorted, and set aside in a file as one run; the runs are merged when they are read.
/// Records of one key keep the order in which they came, so that what is read is the same for every limit.
struct SortedRuns<Record: KeyedRecord> {
  /// Enough for few runs, and few enough to be sorted in the processor's cache.
  static var usualLimit: Int { 1 << 16 }

  /// The number of records.
  private(set) var count = 0
  private let path: String
  private let limit: Int
  private var gathered: [Record] = []
  /// Whether what is gathered is in order, so that a second merge need not sort again.
  private var isSorted = true
  private var file: ScratchFile?
  /// Where each run lies in the file, in bytes.
  private var runs: [Range<Int>] = []

  /// - Parameter path: The index, beside which runs are set aside.
  init(beside path: String, limit: Int = usualLimit) {
    self.path = path
    self.limit = limit
  }

  mutating func append(_ record: Record) throws {
    count += 1
    isSorted = false
    gathered.append(record)
    if gathered.count == limit { try setAside() }
  }

  private mutating func sort() {
    if !isSorted { gathered.sortByKey() }
    isSorted = true
  }

  private mutating func setAside() throws {
    sort()
    let file = try self.file ?? ScratchFile(beside: path)
    self.file = file
    try gathered.withUnsafeBytes { bytes in
      let start = try file.append(bytes)
      runs.append(start..<start + bytes.count)
    }
    gathered.removeAll(keepingCapacity: true)
  }

  /// Hands over every record, the smallest key first. May be called again.
  mutating func merge() throws -> SortedMerge<Record> {
    sort()
    return try SortedMerge(runs: runs, of: file, beside: gathered)
  }
}

/// The records of several sorted runs in one order.
///
/// Complexity: O(log runs) a record; 256 records of each run are in memory.
struct SortedMerge<Record: KeyedRecord> {
  private static var pageSize: Int { 256 }

  /// What is read of one run, and where the rest of it lies in the file.
  private struct Source {
    var page: [Record]
    var place = 0
    var left: Range<Int>
  }

  private let file: ScratchFile?
  /// The one run, where none is in the file, and how much of it was handed over.
  private let only: [Record]?
  private var taken = 0
  private var sources: [Source] = []
  /// A binary heap of the sources' first keys. Of equal keys the earlier run's comes first.
  private var heap: [(key: UInt64, source: Int)] = []

  fileprivate init(runs: [Range<Int>], of file: ScratchFile?, beside last: [Record]) throws {
    self.file = file
    only = runs.isEmpty ? last : nil
    guard !runs.isEmpty else { return }
    sources = runs.map { Source(page: [], left: $0) } + [Source(page: last, left: 0..<0)]
    for place in sources.indices {
      try turnPage(of: place)
      // Keys come in the order of the runs, so that each new one is moved up from the end.
      if let first = sources[place].page.first { push((first.key, place)) }
    }
  }

  /// The next record; nil after the last.
  mutating func next() throws -> Record? {
    if let only {
      guard taken < only.count else { return nil }
      taken += 1
      return only[taken - 1]
    }
    guard let first = heap.first else { return nil }
    let source = first.source
    let record = sources[source].page[sources[source].place]
    sources[source].place += 1
    if sources[source].place == sources[source].page.count { try turnPage(of: source) }
    if sources[source].place < sources[source].page.count {
      heap[0].key = sources[source].page[sources[source].place].key
    } else {
      let last = heap.removeLast()
      if heap.isEmpty { return record }
      heap[0] = last
    }
    sink()
    return record
  }

  /// Reads on where a page is used up.
  private mutating func turnPage(of source: Int) throws {
    let left = sources[source].left
    guard let file, !left.isEmpty, sources[source].place == sources[source].page.count else { return }
    let count = min(Self.pageSize, left.count / MemoryLayout<Record>.stride)
    sources[source].page = try [Record](unsafeUninitializedCapacity: count) { page, filled in
      try file.read(into: UnsafeMutableRawBufferPointer(page), at: left.lowerBound)
      filled = count
    }
    sources[source].place = 0
    sources[source].left = left.lowerBound + count * MemoryLayout<Record>.stride..<left.upperBound
  }

  private mutating func push(_ entry: (key: UInt64, source: Int)) {
    heap.append(entry)
    var place = heap.count - 1
    while place > 0, heap[place] < heap[(place - 1) / 2] {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  private mutating func sink() {
    heap.withUnsafeMutableBufferPointer { heap in
      let entry = heap[0]
      var place = 0
      while true {
        var child = 2 * place + 1
        guard child < heap.count else { break }
        if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
        guard heap[child] < entry else { break }
        heap[place] = heap[child]
        place = child
      }
      heap[place] = entry
    }
  }
}
