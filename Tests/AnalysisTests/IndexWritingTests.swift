import Synchronization
import Testing

@testable import Analysis

@Suite struct IndexWritingTests {
  private struct Full: Error {}

  @Test func `writes run in the order in which they began`() async throws {
    let order = Mutex<[Int]>([])
    var writing = IndexWriting()
    for place in 0..<100 {
      try await writing.begin { order.withLock { $0.append(place) } }
    }
    try await writing.end()
    #expect(order.withLock { $0 } == Array(0..<100))
  }

  @Test func `the error of a write stops the next one`() async throws {
    let wrote = Mutex(false)
    var writing = IndexWriting()
    try await writing.begin { throw Full() }
    await #expect(throws: Full.self) { try await writing.begin { wrote.withLock { $0 = true } } }
    #expect(!wrote.withLock { $0 })
  }

  @Test func `the error of the last write is thrown at the end`() async throws {
    var writing = IndexWriting()
    try await writing.begin { throw Full() }
    await #expect(throws: Full.self) { try await writing.end() }
    try await writing.end()
  }
}
