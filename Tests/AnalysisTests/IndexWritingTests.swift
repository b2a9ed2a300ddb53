import Foundation
import Synchronization
import Testing

@testable import Analysis

@Suite struct IndexWritingTests {
  private struct DiskIsFull: Error {}

  /// What was written, in order.
  private final class Written: Sendable {
    private let numbers = Mutex<[Int]>([])
    func append(_ number: Int) { numbers.withLock { $0.append(number) } }
    var all: [Int] { numbers.withLock { $0 } }
  }

  @Test func `many writes run one after the other, in the order in which they were begun`() async throws {
    var writing = IndexWriting()
    let written = Written()
    for number in 0..<100 {
      try await writing.begin {
        if number % 10 == 0 { Thread.sleep(forTimeInterval: 0.005) }
        written.append(number)
      }
    }
    try await writing.end()
    #expect(written.all == Array(0..<100))
    try await writing.end()
  }

  @Test(arguments: [(false, 8), (true, 4)])
  func `so many writes wait at most`(isLarge: Bool, limit: Int) async throws {
    var writing = IndexWriting()
    let written = Written()
    for number in 0..<30 {
      try await writing.begin(isLarge: isLarge) {
        Thread.sleep(forTimeInterval: 0.001)
        written.append(number)
      }
      #expect(written.all.count >= number + 1 - limit)
    }
    try await writing.end()
  }

  @Test func `the error of a write stops the next one`() async throws {
    let written = Written()
    var writing = IndexWriting()
    try await writing.begin { throw DiskIsFull() }
    await #expect(throws: DiskIsFull.self) {
      try await writing.begin { written.append(1) }
      try await writing.end()
    }
    #expect(written.all == [])
    await #expect(throws: DiskIsFull.self, "it is not forgotten") {
      try await writing.begin { written.append(2) }
    }
    #expect(written.all == [])
  }

  @Test func `the error of the last write is thrown at the end`() async throws {
    var writing = IndexWriting()
    try await writing.begin { throw DiskIsFull() }
    await #expect(throws: DiskIsFull.self) { try await writing.end() }
    try await writing.end()
  }

  @Test func `after a write that failed none runs, and the error is told`() async throws {
    var writing = IndexWriting()
    let written = Written()
    try await writing.begin { written.append(0) }
    try await writing.begin {
      Thread.sleep(forTimeInterval: 0.02)
      throw DiskIsFull()
    }
    await #expect(throws: DiskIsFull.self) {
      for number in 2..<40 { try await writing.begin { written.append(number) } }
      try await writing.end()
    }
    #expect(written.all == [0])
  }
}
