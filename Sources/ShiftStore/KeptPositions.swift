import Measures

/// The positions that this process wrote into an index, set aside as they are in memory: counting the tables reads them a
/// few times faster than SQLite finds them again.
///
/// What is missing here, as after a run that was stopped, is read from the index; the values are the same.
struct KeptPositions {
  /// Where the positions of a measurement lie in the file.
  private struct Place {
    var offset: Int
    var count: Int
  }

  /// Half a million or more positions. For a study of many more the disk's room would count, not the time.
  private static let limit = 256 << 20

  private let path: String
  private var file: ScratchFile?
  private var places: [Int: Place] = [:]
  private var isFull = false

  /// - Parameter path: The index, beside which positions are set aside.
  init(beside path: String) { self.path = path }

  /// Sets the positions of a measurement aside, where there is room.
  ///
  /// - Parameter positions: They rise.
  mutating func keep(_ positions: [PositionMeasures], of measurementID: Int) {
    let size = positions.count * MemoryLayout<PositionMeasures>.stride
    guard !isFull, !positions.isEmpty else { return }
    // A disk that is full is no error yet: the index has them too.
    guard let file = file ?? (try? ScratchFile(beside: path)), file.size + size <= Self.limit,
      let offset = try? positions.map(\.asStored).withUnsafeBytes({ try file.append($0) })
    else {
      isFull = true
      return
    }
    self.file = file
    places[measurementID] = Place(offset: offset, count: positions.count)
  }

  /// The positions of a measurement, rising; nil where they were not set aside.
  func positions(of measurementID: Int) throws -> [PositionMeasures]? {
    guard let file, let place = places[measurementID] else { return nil }
    return try [PositionMeasures](unsafeUninitializedCapacity: place.count) { positions, filled in
      try file.read(into: UnsafeMutableRawBufferPointer(positions), at: place.offset)
      filled = place.count
    }
  }
}

extension PositionMeasures {
  /// As SQLite gives it back: zero without a sign.
  fileprivate var asStored: PositionMeasures {
    var stored = self
    stored.divergences = Divergences(
      klTunedReference: divergences.klTunedReference.asStored,
      klReferenceTuned: divergences.klReferenceTuned.asStored,
      jensenShannon: divergences.jensenShannon.asStored,
      totalVariation: divergences.totalVariation.asStored,
      entropyReference: divergences.entropyReference.asStored,
      entropyTuned: divergences.entropyTuned.asStored)
    stored.logprobReference = logprobReference.map { $0 + 0 }
    stored.logprobTuned = logprobTuned.map { $0 + 0 }
    stored.coverageReference = coverageReference + 0
    stored.coverageTuned = coverageTuned + 0
    return stored
  }
}

extension Figure {
  fileprivate var asStored: Figure {
    switch self {
    case .exact(let value): .exact(value + 0)
    case .between(let low, let high): .between(low: low + 0, high: high.map { $0 + 0 })
    }
  }
}
