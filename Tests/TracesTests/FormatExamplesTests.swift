import Foundation
import Testing
import Tokenization

@testable import Traces

/// The examples of formats in `Fixtures/examples`, written by hand after the documentation and the source of each
/// program: what every token and every number of each must read as.
@Suite struct FormatExamplesTests {
  @Test(arguments: ExampleText.servers + ExampleText.datasets)
  func `an example reads as it says`(name: String, text: String) { #expect(ExampleText.of(name) == text) }

  @Test func `no example is left out`() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: TestFiles.fixture("examples"))
    #expect(files.sorted() == (ExampleText.servers + ExampleText.datasets).map(\.0).sorted())
  }
}
