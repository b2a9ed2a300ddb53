public import Tokenization
public import Traces

/// Whether two files of traces can be set against each other, and if not, where they first differ.
public struct FileComparison: Sendable {
  /// The first thing in which two files differ.
  public struct Difference: Equatable, Sendable {
    /// The sequence, where the difference is in one.
    public var sequence: String?
    /// The index of the token among prompt and response, where the difference is at one.
    public var token: Int?
    /// The token's id in the first file.
    public var firstID: TokenID?
    /// The token's id in the second file.
    public var secondID: TokenID?
    /// What differs, and what to do about it.
    public var reason: String
  }

  /// Sequences that both files hold.
  public private(set) var sharedSequences = 0
  /// Sequences of which both files hold the same tokens, and rows for some of them.
  public private(set) var comparableSequences = 0
  /// Positions that can be measured.
  public private(set) var positions = 0
  /// Positions of the response that one of the files marks, or has no row for.
  public private(set) var omittedPositions = 0
  /// Scores in a row of each file; nil for lists.
  public private(set) var vocabularySizes: (first: Int?, second: Int?) = (nil, nil)
  /// The second file's spread of scores over the first's; nil where too little is known.
  public private(set) var scale: Double?
  /// What storage in 16 bits can have done to `KL(second ‖ first)`, in nats: the mean over some positions; nil for lists
  /// and single precision.
  public private(set) var storageError: Double?
  /// The first difference, nil where everything that both files hold can be compared.
  public private(set) var difference: Difference?
  /// What is doubtful.
  public private(set) var warnings: [String] = []

  /// Everything that both files hold can be compared.
  public var isComparable: Bool { difference == nil }

  /// Compares all tokens of all sequences, and a bounded number of rows.
  public init(_ first: TraceFile, _ second: TraceFile, assuming assumptions: Set<TraceAssumption> = []) {
    let files: FilePair
    do throws(TraceError) {
      files = try FilePair(reference: first, tuned: second, sequence: nil)
    } catch {
      difference = Difference(reason: "\(error)")
      return
    }
    warnings = files.remarks
    sharedSequences = files.places.count
    for place in files.places {
      do throws(TraceError) {
        let pair = try files.pair(at: place)
        comparableSequences += 1
        positions += pair.positions.count
        omittedPositions += pair.omitted.total
        vocabularySizes = (pair.reference.vocabularySize, pair.tuned.vocabularySize)
      } catch {
        difference = difference ?? Self.difference(error, sequence: second.entries[place.tuned].id)
      }
    }
    storageError = files.storageError
    let verdict = files.verdict(assuming: assumptions)
    scale = verdict.scale
    warnings += verdict.warnings.map { "\($0.file): \($0.warning.name): \($0.warning)" }
    if difference == nil, let refusal = verdict.refusal { difference = Difference(reason: "\(refusal)") }
  }

  private static func difference(_ error: TraceError, sequence: String?) -> Difference {
    var difference = Difference(sequence: sequence, reason: "\(error)")
    if case .tokensDiffer(let index, let reference, let tuned, _) = error.problem {
      difference.token = index
      difference.firstID = reference
      difference.secondID = tuned
    }
    return difference
  }
}
