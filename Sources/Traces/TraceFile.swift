/// A file of traces, opened and recognised by its content, of which one sequence is read at a time.
///
/// The file is mapped, not loaded: memory does not grow with its size. A compressed file is unpacked into a temporary
/// file, and that one is mapped. Several threads may read from one value. A file must not be changed while it is open.
public struct TraceFile: Sendable {
  /// The path by which it was opened.
  public let path: String
  /// What it is.
  public let format: TraceFormat
  /// The compression around it, nil where it lies as it is.
  public let compression: Compression?
  /// The other files that were read with it, such as one of token ids.
  public let companionFiles: [String]
  /// The sequences that it holds, in the order of the file.
  public let entries: [TraceEntry]
  private let contents: Contents
  private let storage: ByteStorage
  private let indexOfID: [String: Int]
  private let lookup: TokenLookup?

  private enum Contents: Sendable {
    case tensors(TensorFile)
    case llama(LlamaFile)
    case records(RecordFile)
    case samples(SampleFile)
  }

  /// Opens a file, recognises it, and lists its sequences.
  ///
  /// Takes one pass over a file of JSON, and only the header of a binary one.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - tensor: The name of the tensor of scores in a file of tensors, where it is neither `logits` nor `logprobs`.
  ///   - companions: Files that hold what a file of tensors lacks; those not named are looked for beside it.
  ///   - lookup: The vocabulary in which tokens are found that a file of JSON gives as texts or bytes; such a file can
  ///     be listed without it, but its traces cannot be read.
  /// - Throws: ``TraceError`` when the file holds no trace, or one that cannot be trusted.
  public init(
    path: String, tensor: String? = nil, companions: TraceCompanions = TraceCompanions(),
    lookup: TokenLookup? = nil
  ) throws(TraceError) {
    try self.init(
      ByteStorage(mapping: path), path: path, tensor: tensor, companions: companions, lookup: lookup)
  }

  /// The file of these bytes, called by this path in messages.
  init(
    _ storage: ByteStorage, path: String, tensor: String?, companions: TraceCompanions = TraceCompanions(),
    lookup: TokenLookup? = nil
  ) throws(TraceError) {
    self.path = path
    self.lookup = lookup
    (self.storage, compression) = try Self.unpacked(storage, path: path)
    (contents, companionFiles) = try Self.contents(
      of: self.storage, path: path, tensor: tensor, companions: companions)
    switch contents {
    case .tensors(let file): (format, entries) = (file.format, file.entries)
    case .llama(let file): (format, entries) = (.llamaLogits, file.entries)
    case .records(let file): (format, entries) = (file.format, file.entries)
    case .samples(let file): (format, entries) = (.pytorch, file.entries)
    }
    indexOfID = Dictionary(
      entries.enumerated().compactMap { index, entry in entry.id.map { ($0, index) } },
      uniquingKeysWith: { first, _ in first })
  }

  /// What lies in the compression around a file, where there is one.
  private static func unpacked(
    _ storage: ByteStorage, path: String
  ) throws(TraceError) -> (ByteStorage, Compression?) {
    guard case .compressed(let compression) = storage.withUnsafeBytes({ FileSignature($0) }) else {
      return (storage, nil)
    }
    do throws(TraceError.Problem) {
      return (try storage.unpacked(compression), compression)
    } catch {
      throw TraceError(file: path, error)
    }
  }

  private static func contents(
    of storage: ByteStorage, path: String, tensor: String?, companions: TraceCompanions
  ) throws(TraceError) -> (Contents, companionFiles: [String]) {
    guard storage.count > 0 else { throw TraceError(file: path, .empty) }
    let signature = storage.withUnsafeBytes { FileSignature($0) }
    if signature == .json {
      let file = try RecordFile(storage, path: path)
      return (.records(file), [file.distillation?.path].compactMap { $0 })
    }
    let container: TensorContainer
    do throws(TraceError.Problem) {
      guard let tensors = try TensorContainer(storage, signature: signature) else {
        return (try other(signature, storage), [])
      }
      if let samples = try SampleFile(tensors, column: tensor) { return (.samples(samples), []) }
      container = tensors
    } catch {
      throw TraceError(file: path, error)
    }
    let (completed, files) = try companions.completing(container, path: path)
    do throws(TraceError.Problem) {
      return (.tensors(try TensorFile(completed, scoresNamed: tensor)), files)
    } catch {
      throw TraceError(file: path, error)
    }
  }

  /// What holds neither tensors nor JSON.
  private static func other(
    _ signature: FileSignature, _ storage: ByteStorage
  ) throws(TraceError.Problem) -> Contents {
    switch signature {
    case .llamaLogits: return .llama(try LlamaFile(storage))
    case .foreign(let format): throw .foreign(format)
    case .compressed(.gzip): throw .foreign(.gzip)
    case .compressed(.zstandard): throw .foreign(.zstandard)
    case .unknown, .json, .safetensors, .numpyArchive, .numpyArray, .pytorch:
      throw .unrecognised(beginning: storage.withUnsafeBytes { Array($0.prefix(8)) })
    }
  }

  /// Reads one sequence.
  ///
  /// - Parameter index: Its place in ``entries``.
  /// - Throws: ``TraceError`` when the sequence is not what it should be; the others may still be read.
  /// - Precondition: `index` is one of ``entries``.
  public func trace(at index: Int) throws(TraceError) -> Trace {
    precondition(entries.indices.contains(index), "sequence \(index) of \(entries.count)")
    try storage.checkUnchanged(path)
    if case .records(let file) = contents { return try file.trace(at: index, path: path, lookup: lookup) }
    do throws(TraceError.Problem) {
      var trace =
        switch contents {
        case .tensors(let file): try file.trace(at: index)
        case .llama(let file): try file.trace(ofChunk: index)
        case .samples(let file): try file.trace(at: index)
        case .records: preconditionFailure("records were read above")
        }
      trace.file = path
      return trace
    } catch {
      throw TraceError(file: path, sequence: entries.count > 1 ? entries[index].id : nil, error)
    }
  }

  /// Reads the sequence of this id.
  ///
  /// - Throws: ``TraceError`` when there is none, or it is not what it should be.
  public func trace(id: String) throws(TraceError) -> Trace {
    guard let index = indexOfID[id] else {
      throw TraceError(file: path, .noSequence(id: id))
    }
    return try trace(at: index)
  }

  /// The file's own bytes, mapped; nil where what is read was unpacked from them.
  public var bytes: ByteStorage? { compression == nil ? storage : nil }

  /// What the file says of itself in names and values; empty where it says nothing.
  public var metadata: [String: String] {
    switch contents {
    case .tensors(let file): file.metadata
    case .records(let file): file.metadata
    case .samples(let file): file.metadata
    case .llama: [:]
    }
  }

  /// The columns of logprobs in a dump of several models' about the same tokens, by the names that `tensor` takes; empty
  /// in all other files.
  public var columns: [String] {
    guard case .samples(let file) = contents else { return [] }
    return file.columns
  }

  /// What the scores went through between the file and the rows; nil where they are read as they lie.
  public var derivation: ScoreDerivation? {
    guard case .tensors(let file) = contents else { return nil }
    return file.derivation
  }

  /// The name of the tensor that holds the scores, nil in files without tensors.
  var scoresName: String? {
    guard case .tensors(let file) = contents else { return nil }
    return file.scores.name
  }
}
