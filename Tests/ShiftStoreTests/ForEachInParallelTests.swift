import Dispatch
import Testing

@testable import ShiftStore

@Suite struct ForEachInParallelTests {
  private struct Failure: Error, Equatable { var place: Int }

  @Test(arguments: [1, 2, 5])
  func `each value is changed once, and the calling thread has its result`(threads: Int) throws {
    var values = Array(0..<40)
    let result = try forEachInParallel(&values, threads: threads) {
      $0 += 100
    } meanwhile: {
      "read"
    }
    #expect(result == "read")
    #expect(values == Array(100..<140))
  }

  @Test(arguments: [1, 3])
  func `an error is thrown when all others are done`(threads: Int) {
    var values = Array(0..<8)
    #expect(throws: Failure(place: 5)) {
      try forEachInParallel(&values, threads: threads) { value in
        if value == 5 { throw Failure(place: value) }
        value = -1
      } meanwhile: {
      }
    }
    #expect(values == [-1, -1, -1, -1, -1, 5, -1, -1])
  }

  @Test func `a single value is changed while the calling thread does something else`() throws {
    let isChanged = DispatchSemaphore(value: 0)
    var values = [1]
    let found = try forEachInParallel(&values, threads: 2) {
      $0 = 2
      isChanged.signal()
    } meanwhile: {
      isChanged.wait(timeout: .now() + 60)
    }
    #expect(found == .success)
    #expect(values == [2])
  }

  @Test func `an error of the calling thread comes first`() {
    var values = [1, 2]
    #expect(throws: Failure(place: 0)) {
      try forEachInParallel(&values, threads: 2) {
        throw Failure(place: $0)
      } meanwhile: {
        throw Failure(place: 0)
      }
    }
  }
}
