import Foundation
import Measures
import Testing

@testable import Reports

@Suite struct TableSpoolTests {
  private typealias Cell = Table.Cell

  /// Three columns, the last of which comes only with the later rows, and whose figures change their kind.
  private static let parts = [
    Table(
      name: "things", columns: [.init("name", title: "name"), .init("kl", title: "KL")],
      rows: [
        [.text("a,\"b\"\u{0}"), .figure(.exact(0.5))], [.missing, .figure(.between(low: 0.25, high: nil))],
      ]),
    Table(
      name: "things", columns: [.init("name", title: "name"), .init("kl", title: "KL")], rows: []),
    Table(
      name: "things",
      columns: [.init("name", title: "name"), .init("kl", title: "KL"), .init("error", title: nil)],
      rows: [
        [.text("tab\there"), .figure(.between(low: 0.125, high: 2)), .real(.infinity)],
        [.text("c"), .missing, .missing], [.text("d"), .figure(.exact(1)), .real(1e-9)],
      ]),
  ]

  private var whole: Table {
    var table = Self.parts[2]
    table.rows = Self.parts.flatMap { part in
      part.rows.map { $0 + [Cell](repeating: .missing, count: 3 - $0.count) }
    }
    table.notes = ["one", "two"]
    table.summary = [(.init("mean", title: nil), .real(0.5))]
    return table
  }

  private func spooled(_ format: TableSpool.Format, _ parts: [Table], head: Table) throws -> String {
    let spool = try TableSpool(format)
    for part in parts { try spool.add(part) }
    var text = Data()
    try spool.write(under: head) { text += $0 }
    return String(decoding: text, as: UTF8.self)
  }

  @Test func `what is spooled reads as the whole table does`() throws {
    var head = whole
    head.rows = []
    let json = try spooled(.json, Self.parts, head: head)
    #expect(json == JSONReport(whole).text)
    #expect(json.contains(#"    {"name": null, "klLow": 0.25, "klHigh": null, "error": null},"#))
    let csv = try spooled(.delimited(.comma), Self.parts, head: head)
    #expect(csv == DelimitedReport(whole, delimiter: .comma).text)
    #expect(
      csv == "name,kl,klLow,klHigh,error\r\n\"a,\"\"b\"\"\u{0}\",0.5,,,\r\n,,0.25,,\r\n"
        + "tab\there,,0.125,2.0,Infinity\r\nc,,,,\r\nd,1.0,,,1e-09\r\n")
    #expect(
      try spooled(.delimited(.tab), Self.parts, head: head) == DelimitedReport(whole, delimiter: .tab).text)
  }

  @Test func `a table without rows has its head`() throws {
    var head = whole
    head.rows = []
    #expect(try spooled(.json, [], head: head) == JSONReport(head).text)
    #expect(try spooled(.delimited(.comma), [], head: head) == "name,kl,error\r\n")
  }
}
