import Measures

extension Table {
  /// Adds what storage can have done to each row.
  ///
  /// - Precondition: As many errors as rows.
  mutating func add(_ storageErrors: [StorageError?]) {
    precondition(storageErrors.count == rows.count, "\(storageErrors.count) errors for \(rows.count) rows")
    for figure in StorageErrorFigure.all {
      columns.append(Column(figure.field, title: nil))
      for (place, error) in storageErrors.enumerated() {
        rows[place].append(error.map { .real(figure.value($0)) } ?? .missing)
      }
    }
  }

  /// Adds the means of what storage can have done, as far as it is known, to the summary.
  mutating func conclude(_ known: [StorageError], of rowCount: Int) {
    for figure in StorageErrorFigure.all {
      let values = known.map(figure.value).filter(\.isFinite)
      let mean = values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
      summary.append(
        (
          Column(figure.field, title: figure.title.map { "± by storage, \($0)" }),
          mean.map { .real($0) } ?? .missing
        ))
    }
    let places = known.count < rowCount ? " at \(known.count) evenly spaced positions" : ""
    notes.append(
      """
      ± by storage = the most that rounding scores to 16 bits can have moved a figure by, on average\(places); what a \
      floor hides or a model computed in 16 bits before is not in it.
      """)
  }
}

/// One figure of a storage error, and what it is called.
private struct StorageErrorFigure: Sendable {
  let field: String
  let title: String?
  let value: @Sendable (StorageError) -> Double

  static let all: [StorageErrorFigure] = [
    StorageErrorFigure(field: "klTunedReferenceStorageError", title: "KL(tuned‖reference)") {
      $0.klTunedReference
    },
    StorageErrorFigure(field: "klReferenceTunedStorageError", title: "KL(reference‖tuned)") {
      $0.klReferenceTuned
    },
    StorageErrorFigure(field: "jensenShannonStorageError", title: "JS") { $0.jensenShannon },
    StorageErrorFigure(field: "totalVariationStorageError", title: "TV") { $0.totalVariation },
    StorageErrorFigure(field: "entropyReferenceStorageError", title: nil) { $0.entropyReference },
    StorageErrorFigure(field: "entropyTunedStorageError", title: nil) { $0.entropyTuned },
  ]
}
