import Analysis
import Dispatch
import Foundation

/// Turns Ctrl-C and `kill` into a request to stop after the sequences in hand; a second one ends the program at once.
struct StopSignals {
  private let sources: [any DispatchSourceSignal]

  init(_ stop: StopRequest) {
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        if stop.isMade { Foundation.exit(Status.tryAgain.rawValue) }
        stop.make()
        StandardError.write("\nstopping after the sequences in hand; once more to stop at once")
      }
      source.resume()
      return source
    }
  }

  /// Gives the signals their usual meaning back.
  func end() {
    for source in sources { source.cancel() }
    for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
  }
}
