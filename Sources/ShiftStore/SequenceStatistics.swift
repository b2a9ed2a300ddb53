import GRDB

/// A row of `measurement` with the names that group it.
struct SequenceStatistics {
  /// The sums of one quantity over the sequence's positions.
  struct Sums {
    var count: Double
    var low: Double
    var high: Double?
  }

  var comparisonID: Int
  var task: String
  var prompt: String
  var positions: Int
  var excluded: Int
  var infinite: Int
  var figures: [String: Sums]

  static let boundedFigures = [
    "klTunedReference", "klReferenceTuned", "jensenShannon", "totalVariation", "entropyReference",
    "entropyTuned",
  ]

  init(_ row: Row) {
    comparisonID = row["comparisonID"]
    task = row["task"]
    prompt = row["prompt"]
    positions = row["positions"]
    excluded = row["excluded"]
    infinite = row["klTunedReferenceInfinite"]
    figures = [:]
    for name in Self.boundedFigures {
      figures[name] = Sums(count: row[name + "Count"], low: row[name + "SumLow"], high: row[name + "SumHigh"])
    }
    for name in ["rankShift", "logprobShift"] {
      let sum: Double = row[name + "Sum"]
      figures[name] = Sums(count: row[name + "Count"], low: sum, high: sum)
    }
    for name in ["coverageReference", "coverageTuned"] {
      let sum: Double = row[name + "Sum"]
      figures[name] = Sums(count: row["positions"], low: sum, high: sum)
    }
    let ranked: Double = row["ranked"]
    for name in ["unshifted", "marginal", "shifted"] {
      figures[name] = Sums(count: ranked, low: row[name], high: row[name])
    }
    figures["topAgreement"] = Sums(
      count: row["positions"], low: row["topAgreement"], high: row["topAgreement"])
  }

  static func fetchAll(_ database: Database) throws -> [SequenceStatistics] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT measurement.*, masked + missing + faulty AS excluded,
          unshifted + marginal + shifted AS ranked, task.name AS task, sequence.prompt AS prompt
        FROM measurement
        JOIN sequence ON sequence.id = sequenceID
        JOIN task ON task.id = sequence.taskID
        ORDER BY measurement.id
        """
    ).map(SequenceStatistics.init)
  }
}
