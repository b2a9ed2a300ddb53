public import Foundation
public import Traces

/// A table of any length in one of the formats for programs, of which no more than the rows just added are in memory.
///
/// What stands before the rows, such as a summary or the fields of a column, is known when all have come: until then
/// they lie in a temporary file. The text is the one that the format gives of the whole table.
public final class TableSpool {
  /// A format that can be written so.
  public enum Format: Sendable {
    /// One JSON object.
    case json
    /// CSV or TSV.
    case delimited(DelimitedReport.Delimiter)
  }

  private let format: Format
  private let rows: ScratchFile
  private var buffer: [UInt8] = []
  /// The fields that the cells of a row stand for, by column, as they occurred; none for a missing cell.
  private var shapes: [[[String]]] = []
  private var numbers: [[[String]]: Int] = [:]
  /// Rows of one shape that follow one another.
  private var runs: [(shape: Int, count: Int)] = []

  private static let portion = 1 << 20

  /// No rows yet.
  ///
  /// - Throws: ``TraceError`` where no temporary file can be made.
  public init(_ format: Format) throws(TraceError) {
    self.format = format
    do throws(TraceError.Problem) {
      rows = try ScratchFile()
    } catch {
      throw TraceError(file: Self.name, error)
    }
  }

  private static let name = "standard output"

  /// Adds the rows of a table; its columns may be the first of those of the whole one.
  public func add(_ table: Table) throws(TraceError) {
    let delimited = DelimitedReport(table, delimiter: format.delimiter)
    let json = JSONReport(table)
    for row in table.rows {
      let fields = zip(table.columns, row).map { $1 == .missing ? [] : $1.fields(named: $0.field) }
      note(fields.map { $0.map(\.name) })
      switch format {
      case .json: append(json.object(row))
      case .delimited: for field in fields.joined() { append(delimited.cell(field.value)) }
      }
      if buffer.count >= Self.portion { try flush() }
    }
  }

  private func note(_ shape: [[String]]) {
    if let last = runs.last, shapes[last.shape] == shape {
      runs[runs.count - 1].count += 1
      return
    }
    let number = numbers[shape] ?? shapes.count
    if number == shapes.count {
      shapes.append(shape)
      numbers[shape] = number
    }
    runs.append((number, 1))
  }

  /// Each text goes with its length before it.
  private func append(_ text: String) {
    withUnsafeBytes(of: UInt32(text.utf8.count)) { buffer += $0 }
    buffer += text.utf8
  }

  private func flush() throws(TraceError) {
    do throws(TraceError.Problem) {
      try rows.append(buffer)
    } catch {
      throw TraceError(file: Self.name, error)
    }
    buffer.removeAll(keepingCapacity: true)
  }

  // MARK: Writing

  /// Writes the table of all rows that were added.
  ///
  /// - Parameters:
  ///   - head: The same table without rows.
  ///   - body: Takes the next bytes.
  public func write(under head: Table, _ body: @escaping (Data) -> Void) throws(TraceError) {
    try flush()
    do throws(TraceError.Problem) {
      try rows.withUnsafeBytes { bytes throws(TraceError.Problem) in
        var texts = SpooledTexts(bytes: bytes)
        var out = Portions(size: Self.portion, body: body)
        switch format {
        case .json: writeJSON(head, &texts, &out)
        case .delimited(let delimiter): writeLines(head, delimiter, &texts, &out)
        }
        out.flush()
      }
    } catch {
      throw TraceError(file: Self.name, error)
    }
  }

  private func writeJSON(_ head: Table, _ texts: inout SpooledTexts, _ out: inout Portions) {
    out.add(JSONReport(head).beginning)
    var isFirst = true
    for run in runs {
      // Columns that came later are null.
      let missing =
        head.columns.dropFirst(shapes[run.shape].count)
        .map { ", \(JSONReport.quoted($0.field)): null" }.joined() + "}"
      for _ in 0..<run.count {
        out.add((isFirst ? "\n" : ",\n") + JSONReport.indent)
        out.add(texts.next().dropLast())
        out.add(missing)
        isFirst = false
      }
    }
    out.add((isFirst ? "" : "\n  ") + JSONReport.end)
  }

  private func writeLines(
    _ head: Table, _ delimiter: DelimitedReport.Delimiter, _ texts: inout SpooledTexts, _ out: inout Portions
  ) {
    let layout = head.columns.indices.map { names(of: $0, in: head) }
    let report = DelimitedReport(head, delimiter: delimiter)
    let titles = layout.joined().map { report.cell(.text($0)) }
    out.add(titles.joined(separator: delimiter.separator) + delimiter.lineEnd)
    // Where each value of a row stands among those of its shape.
    let places = shapes.map { shape in
      var start = 0
      return layout.indices.flatMap { column -> [Int?] in
        let names = column < shape.count ? shape[column] : []
        defer { start += names.count }
        return layout[column].map { name in names.firstIndex(of: name).map { start + $0 } }
      }
    }
    for run in runs {
      let count = shapes[run.shape].reduce(0) { $0 + $1.count }
      for _ in 0..<run.count {
        let values = (0..<count).map { _ in texts.next() }
        for (column, place) in places[run.shape].enumerated() {
          if column > 0 { out.add(delimiter.separator) }
          if let place { out.add(values[place]) }
        }
        out.add(delimiter.lineEnd)
      }
    }
  }

  /// The fields of a column in the order in which they occurred; its own where there are none.
  private func names(of column: Int, in head: Table) -> [String] {
    var names: [String] = []
    for shape in shapes where column < shape.count {
      for name in shape[column] where !names.contains(name) { names.append(name) }
    }
    return names.isEmpty ? [head.columns[column].field] : names
  }
}

extension TableSpool.Format {
  /// The delimiter; the comma where there is none.
  fileprivate var delimiter: DelimitedReport.Delimiter {
    if case .delimited(let delimiter) = self { delimiter } else { .comma }
  }
}

/// Texts with their lengths before them, one after the other.
private struct SpooledTexts {
  let bytes: UnsafeRawBufferPointer
  private var place = 0

  init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  mutating func next() -> Slice<UnsafeRawBufferPointer> {
    let start = place + MemoryLayout<UInt32>.size
    let count = Int(bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self))
    place = start + count
    return bytes[start..<place]
  }
}

/// Bytes that are handed on many at a time.
private struct Portions {
  let size: Int
  let body: (Data) -> Void
  private var bytes: [UInt8] = []

  init(size: Int, body: @escaping (Data) -> Void) {
    self.size = size
    self.body = body
  }

  mutating func add(_ text: String) { add(text.utf8) }

  mutating func add(_ more: some Collection<UInt8>) {
    bytes += more
    if bytes.count >= size { flush() }
  }

  mutating func flush() {
    body(Data(bytes))
    bytes.removeAll(keepingCapacity: true)
  }
}
