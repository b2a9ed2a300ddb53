import Testing

@testable import Tokenization

@Suite struct PartQueueTests {
  @Test func `a worker takes its own stretch from the front, then the longest from the end`() {
    let queue = PartQueue(count: 7, workers: 2)
    #expect([0, 0, 0, 0, 1, 0, 1].map { queue.next(for: $0) } == [0, 1, 2, 6, 3, 5, 4])
    #expect(queue.next(for: 0) == nil)
    #expect(queue.next(for: 1) == nil)
  }

  @Test func `more workers than parts get nothing`() {
    let queue = PartQueue(count: 1, workers: 3)
    #expect((0..<3).compactMap { queue.next(for: $0) } == [0])
  }

  @Test(arguments: [(1, 1), (16, 3), (5, 8), (0, 2)])
  func `every part is handed out once`(count: Int, workers: Int) async {
    let queue = PartQueue(count: count, workers: workers)
    let taken = await withTaskGroup(of: [Int].self) { group in
      for worker in 0..<workers {
        group.addTask {
          var taken: [Int] = []
          while let part = queue.next(for: worker) { taken.append(part) }
          return taken
        }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
    #expect(taken.sorted() == Array(0..<count))
  }
}
