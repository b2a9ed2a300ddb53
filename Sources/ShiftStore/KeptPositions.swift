import Foundation
import GRDB
import Measures

/// The positions that this process wrote into an index, set aside as they are: counting the tables reads them a few times
/// faster than SQLite finds them again. The first stay in memory, all others go into a file.
///
/// What is missing here, as after a run that was stopped, is read from the index; the values are the same. Nothing is kept
/// beside an index into which somebody else has written since, or in which triggers may change a row, or once the file is
/// needed and the disk has little room.
struct KeptPositions {
  /// Where the positions of a measurement are.
  private enum Place {
    case memory([PositionMeasures])
    case file(offset: Int, count: Int)
  }

  /// Sixty thousand positions: a small study needs no file, and a large one's memory does not grow.
  private let memoryLimit: Int
  private var memoryUsed = 0

  /// Nearly a million positions. For a study of many more the disk's room would count, not the time.
  private static let limit = 256 << 20
  /// Bytes that stay free on the disk, for the index and for what has to be sorted.
  private let roomLeft: Int

  private let path: String
  private var file: ScratchFile?
  private var places: [Int: Place] = [:]
  private var isFull = false
  /// When the first positions were kept.
  private var state: State?

  /// What tells that somebody else has written, or that rows may be changed as they go in.
  struct State: Equatable {
    /// SQLite's number, another one after each write of others.
    private var version: Int?
    fileprivate var triggers: Int?

    /// - Parameter database: In a transaction, so that it stays as it is.
    init(_ database: Database) throws {
      version = try Int.fetchOne(database.cachedStatement(sql: "PRAGMA data_version"))
      triggers = try Int.fetchOne(
        database.cachedStatement(sql: "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'"))
    }
  }

  /// - Parameter path: The index, beside which positions are set aside.
  init(beside path: String, memoryLimit: Int = 16 << 20, roomLeft: Int = 1 << 30) {
    self.path = path
    self.memoryLimit = memoryLimit
    self.roomLeft = roomLeft
  }

  /// Forgets everything where somebody else may have changed rows. To be asked before anything is kept or read.
  mutating func check(_ found: State) {
    if found.triggers == 0, state == nil || state == found {
      state = found
    } else {
      giveUp()
    }
  }

  /// Leaves everything to the index, and the room to others.
  private mutating func giveUp() {
    file = nil
    places = [:]
    isFull = true
  }

  /// Sets the positions of a measurement aside, where there is room.
  ///
  /// - Parameter positions: They rise, and no figure is NaN.
  mutating func keep(_ positions: [PositionMeasures], of measurementID: Int) {
    guard !isFull, !positions.isEmpty else { return }
    let size = positions.count * MemoryLayout<PositionMeasures>.stride
    if memoryUsed + size <= memoryLimit {
      memoryUsed += size
      places[measurementID] = .memory(positions)
    } else {
      setAside(positions, size, of: measurementID)
    }
  }

  /// Writes positions of so many bytes into the file.
  private mutating func setAside(_ positions: [PositionMeasures], _ size: Int, of measurementID: Int) {
    guard let file = file ?? (try? ScratchFile(beside: path)), let room = file.room, room > roomLeft
    else { return giveUp() }
    self.file = file
    guard file.size + size <= Self.limit else {
      isFull = true
      return
    }
    guard let offset = try? positions.withUnsafeBytes({ try file.append($0) }) else { return giveUp() }
    places[measurementID] = .file(offset: offset, count: positions.count)
  }

  /// The positions of a measurement, rising; nil where they were not set aside, or cannot be read: the index has them.
  func positions(of measurementID: Int) -> [PositionMeasures]? {
    switch places[measurementID] {
    case nil: nil
    case .memory(let positions): positions.map(\.asStored)
    case .file(let offset, let count): positions(count, at: offset)?.map(\.asStored)
    }
  }

  private func positions(_ count: Int, at offset: Int) -> [PositionMeasures]? {
    guard let file else { return nil }
    return try? [PositionMeasures](unsafeUninitializedCapacity: count) { positions, filled in
      try file.read(into: UnsafeMutableRawBufferPointer(positions), at: offset)
      filled = count
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
