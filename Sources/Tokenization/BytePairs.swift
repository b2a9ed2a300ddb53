/// The rules for two bytes, half of all look-ups: a table that is small enough for the cache.
struct BytePairs: Sendable {
  /// The outcome of every pair by its place in `outcomes`, by the first byte and then the second.
  private var numbers: [UInt16] = []
  private var outcomes: [MergeTable.Outcome] = []

  /// No pair at all: nothing may be asked for.
  init() {}

  /// Takes the rules out of the table. A byte without a token is -1.
  init(_ tokens: [Int32], _ merges: MergeTable) {
    numbers.reserveCapacity(tokens.count * tokens.count)
    var nothing: UInt16?
    for left in tokens {
      for right in tokens {
        let outcome = merges.outcome(left, right)
        if outcome == .nothing, let nothing {
          numbers.append(nothing)
          continue
        }
        // Of 65,536 pairs either all have rules, or one place is for those without.
        let number = UInt16(truncatingIfNeeded: outcomes.count)
        if outcome == .nothing { nothing = number }
        numbers.append(number)
        outcomes.append(outcome)
      }
    }
  }

  /// For a loop: what becomes of two bytes.
  @inline(__always)
  func withOutcomes(_ body: ((UInt8, UInt8) -> MergeTable.Outcome) -> Void) {
    numbers.withUnsafeBufferPointer { numbers in
      outcomes.withUnsafeBufferPointer { outcomes in
        body { left, right in outcomes[Int(numbers[Int(left) &<< 8 | Int(right)])] }
      }
    }
  }
}
