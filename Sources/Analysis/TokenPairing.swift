import Tokenization
import Traces

/// The sequences of two files that hold the same token ids, whatever they are called.
///
/// Where several sequences have the same ids, they pair in the order of their files: which belongs to which cannot be
/// told, and each is about the same text.
struct TokenPairing {
  /// Where each shared sequence stands in the two files, in the order of the tuned file.
  private(set) var places: [(reference: Int, tuned: Int)] = []
  /// The pairs among them whose ids several sequences of one file have.
  private(set) var ambiguous = 0
  /// Why a sequence could not be read, of the first one that could not.
  private(set) var failure: TraceError?

  /// Reads every sequence of both files; one that cannot be read pairs with none.
  init(reference: TraceFile, tuned: TraceFile) {
    var indices: [[TokenID]: [Int]] = [:]
    for index in reference.entries.indices {
      if let tokens = self.tokens(of: reference, at: index), !tokens.isEmpty {
        indices[tokens, default: []].append(index)
      }
    }
    var taken: [[TokenID]: Int] = [:]
    for index in tuned.entries.indices {
      guard let tokens = self.tokens(of: tuned, at: index), let candidates = indices[tokens] else { continue }
      let place = taken[tokens, default: 0]
      taken[tokens] = place + 1
      if place < candidates.count { places.append((candidates[place], index)) }
    }
    ambiguous = taken.reduce(0) { sum, entry in
      let count = indices[entry.key]?.count ?? 0
      return max(entry.value, count) > 1 ? sum + min(entry.value, count) : sum
    }
  }

  private mutating func tokens(of file: TraceFile, at index: Int) -> [TokenID]? {
    do throws(TraceError) {
      return try file.trace(at: index).tokens
    } catch {
      failure = failure ?? error
      return nil
    }
  }

  /// What a person should know about it.
  func remark(_ tunedFile: String) -> String? {
    guard !places.isEmpty else { return nil }
    let doubt =
      ambiguous > 0
      ? " \(ambiguous) of them have ids that several sequences of one file have, and pair in the order of the files."
      : ""
    return
      "\(tunedFile): no name of a sequence stands in both files; \(places.count) \(places.count == 1 ? "pairs" : "pair") by token ids.\(doubt)"
  }
}
