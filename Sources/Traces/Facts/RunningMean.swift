/// Mean and spread of numbers that come one at a time (Welford 1962).
struct RunningMean {
  private(set) var count = 0
  private(set) var mean = 0.0
  private var squares = 0.0

  mutating func add(_ value: Double) {
    count += 1
    let before = value - mean
    mean += before / Double(count)
    squares += before * (value - mean)
  }

  /// The standard deviation; infinite for fewer than two numbers.
  var standardDeviation: Double { count > 1 ? (squares / Double(count - 1)).squareRoot() : .infinity }

  /// The standard error of the mean; infinite for fewer than two numbers.
  var standardError: Double {
    count > 1 ? (squares / Double(count - 1) / Double(count)).squareRoot() : .infinity
  }

  /// Whether the mean is above 0 by more than so many of its standard errors.
  func isClearlyPositive(_ errors: Double) -> Bool { count > 1 && mean > errors * standardError }
}
