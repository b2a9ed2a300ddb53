import Foundation

/// The quantile of Student's t distribution with a whole number of degrees of freedom.
///
/// The distribution function has a closed form (Abramowitz and Stegun 26.7.3 and 26.7.4), which is inverted by
/// bisection.
///
/// - Parameters:
///   - probability: ½ … 1, not 1 itself.
///   - degrees: At least 1.
func studentQuantile(_ probability: Double, degrees: Int) -> Double {
  precondition(
    probability >= 0.5 && probability < 1, "the probability must lie in 0.5..<1, but is \(probability)")
  precondition(degrees >= 1, "there must be at least 1 degree of freedom, not \(degrees)")
  var low = 0.0
  var high = Double.pi / 2
  // θ = atan(t / √ν) turns the half line into an interval.
  for _ in 0..<64 {
    let middle = (low + high) / 2
    if studentProbability(angle: middle, degrees: degrees) < probability {
      low = middle
    } else {
      high = middle
    }
  }
  return tan((low + high) / 2) * Double(degrees).squareRoot()
}

/// `P(T ≤ √ν tan θ)` for θ ≥ 0.
private func studentProbability(angle: Double, degrees: Int) -> Double {
  let square = cos(angle) * cos(angle)
  let isOdd = degrees % 2 == 1
  var term = isOdd ? cos(angle) : 1
  var sum = degrees > 1 ? term : 0
  for k in stride(from: isOdd ? 3 : 2, to: degrees, by: 2) {
    term *= square * Double(k - 1) / Double(k)
    sum += term
  }
  let central = isOdd ? 2 / .pi * (angle + sin(angle) * sum) : sin(angle) * sum
  return 0.5 + central / 2
}
