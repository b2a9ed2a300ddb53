import Tokenization
import Traces

/// The sequences of a reference and a tuned model that hold the same token ids, whatever they are called.
///
/// Where several sequences have the same ids, they pair in their order: which belongs to which cannot be
/// told, and each is about the same text.
struct TokenPairing {
  /// Where each shared sequence stands among both, in the order of the tuned ones.
  private(set) var places: [(reference: Int, tuned: Int)] = []
  /// The pairs among them whose ids several sequences of one model have.
  private(set) var ambiguous = 0
  /// Why a sequence could not be read, of the first one that could not.
  private(set) var failure: TraceError?

  /// Pairs sequences by their token ids; nil and no ids pair with none.
  init(reference: some Sequence<[TokenID]?>, tuned: some Sequence<[TokenID]?>) {
    var indices: [[TokenID]: [Int]] = [:]
    for (index, tokens) in reference.enumerated() {
      if let tokens, !tokens.isEmpty { indices[tokens, default: []].append(index) }
    }
    var taken: [[TokenID]: Int] = [:]
    for (index, tokens) in tuned.enumerated() {
      guard let tokens, let candidates = indices[tokens] else { continue }
      let place = taken[tokens, default: 0]
      taken[tokens] = place + 1
      if place < candidates.count { places.append((candidates[place], index)) }
    }
    ambiguous = taken.reduce(0) { sum, entry in
      let count = indices[entry.key]?.count ?? 0
      return max(entry.value, count) > 1 ? sum + min(entry.value, count) : sum
    }
  }

  /// Reads every sequence of both files; one that cannot be read pairs with none.
  init(reference: TraceFile, tuned: TraceFile) {
    var failure: TraceError?
    func tokens(of file: TraceFile, at index: Int) -> [TokenID]? {
      do throws(TraceError) {
        return try file.trace(at: index).tokens
      } catch {
        failure = failure ?? error
        return nil
      }
    }
    self.init(
      reference: reference.entries.indices.lazy.map { tokens(of: reference, at: $0) },
      tuned: tuned.entries.indices.lazy.map { tokens(of: tuned, at: $0) })
    self.failure = failure
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
