import Analysis
import ShiftStore
import Tokenization
import Traces

/// What the shell is told when the program ends. The numbers are those of BSD's sysexits.
enum Status: Int32 {
  case done = 0
  /// The work is finished, but something was left out.
  case incomplete = 1
  case usage = 64
  case badData = 65
  case noInput = 66
  case cannotWrite = 73
  /// Stopped by a signal; the same command goes on.
  case tryAgain = 75

  /// The status of an error of the library; nil for any other error.
  init?(of error: any Error) {
    switch error {
    case let error as TraceError: self = Status(of: error)
    case let error as ConversionError: self = Status(of: error)
    case let error as VocabularyError: self = Status(of: error)
    case let error as StudyError: self = Status(of: error)
    case let error as CategoryError: self = error.reason == nil ? .noInput : .badData
    case let error as StoreError: self = Status(of: error)
    case let error as ScoreError: self = Status(of: error)
    default: return nil
    }
  }

  private init(of error: TraceError) {
    switch error.problem {
    case .missing, .directory, .unreadable: self = .noInput
    default: self = .badData
    }
  }

  private init(of error: ConversionError) {
    switch error.problem {
    case .exists, .notAFile, .notAFolder, .unwritable: self = .cannotWrite
    case .tooLarge: self = .badData
    }
  }

  private init(of error: VocabularyError) {
    switch error.problem {
    case .missing, .directory, .unreadable: self = .noInput
    default: self = .badData
    }
  }

  private init(of error: StudyError) {
    switch error.problem {
    case .missing, .unreadable, .noFile: self = .noInput
    default: self = .badData
    }
  }

  private init(of error: ScoreError) {
    switch error.problem {
    case .missing, .unreadable: self = .noInput
    default: self = .badData
    }
  }

  private init(of error: StoreError) {
    switch error.problem {
    case .missing, .unreadable: self = .noInput
    case .exists, .unwritable, .notReplaceable, .halfWritten: self = .cannotWrite
    case .busy: self = .tryAgain
    case .writes, .sql, .unknown, .notMeasured, .severalTexts: self = .usage
    case .notAnIndex, .newerSchema, .olderSchema, .otherStudy: self = .badData
    }
  }
}

/// The program's own reason to end, with its exit status.
struct CommandFailure: Error {
  var status: Status
  var message: String
}
