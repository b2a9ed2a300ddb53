import Analysis
import Foundation

/// Shows how far a batch has come, with rate and remaining time, when a person is watching.
struct ProgressMeter {
  private let start = Date()
  private var lastShown = Date.distantPast
  private let isShown: Bool

  init(isQuiet: Bool) { isShown = !isQuiet && StandardError.isTerminal }

  /// Shows the state, at most ten times a second.
  mutating func show(_ progress: BatchProgress) {
    guard isShown, Date().timeIntervalSince(lastShown) > 0.1 else { return }
    lastShown = Date()
    StandardError.overwrite(line(progress))
  }

  /// Clears the line.
  func end() {
    guard isShown else { return }
    StandardError.overwrite("")
  }

  private func line(_ progress: BatchProgress) -> String {
    let elapsed = Date().timeIntervalSince(start)
    let rate = elapsed > 0 ? Double(progress.positions) / elapsed : 0
    let done = progress.fractionDoneNow
    let remaining = done > 0 ? Self.duration(elapsed * (progress.fractionLeft / done)) : "–"
    return String(
      format: "%d of %d measurements, %d positions, %.0f positions/s, %@ left", progress.done,
      progress.planned, progress.positions, rate, remaining)
  }

  private static func duration(_ seconds: Double) -> String {
    let seconds = Int(seconds.rounded(.up))
    if seconds < 60 { return "\(seconds) s" }
    if seconds < 3600 { return "\(seconds / 60) min \(seconds % 60) s" }
    return "\(seconds / 3600) h \(seconds % 3600 / 60) min"
  }
}
