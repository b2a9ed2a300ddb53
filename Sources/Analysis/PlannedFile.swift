public import Traces

/// A file of the study and what the study says about it.
public struct PlannedFile: Sendable {
  /// The path, resolved.
  public var path: String
  /// The entry of the study that named it.
  public var traces: Study.Traces
  /// The sequences in it.
  public var entries: [TraceEntry]
  /// How it was recognised.
  public var format: TraceFormat
  /// The open file. Files of one sequence are opened again when they are measured, so that a study of a
  /// hundred thousand files does not hold as many mappings.
  var open: TraceFile?
  /// Files that hold what it lacks, as named in the study, resolved.
  var companions: TraceCompanions
  /// The other files that were read with it.
  var companionFiles: [String]
  /// Finds tokens that files give as texts, where the study names a vocabulary.
  var lookup: TokenLookup?

  /// Everything that is read of it: the file, and its companions.
  var inputs: [(path: String, format: String)] {
    [(path, format.rawValue)] + companionFiles.map { ($0, "companion") }
  }

  /// The file, opened again where it was closed.
  func opened() throws(TraceError) -> TraceFile {
    if let open { return open }
    return try TraceFile(path: path, tensor: traces.tensor, companions: companions, lookup: lookup)
  }

  /// Reads one of the file's sequences, with what the study says where the file does not.
  func namedTrace(at entry: Int) throws(TraceError) -> Trace {
    var trace = try opened().trace(at: entry)
    trace.id = traces.sequence ?? trace.id
    trace.task = traces.task ?? trace.task
    trace.prompt = traces.prompt ?? trace.prompt
    trace.promptLength = trace.promptLength ?? traces.promptLength
    return trace
  }
}
