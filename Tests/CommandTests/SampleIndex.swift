import TestSupport
import Testing

/// An index of `samples/study.yaml`, which goes with its owner.
struct SampleIndex {
  private let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("samples.sqlite")
    #expect(try Program.run("batch", "samples/study.yaml", "--index", path).status == 0)
  }
}
