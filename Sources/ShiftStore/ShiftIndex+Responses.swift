import GRDB
public import Measures

/// One response and everything measured of it.
public struct MeasuredResponse: Equatable, Sendable {
  /// The sequence's name.
  public var sequence: String
  /// The task's name.
  public var task: String
  /// The positions left out: masked, missing and faulty ones.
  public var excluded: Int
  /// The positions, rising.
  public var positions: [PositionMeasures]
}

extension ShiftIndex {
  /// The first responses of each task of a comparison, in the order of the study.
  ///
  /// - Parameters:
  ///   - task: One task, or nil for all.
  ///   - most: How many responses of each task.
  public func responses(
    of comparison: Comparison, task: String?, most: Int
  ) throws -> [MeasuredResponse] {
    try reading { database in
      let slice = try sliceFilter(
        [comparison], task: task, of: "measurement", taskIn: "sequence", database)
      let positions = try PositionSelect(database)
      return try Row.fetchAll(
        database,
        sql: """
          SELECT id, name, task, excluded FROM (
            SELECT measurement.id, sequence.name, task.name AS task, masked + missing + faulty AS excluded,
              row_number() OVER (PARTITION BY taskID ORDER BY measurement.id) AS place
            FROM measurement JOIN sequence ON sequence.id = sequenceID JOIN task ON task.id = taskID
            WHERE \(slice))
          WHERE place <= ? ORDER BY id
          """, arguments: [most]
      ).map { row in
        try MeasuredResponse(
          sequence: row.value("name"), task: row.value("task"), excluded: row.value("excluded"),
          positions: positions.positions(of: row.value("id")))
      }
    }
  }
}
