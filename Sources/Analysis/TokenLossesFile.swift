public import Foundation
public import Statistics
public import Traces

/// A `*_token_losses.json` of the code released with arXiv 2507.00432.
///
/// `{"model", "dataset", "results": [{"avg_loss", "token_losses": [{"loss", "token", "rank"}, …]}, null, …]}`. The code
/// dropped the first token of every response before it wrote the file.
public struct TokenLossesFile: Sendable {
  /// The path.
  public let path: String
  /// The model, as the file names it.
  public let model: String
  /// The task: what follows the first `_` of the data set's file name, as the code reads it; nil where there is none.
  public let task: String?
  /// The responses, without those that are null or have no `avg_loss`.
  public let responses: [[EmittedLoss]]
  /// The place of each response in the file.
  public let places: [Int]
  /// The number of results that are null or have no `avg_loss`; the code leaves them out before it pairs.
  public let skipped: Int
  /// The number of results that hold an error instead of tokens; the code pairs them, and counts no token.
  public let failed: Int

  private struct Contents: Decodable {
    var model: String
    var dataset: String
    var results: [Entry?]
  }

  private struct Entry: Decodable {
    var average: Double?
    var losses: [Loss]
    var error: String?

    enum CodingKeys: String, CodingKey {
      case average = "avg_loss"
      case losses = "token_losses"
      case error
    }
  }

  private struct Loss: Decodable {
    var loss: Double
    var token: String?
    var rank: Int?
  }

  /// Reads a file.
  ///
  /// - Throws: ``TraceError`` where there is none, and ``ScoreError`` where it does not have this shape.
  public init(contentsOf path: String) throws {
    let storage = try ByteStorage(mapping: path)
    try self.init(path: path, data: storage.withUnsafeBytes { Data($0) })
  }

  /// Reads the bytes of a file.
  public init(path: String, data: Data) throws {
    let decoder = JSONDecoder()
    // Python writes Infinity.
    decoder.allowsJSON5 = true
    let contents: Contents
    do {
      contents = try decoder.decode(Contents.self, from: data)
    } catch let error as DecodingError {
      throw ScoreError(file: path, .tokenLosses(reason: error.sentence))
    }
    let kept = contents.results.enumerated().filter { $0.element?.average != nil }
    self.path = path
    model = contents.model
    let name = (contents.dataset as NSString).lastPathComponent
    task = name.split(separator: "_", maxSplits: 1).dropFirst().first.map {
      String($0).replacing(".jsonl", with: "")
    }
    responses = try kept.map { place, entry in
      try (entry?.losses ?? []).map { loss in
        guard !loss.loss.isNaN else {
          throw ScoreError(file: path, .tokenLosses(reason: "a loss of result \(place) is NaN"))
        }
        return EmittedLoss(loss: loss.loss, rank: loss.rank, token: loss.token ?? "")
      }
    }
    places = kept.map(\.offset)
    skipped = contents.results.count - kept.count
    failed = kept.count { $0.element?.error != nil }
  }

  /// Whether these bytes look like such a file.
  public static func isOne(_ storage: ByteStorage) -> Bool {
    storage.withUnsafeBytes { bytes in
      let start = String(decoding: bytes.prefix(1 << 16), as: UTF8.self)
      return start.contains("\"results\"") && start.contains("\"dataset\"")
        && (start.contains("\"token_losses\"") || start.contains("null"))
    }
  }
}

extension DecodingError {
  /// What is wrong, and where.
  fileprivate var sentence: String {
    func place(_ context: Context) -> String {
      context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? "." + $0.stringValue }.joined()
    }
    switch self {
    case .keyNotFound(let key, let context):
      return "\"\(key.stringValue)\" is missing at \(place(context)) of it"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      return "the value at \(place(context)) has another type"
    case .dataCorrupted(let context): return "\(context.debugDescription)"
    @unknown default: return "\(self)"
    }
  }
}
