import Foundation
public import Measures
import Statistics

/// A token of the vocabulary, or its text, and how far its rank moved wherever it was written.
public struct ShiftedToken: Equatable, Sendable {
  /// The token.
  public var token: String
  /// The number of places where it stands and both ranks are told.
  public var count: Int
  /// The number of them where the ranks differ.
  public var shiftedCount: Int
  /// The mean of |reference rank − tuned rank|.
  public var meanMagnitude: Double

  /// `count · meanMagnitude`: its size in a word cloud. The paper names frequency and rank shift, and no formula.
  public var weight: Double { Double(count) * meanMagnitude }
}

extension PaperComparison {
  /// URIAL's curves: figures by the place in the response.
  public func curve(of task: String?) -> [URIALPoint] {
    let tokens = responses.filter { $0.task == task }.flatMap(\.tokens)
    return Dictionary(grouping: tokens, by: \.position).sorted { $0.key < $1.key }.map { position, tokens in
      let count = Double(tokens.count)
      let ranks = tokens.compactMap(\.reference.rank)
      let classes = Dictionary(grouping: ranks.filter { $0 >= 1 }, by: ShiftClass.init(referenceRank:))
      return URIALPoint(
        task: task, position: position, count: tokens.count,
        logRatio: tokens.reduce(0) { $0 + $1.reference.loss - $1.tuned.loss } / count,
        divergence: Figure.mean(tokens.map(\.divergence)),
        baseRank: ranks.isEmpty ? nil : Double(ranks.reduce(0, +)) / Double(ranks.count) - 1,
        baseProbability: tokens.reduce(0) { $0 + exp(-$1.reference.loss) } / count,
        shares: ranks.isEmpty
          ? [:]
          : Dictionary(
            uniqueKeysWithValues: ShiftClass.allCases.map {
              ($0, Double(classes[$0]?.count ?? 0) / Double(ranks.count))
            }))
    }
  }

  /// The parts of the tokens in each of URIAL's classes, by token; empty where no rank is told.
  public func classes(of task: String?) -> [ShiftClass: Double] {
    let ranks = responses.filter { $0.task == task }.flatMap(\.tokens).compactMap(\.reference.rank)
      .filter { $0 >= 1 }
    guard !ranks.isEmpty else { return [:] }
    let classes = Dictionary(grouping: ranks, by: ShiftClass.init(referenceRank:))
    return classes.mapValues { Double($0.count) / Double(ranks.count) }
  }

  /// What a word cloud of shifted tokens shows: the largest weights first.
  ///
  /// - Parameter minimumCount: The fewest places a token must stand at.
  public func words(of task: String?, minimumCount: Int = 1) -> [ShiftedToken] {
    var shifts: [String: [Int]] = [:]
    for token in responses.filter({ $0.task == task }).flatMap(\.tokens) {
      if let shift = token.rankShift { shifts[token.tuned.token, default: []].append(shift) }
    }
    return shifts.filter { $0.value.count >= minimumCount }.map { token, shifts in
      ShiftedToken(
        token: token, count: shifts.count, shiftedCount: shifts.count { $0 != 0 },
        meanMagnitude: Double(shifts.reduce(0) { $0 + abs($1) }) / Double(shifts.count))
    }.filter { $0.weight > 0 }
      .sorted { ($1.weight, $0.token) < ($0.weight, $1.token) }
  }
}
