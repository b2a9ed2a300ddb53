import Analysis
import Foundation

/// Shows how far the planning of a study has come, when a person is watching.
struct PlanningMeter {
  private var lastShown = Date.distantPast
  private let isShown: Bool

  init(isQuiet: Bool) { isShown = !isQuiet && StandardError.isTerminal }

  /// Shows the state, at most ten times a second.
  mutating func show(_ progress: PlanningProgress) {
    guard isShown, Date().timeIntervalSince(lastShown) > 0.1 else { return }
    lastShown = Date()
    StandardError.overwrite(Self.line(progress))
  }

  /// Clears the line.
  func end() {
    guard isShown else { return }
    StandardError.overwrite("")
  }

  static func line(_ progress: PlanningProgress) -> String {
    let place = progress.total.map { "\(progress.done + 1) of \($0)" } ?? "\(progress.done + 1)"
    return switch progress.step {
    case .opening: "planning: finding the sequences of file \(place)"
    case .hashing: "planning: hashing file \(place)"
    case .screening: "planning: looking at files \(place), whether they may be compared"
    }
  }
}
