import Testing
import Tokenization

@testable import Traces

/// Entries in the layout of most engines, which are read in other ways than the rest of JSON.
extension FuzzReader {
  /// Long lists: entries near the end of a text are read the careful way.
  static let entries = FuzzReader(
    "entries",
    files: [list(spaced: false), list(spaced: true), byID].map { Array(record($0).utf8) }
  ) { bytes, path in
    let read = rowsRead(bytes)
    #expect(read == rowsRead(unusual(bytes)), "\(String(decoding: bytes, as: UTF8.self))")
    return TracesTests.reads(bytes, path: path)
  }

  private static func record(_ logprobs: String) -> String {
    #"{"id":"r","prompt_token_ids":[5],"choices":[{"index":0,"token_ids":[7,8,9],"logprobs":\#(logprobs)}]}"#
  }

  private static func entry(_ id: Int, spaced: Bool, _ own: String = "") -> String {
    let exponent = id % 4 == 0 ? "e-01" : ""
    let entry = #"{"token_id": \#(id), "logprob": -\#(id).12345\#(id)\#(exponent), "rank": \#(id)\#(own)}"#
    return spaced ? entry : entry.replacing(" ", with: "")
  }

  private static func list(spaced: Bool) -> String {
    let list = (1..<12).map { entry($0, spaced: spaced) }.joined(separator: spaced ? ", " : ",")
    let rows = (7...9).map { entry($0, spaced: spaced, ", \"top_logprobs\": [\(list)]") }
    return "{\"content\": [\(rows.joined(separator: ", "))]}"
  }

  private static var byID: String {
    let entries = (1..<12).map {
      #""\#($0)": {"logprob": -\#($0).25, "rank": \#($0), "decoded_token": "x\#($0)"}"#
    }
    let row = "{\(entries.joined(separator: ", "))}"
    return "[\(row), \(row), \(row)]"
  }

  /// The same text, in which no entry has the usual layout.
  private static func unusual(_ bytes: [UInt8]) -> [UInt8] {
    bytes.flatMap { $0 == UInt8(ascii: "{") ? [$0, 0x20, 0x20] : [$0] }
  }

  /// The rows of all traces; nil where they are refused.
  private static func rowsRead(_ bytes: [UInt8]) -> [[TruncatedRow?]]? {
    do throws(TraceError) {
      let file = try TraceFile(ByteStorage(copying: bytes), path: "entries", tensor: nil, lookup: nil)
      return try file.entries.indices.map { (index) throws(TraceError) in
        try file.trace(at: index).truncatedRows
      }
    } catch {
      return nil
    }
  }
}
