/// A place for each of some keys that are known beforehand, none shared: looking a key up is looking there.
///
/// The keys fall into small groups by one half of their hashes. The groups are placed one after the other, the
/// largest first: for each the first of 256 seeds is taken that leads the other halves to places that are free.
///
/// The first keys are asked for most, and lie together in the first places if a seed of their group allows it: so
/// the cache lines that are read again and again hold nothing else.
struct PerfectPlaces {
  /// Tells the place of a key by its hash.
  struct Finder {
    /// How many places there are.
    let count: Int
    /// The seed of every group.
    let seeds: UnsafeMutablePointer<UInt8>
    let groupCount: Int

    @inline(__always) func place(of hash: Int) -> Int {
      place(of: hash, seed: seeds[group(of: hash)])
    }

    @inline(__always) fileprivate func group(of hash: Int) -> Int {
      let half = UInt64(truncatingIfNeeded: hash) & 0xFFFF_FFFF
      return Int(truncatingIfNeeded: (half &* UInt64(groupCount)) >> 32)
    }

    @inline(__always) fileprivate func place(of hash: Int, seed: UInt8) -> Int {
      let half = UInt32(truncatingIfNeeded: hash >> 32)
      let mixed = (half ^ UInt32(seed) &* 0x9E37_79B1) &* 0x85EB_CA6B
      return Int(truncatingIfNeeded: (UInt64(mixed) &* UInt64(count)) >> 32)
    }
  }

  /// Where keys are. Whoever asks for it frees the seeds.
  let finder: Finder
  /// How many keys a group has on average. With four, one vocabulary in five had a group that fits nowhere.
  private static let groupSize = 3
  /// The part of the keys, and of the places, that are the first: one in so many.
  private static let commonPart = 8
  /// The hashes of a vocabulary make no group as large as this.
  private static let largestGroup = 32

  /// Places for keys with these hashes, a third more than there are keys; nothing where a group fits nowhere, as
  /// one does that has two keys of the same hash. A vocabulary would have to be made for that.
  init?(of hashes: [Int]) {
    let groupCount = hashes.count / Self.groupSize + 1
    let seeds = UnsafeMutablePointer<UInt8>.allocate(capacity: groupCount)
    seeds.initialize(repeating: 0, count: groupCount)
    finder = Finder(count: hashes.count * 4 / 3 + 1, seeds: seeds, groupCount: groupCount)
    if !place(hashes) {
      seeds.deallocate()
      return nil
    }
  }

  private func place(_ hashes: [Int]) -> Bool {
    let (members, starts) = Self.grouped(hashes, by: finder)
    let groups = 0..<finder.groupCount
    var isTaken = [Bool](repeating: false, count: finder.count)
    var placed = 0
    for size in (1...Self.largestGroup).reversed() {
      for group in groups where starts[group + 1] - starts[group] == size {
        let group = (number: group, members: members[starts[group]..<starts[group + 1]])
        guard let seed = seed(for: group.members, hashes, &isTaken) else { return false }
        finder.seeds[group.number] = seed
        placed += size
      }
    }
    return placed == hashes.count
  }

  /// The numbers of the keys, group by group, and where each group begins.
  private static func grouped(_ hashes: [Int], by finder: Finder) -> (members: [Int], starts: [Int]) {
    var starts = [Int](repeating: 0, count: finder.groupCount + 1)
    for hash in hashes { starts[finder.group(of: hash) + 1] += 1 }
    for group in 0..<finder.groupCount { starts[group + 1] += starts[group] }
    var next = starts
    var members = [Int](repeating: 0, count: hashes.count)
    for (number, hash) in hashes.enumerated() {
      let group = finder.group(of: hash)
      members[next[group]] = number
      next[group] += 1
    }
    return (members, starts)
  }

  /// Takes places for a group, and returns the seed that leads there.
  private func seed(for members: ArraySlice<Int>, _ hashes: [Int], _ isTaken: inout [Bool]) -> UInt8? {
    let seeds = UInt8.min...UInt8.max
    return seeds.first { parts(members, hashes, seed: $0) && take(members, hashes, seed: $0, &isTaken) }
      ?? seeds.first { take(members, hashes, seed: $0, &isTaken) }
  }

  /// Whether a seed leads the first keys, and no others, to the first places.
  private func parts(_ members: ArraySlice<Int>, _ hashes: [Int], seed: UInt8) -> Bool {
    members.allSatisfy { member in
      let isCommon = member < hashes.count / Self.commonPart
      return (finder.place(of: hashes[member], seed: seed) < finder.count / Self.commonPart) == isCommon
    }
  }

  /// Takes the places to which a seed leads, if all are free.
  private func take(_ members: ArraySlice<Int>, _ hashes: [Int], seed: UInt8, _ isTaken: inout [Bool]) -> Bool
  {
    var taken = 0
    for member in members {
      let place = finder.place(of: hashes[member], seed: seed)
      if isTaken[place] { break }
      isTaken[place] = true
      taken += 1
    }
    if taken == members.count { return true }
    for member in members.prefix(taken) { isTaken[finder.place(of: hashes[member], seed: seed)] = false }
    return false
  }
}
