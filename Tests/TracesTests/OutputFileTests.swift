import Foundation
import TestSupport
import Testing

@testable import Traces

/// Files that appear when they are whole, on file systems that know files without names and on others.
@Suite struct OutputFileTests {
  private func inFolder(_ body: (_ folder: String, _ path: String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder, folder + "/out")
  }

  private func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  @Test(arguments: [true, false], [true, false])
  func `a file appears when it is whole`(triesNameless: Bool, mayReplace: Bool) throws {
    try inFolder { folder, path in
      let file = try OutputFile(path: path, mayReplace: mayReplace, triesNameless: triesNameless)
      try file.write(Data("mine".utf8))
      #expect(!FileManager.default.fileExists(atPath: path))
      try file.publish()
      #expect(try text(path) == "mine" && names(folder) == ["out"])
    }
  }

  @Test(arguments: [true, false])
  func `a file that appeared meanwhile is replaced only where it may be`(triesNameless: Bool) throws {
    for mayReplace in [true, false] {
      try inFolder { folder, path in
        do {
          let file = try OutputFile(path: path, mayReplace: mayReplace, triesNameless: triesNameless)
          try file.write(Data("mine".utf8))
          try Data("theirs".utf8).write(to: URL(filePath: path))
          if mayReplace {
            try file.publish()
          } else {
            #expect(throws: ConversionError(file: path, .exists)) { try file.publish() }
          }
        }
        #expect(try text(path) == (mayReplace ? "mine" : "theirs"))
        #expect(try names(folder) == ["out"])
      }
    }
  }

  @Test(arguments: [true, false])
  func `what is not published leaves nothing behind`(triesNameless: Bool) throws {
    try inFolder { folder, path in
      do {
        let file = try OutputFile(path: path, mayReplace: true, triesNameless: triesNameless)
        try file.write(Data("mine".utf8))
        #expect(try names(folder).count <= 1)
      }
      #expect(try names(folder) == [])
    }
  }

  @Test(arguments: [true, false])
  func `a folder that is not there is the system's word`(triesNameless: Bool) throws {
    try inFolder { folder, _ in
      let path = folder + "/none/out"
      #expect(throws: ConversionError(file: path, .unwritable(reason: "No such file or directory"))) {
        try OutputFile(path: path, mayReplace: true, triesNameless: triesNameless)
      }
    }
  }
}
