import Measures
import Reports
import ShiftStore
import Statistics
import Testing

@Suite struct TableTests {
  /// One cell of each kind.
  private static let table = Table(
    name: "kinds",
    columns: [
      .init("name", title: "name"), .init("count", title: "count"), .init("shift", title: "shift"),
      .init("kl", title: "KL"), .init("part", title: "part"), .init("hidden", title: nil),
      .init("mean", title: "mean"),
    ],
    rows: [
      [
        .text("a,\"b\""), .integer(3), .signedInteger(-2), .figure(.exact(0.25)), .share(0.125), .flag(true),
        .estimate(Estimate(.exact(.init(0.5, interval: 0.25...0.75))), shown: .quantity),
      ],
      [
        .text("世|界"), .integer(12), .signedInteger(7), .figure(.between(low: 0.5, high: nil)), .missing,
        .flag(false), .estimate(Estimate(.between(low: .init(1.5), high: nil)), shown: .quantity),
      ],
    ],
    notes: ["A note."])

  @Test func `a terminal gets aligned columns, rounded numbers and titles`() {
    let expected = """
      name   count  shift        KL    part                  mean
      ─────  ─────  ─────  ────────  ──────  ────────────────────
      a,"b"      3     −2    0.2500  12.5 %  0.500 [0.250, 0.750]
      世|界     12     +7  ≥ 0.5000       –                ≥ 1.50

      A note.

      """
    #expect(OutputFormat.table.text(of: Self.table) == expected)
  }

  @Test func `JSON has all digits, field names and bounds`() {
    let expected = """
      {
        "schemaVersion": 1,
        "table": "kinds",
        "complete": true,
        "notes": ["A note."],
        "rows": [
          {"name": "a,\\"b\\"", "count": 3, "shift": -2, "kl": 0.25, "part": 0.125, "hidden": true, \
      "mean": 0.5, "meanIntervalLow": 0.25, "meanIntervalHigh": 0.75},
          {"name": "世|界", "count": 12, "shift": 7, "klLow": 0.5, "klHigh": null, "part": null, \
      "hidden": false, "meanLow": 1.5, "meanLowIntervalLow": null, "meanLowIntervalHigh": null, \
      "meanHigh": null}
        ]
      }

      """
    #expect(OutputFormat.json.text(of: Self.table) == expected)
  }

  @Test func `JSONL has one object a row`() {
    let lines = OutputFormat.jsonl.text(of: Self.table).split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines[1].hasPrefix("{\"name\": \"世|界\", \"count\": 12,"))
  }

  @Test func `CSV has the fields of all rows and quotes what needs it`() {
    let expected =
      "name,count,shift,kl,klLow,klHigh,part,hidden,mean,meanIntervalLow,meanIntervalHigh,"
      + "meanLow,meanLowIntervalLow,meanLowIntervalHigh,meanHigh\r\n"
      + "\"a,\"\"b\"\"\",3,-2,0.25,,,0.125,true,0.5,0.25,0.75,,,,\r\n"
      + "世|界,12,7,,0.5,,,false,,,,1.5,,,\r\n"
    #expect(OutputFormat.csv.text(of: Self.table) == expected)
  }

  @Test func `CSV keeps a column whose first value is missing, and columns of one name apart`() {
    let missing = Table(
      name: "t", columns: [.init("x", title: "x"), .init("y", title: "y")],
      rows: [[.missing, .integer(1)], [.integer(5), .integer(2)]])
    #expect(OutputFormat.csv.text(of: missing) == "x,y\r\n,1\r\n5,2\r\n")
    let twice = Table(QueryResult(columns: ["a", "a"], rows: [[.integer(1), .integer(2)]]))
    #expect(OutputFormat.csv.text(of: twice) == "a,a_2\r\n1,2\r\n")
  }

  @Test func `a mean with both bounds shows the outer ends of their intervals`() {
    let estimate = Estimate(
      .between(low: .init(0.5, interval: 0.25...0.75), high: .init(1.5, interval: 1.25...1.75)))
    let table = Table(
      name: "t", columns: [.init("m", title: "m")], rows: [[.estimate(estimate, shown: .quantity)]])
    #expect(OutputFormat.table.text(of: table).contains("0.500…1.50 [0.250, 1.75]"))
  }

  @Test func `TSV escapes tabs and line ends`() {
    let table = Table(name: "t", columns: [.init("a", title: "a")], rows: [[.text("x\ty\nz\\")]])
    #expect(OutputFormat.tsv.text(of: table) == "a\nx\\ty\\nz\\\\\n")
  }

  @Test func `Markdown keeps cells in their columns`() {
    let table = Table(name: "t", columns: [.init("a", title: "a")], rows: [[.text("x|y*z")]])
    #expect(OutputFormat.markdown.text(of: table) == "| a |\n|---|\n| x\\|y\\*z |\n")
  }

  @Test func `infinity is a string in JSON and a sign for people`() {
    let table = Table(name: "t", columns: [.init("kl", title: "KL")], rows: [[.figure(.exact(.infinity))]])
    #expect(OutputFormat.jsonl.text(of: table) == "{\"kl\": \"Infinity\"}\n")
    #expect(OutputFormat.table.text(of: table).contains("∞"))
  }

  @Test func `control characters reach neither a terminal nor JSON`() {
    let table = Table(name: "t", columns: [.init("a", title: "a")], rows: [[.text("\u{1B}[31mred\u{7}")]])
    #expect(!OutputFormat.table.text(of: table).unicodeScalars.contains("\u{1B}"))
    #expect(OutputFormat.jsonl.text(of: table) == "{\"a\": \"\\u001b[31mred\\u0007\"}\n")
  }
}
