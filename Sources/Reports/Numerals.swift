import Foundation
import Measures
import Statistics

/// How numbers are written for people. Programs get all digits.
enum Numerals {
  /// The smallest magnitude that is written with fixed decimals; below it, digits are counted from the first one.
  static let smallestFixed = 0.001

  /// Four decimals, two significant digits in scientific notation for small magnitudes, ∞.
  static func quantity(_ value: Double) -> String {
    if value == 0 { return "0" }
    if value.isInfinite { return value < 0 ? "−∞" : "∞" }
    let digits =
      value.magnitude < smallestFixed
      ? String(format: "%.1e", value.magnitude)
      : String(format: value.magnitude < 100 ? "%.4f" : "%.1f", value.magnitude)
    return value < 0 ? "−" + digits : digits
  }

  /// Three significant digits: a mean with an interval around it is not known any better.
  static func threeDigits(_ value: Double) -> String {
    let magnitude = value.magnitude
    guard magnitude >= smallestFixed, magnitude.isFinite else { return quantity(value) }
    let decimals = magnitude < 1 ? 3 : magnitude < 10 ? 2 : magnitude < 100 ? 1 : 0
    return (value < 0 ? "−" : "") + String(format: "%.\(decimals)f", magnitude)
  }

  /// Two numbers that differ, with as many digits as it takes to see that.
  static func apart(_ value: Double, _ other: Double) -> (String, String) {
    guard value != other, value.isFinite, other.isFinite, quantity(value) == quantity(other) else {
      return (quantity(value), quantity(other))
    }
    for digits in 6...17 {
      let texts = [value, other].map { String(format: "%.\(digits)g", $0).replacing("-", with: "−") }
      if texts[0] != texts[1] { return (texts[0], texts[1]) }
    }
    return ("\(value)", "\(other)")
  }

  /// The same with a plus sign for positive values.
  static func signed(_ value: Double) -> String { value > 0 ? "+" + quantity(value) : quantity(value) }

  /// A whole number with its sign.
  static func signed(_ value: Int) -> String {
    value > 0 ? "+\(value)" : value < 0 ? "−\(value.magnitude)" : "0"
  }

  /// Percent without decimals.
  static func percent(_ value: Double) -> String { String(format: "%.0f %%", value * 100) }

  /// Percent with one decimal.
  static func share(_ value: Double) -> String { String(format: "%.1f %%", value * 100) }

  /// An exact figure, or its bounds: `≥ 0.71`, `0.31…0.33`.
  static func figure(_ figure: Figure) -> String {
    switch figure {
    case .exact(let value): quantity(value)
    case .between(let low, let high?):
      quantity(low) == quantity(high) ? quantity(low) : "\(quantity(low))…\(quantity(high))"
    case .between(let low, nil): "≥ \(quantity(low))"
    }
  }

  /// A mean with its interval in brackets.
  static func estimate(_ estimate: Estimate, style: Table.EstimateStyle) -> String {
    func number(_ value: Double) -> String {
      switch style {
      case .quantity: threeDigits(value)
      case .signed: value > 0 ? "+" + threeDigits(value) : threeDigits(value)
      case .share: (value < 0 ? "−" : "") + String(format: "%.1f", value.magnitude * 100)
      case .signedShare:
        (value < 0 ? "−" : value > 0 ? "+" : "") + String(format: "%.1f", value.magnitude * 100)
      }
    }
    let unit = style == .share ? " %" : style == .signedShare ? " pp" : ""
    func mean(_ mean: Estimate.Mean) -> String {
      guard let interval = mean.interval else { return number(mean.value) + unit }
      return "\(number(mean.value)) [\(number(interval.lowerBound)), \(number(interval.upperBound))]" + unit
    }
    switch estimate.knowledge {
    case .exact(let value): return mean(value)
    case .between(let low, nil): return "≥ " + mean(low)
    case .between(let low, let high?):
      if number(low.value) == number(high.value) { return mean(low) }
      let range = "\(number(low.value))…\(number(high.value))"
      guard let below = low.interval, let above = high.interval else { return range + unit }
      return "\(range) [\(number(below.lowerBound)), \(number(above.upperBound))]" + unit
    }
  }

  /// A cell for people.
  static func text(_ cell: Table.Cell) -> String {
    switch cell {
    case .text(let text): printable(text)
    case .integer(let value): String(value)
    case .signedInteger(let value): signed(value)
    case .real(let value): quantity(value)
    case .signedReal(let value): signed(value)
    case .share(let value): share(value)
    case .figure(let figure): Self.figure(figure)
    case .estimate(let estimate, let style): Self.estimate(estimate, style: style)
    case .flag(let value): value ? "yes" : "no"
    case .bytes(let bytes): "\(bytes.count) \(bytes.count == 1 ? "byte" : "bytes")"
    case .missing: "–"
    }
  }

  /// A text without characters that a terminal would obey.
  private static func printable(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
      return text
    }
    var result = ""
    for scalar in text.unicodeScalars {
      if scalar.properties.generalCategory == .control {
        result += String(format: "\\x%02X", scalar.value)
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
