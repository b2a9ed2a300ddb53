public import Statistics

/// What the latent shift of one pair of files is, or the mean of several.
public struct LatentRow: Sendable {
  /// The task.
  public var task: String
  /// The group of tasks that it belongs to.
  public var group: String?
  /// The number of texts.
  public var textCount: Int
  /// The shift.
  public var shift: LatentShift

  /// A row.
  public init(task: String, group: String?, textCount: Int, shift: LatentShift) {
    self.task = task
    self.group = group
    self.textCount = textCount
    self.shift = shift
  }
}

extension Table {
  /// Latent shifts, one row a task, and below them one a group: the means over its tasks.
  public static func latent(_ rows: [LatentRow], notes: [String]) -> Table {
    var groups: [String] = []
    for case let group? in rows.map(\.group) where !groups.contains(group) { groups.append(group) }
    let tasks: [[Cell]] = rows.map { row in
      [
        .text("task"), .text(row.task), row.group.map { .text($0) } ?? .missing, .integer(row.textCount),
        .integer(row.shift.layers.count), .real(row.shift.distance), .signedReal(row.shift.meanShift.x),
        .signedReal(row.shift.meanShift.y), .real(row.shift.rootMeanSquare),
      ]
    }
    let means: [[Cell]] = groups.map { group in
      let members = rows.filter { $0.group == group }.map(\.shift)
      func mean(_ value: (LatentShift) -> Double) -> Double {
        members.map(value).reduce(0, +) / Double(members.count)
      }
      return [
        .text("group"), .text("mean of \(members.count)"), .text(group), .missing, .missing,
        .real(mean(\.distance)), .missing, .missing, .real(mean(\.rootMeanSquare)),
      ]
    }
    return Table(
      name: "latent",
      columns: [
        Column("level", title: nil), Column("task", title: "task"),
        Column("group", title: groups.isEmpty ? nil : "group"), Column("texts", title: "texts"),
        Column("layers", title: "layers"), Column("distance", title: "d"),
        Column("meanShiftFirst", title: "mean ΔPC1"), Column("meanShiftSecond", title: "mean ΔPC2"),
        Column("rootMeanSquare", title: "RMS over layers"),
      ], rows: tasks + means, notes: notes)
  }

  /// Latent shifts, one row a task and layer.
  public static func latentLayers(_ rows: [LatentRow], notes: [String]) -> Table {
    Table(
      name: "latentLayers",
      columns: [
        Column("task", title: "task"), Column("group", title: nil), Column("layer", title: "layer"),
        Column("shiftFirst", title: "ΔPC1"), Column("shiftSecond", title: "ΔPC2"),
        Column("referenceFirst", title: "PC1 ref"), Column("tunedFirst", title: "PC1 tuned"),
        Column("referenceSecond", title: "PC2 ref"), Column("tunedSecond", title: "PC2 tuned"),
      ],
      rows: rows.flatMap { row in
        row.shift.layers.enumerated().map { index, layer in
          [
            .text(row.task), row.group.map { .text($0) } ?? .missing, .integer(index),
            .signedReal(layer.shift.x), .signedReal(layer.shift.y), .signedReal(layer.base.x),
            .signedReal(layer.tuned.x), .signedReal(layer.base.y), .signedReal(layer.tuned.y),
          ]
        }
      }, notes: notes)
  }
}
