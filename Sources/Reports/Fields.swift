import Measures
import Statistics

/// A value as programs read it.
enum FieldValue: Equatable {
  case text(String)
  case integer(Int)
  case real(Double)
  case flag(Bool)
  case null
}

extension Table.Cell {
  /// The fields that the cell stands for in JSON and CSV.
  ///
  /// An exact figure is one bare field, bounds are `…Low` and `…High`; a mean's interval adds `…IntervalLow` and
  /// `…IntervalHigh` to the field that it belongs to.
  func fields(named name: String) -> [(name: String, value: FieldValue)] {
    switch self {
    case .text(let text): [(name, .text(text))]
    case .integer(let value), .signedInteger(let value): [(name, .integer(value))]
    case .real(let value), .signedReal(let value), .share(let value): [(name, .real(value))]
    case .figure(.exact(let value)): [(name, .real(value))]
    case .figure(.between(let low, let high)):
      [(name + "Low", .real(low)), (name + "High", high.map(FieldValue.real) ?? .null)]
    case .estimate(let estimate, _): fields(of: estimate, named: name)
    case .flag(let value): [(name, .flag(value))]
    case .bytes(let bytes): [(name, .text(Self.hex(bytes)))]
    case .missing: [(name, .null)]
    }
  }

  /// As SQLite writes it: `x'0A0B'`.
  private static func hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    return "x'"
      + String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
      + "'"
  }

  private func fields(of estimate: Estimate, named name: String) -> [(name: String, value: FieldValue)] {
    switch estimate.knowledge {
    case .exact(let mean): fields(of: mean, named: name)
    case .between(let low, let high?):
      fields(of: low, named: name + "Low") + fields(of: high, named: name + "High")
    case .between(let low, nil): fields(of: low, named: name + "Low") + [(name + "High", .null)]
    }
  }

  private func fields(of mean: Estimate.Mean, named name: String) -> [(name: String, value: FieldValue)] {
    [
      (name, .real(mean.value)),
      (name + "IntervalLow", mean.interval.map { .real($0.lowerBound) } ?? .null),
      (name + "IntervalHigh", mean.interval.map { .real($0.upperBound) } ?? .null),
    ]
  }
}

extension Table {
  /// One row as fields, in the order of the columns.
  func fields(ofRow row: [Cell]) -> [(name: String, value: FieldValue)] {
    zip(columns, row).flatMap { column, cell in cell.fields(named: column.field) }
  }
}
