extension TraceFile {
  /// What the file holds, from its first rows or all of them.
  ///
  /// One sequence is in memory at a time. A sequence that cannot be read becomes a warning.
  ///
  /// - Parameter rowLimit: Rows to look at; nil for all of them.
  public func facts(rowLimit: Int? = nil) -> TraceFacts {
    var gatherer = TraceFactsGatherer(format: format, sequenceCount: entries.count)
    for index in entries.indices {
      let remaining = rowLimit.map { $0 - gatherer.facts.rowsRead } ?? Int.max
      guard remaining > 0 else { break }
      do throws(TraceError) {
        gatherer.add(try trace(at: index), rowLimit: remaining)
      } catch {
        gatherer.add(error)
      }
    }
    var facts = gatherer.concluded(metadata: metadata, namedLogprobs: scoresName == "logprobs")
    (facts.compression, facts.companionFiles, facts.derivation) = (compression, companionFiles, derivation)
    facts.models = Set(entries.compactMap(\.model)).sorted()
    facts.tasks = Set(entries.compactMap(\.task)).sorted()
    return facts
  }
}
