import Tokenization
public import Traces

/// Two files, and the sequences that both of them hold.
public struct FilePair: Sendable {
  /// What the model compared against said.
  public let reference: TraceFile
  /// What the model under study said.
  public let tuned: TraceFile
  /// Where each shared sequence stands in the two files, in the order of the tuned file.
  public let places: [(reference: Int, tuned: Int)]
  /// What a person should know: sequences that only one of the files holds.
  public let remarks: [String]

  /// Pairs the sequences of two files by name; two files of one sequence each pair as they are.
  ///
  /// Servers name their answers at random. Where no name stands in both files, sequences pair by their token ids, for
  /// which all of both files is read.
  ///
  /// - Parameter sequence: The one to take, or nil for all.
  /// - Throws: ``TraceError`` where there is no such sequence, or the files share none.
  public init(reference: TraceFile, tuned: TraceFile, sequence: String?) throws(TraceError) {
    self.reference = reference
    self.tuned = tuned
    if reference.entries.count == 1, tuned.entries.count == 1, sequence == nil {
      places = [(0, 0)]
      remarks = []
      return
    }
    var byName: [String: Int] = [:]
    for (index, entry) in reference.entries.enumerated() {
      if let id = entry.id { byName[id] = index }
    }
    if let sequence {
      guard let referenceIndex = byName[sequence] else {
        throw TraceError(file: reference.path, .noSequence(id: sequence))
      }
      guard let tunedIndex = tuned.entries.firstIndex(where: { $0.id == sequence }) else {
        throw TraceError(file: tuned.path, .noSequence(id: sequence))
      }
      places = [(referenceIndex, tunedIndex)]
      remarks = []
      return
    }
    let named = tuned.entries.enumerated().compactMap { index, entry in
      entry.id.flatMap { byName[$0] }.map { (reference: $0, tuned: index) }
    }
    let byTokens = named.isEmpty ? TokenPairing(reference: reference, tuned: tuned) : nil
    places = byTokens?.places ?? named
    guard !places.isEmpty else {
      throw byTokens?.failure ?? TraceError(file: reference.path, .noSharedSequence(tunedFile: tuned.path))
    }
    remarks =
      [byTokens?.remark(tuned.path)].compactMap { $0 }
      + [reference, tuned].compactMap { [places] file in
        let alone = file.entries.count - places.count
        guard alone > 0 else { return nil }
        return
          "\(file.path): \(alone) of \(file.entries.count) sequences are not in the other file and are left out."
      }
  }

  /// Reads and verifies one pair.
  ///
  /// - Throws: ``TraceError`` that names the first difference.
  public func pair(at place: (reference: Int, tuned: Int)) throws(TraceError) -> TracePair {
    try TracePair(reference: reference.trace(at: place.reference), tuned: tuned.trace(at: place.tuned))
  }
}
