import Foundation
import Measures

/// The measures of two rows from their definitions, one token at a time, in the widest floating point there is.
struct DivergenceTwin {
  #if arch(x86_64)
  typealias Wide = Float80
  #else
  typealias Wide = Double
  #endif

  var klTunedReference: Wide = 0
  var klReferenceTuned: Wide = 0
  var jensenShannon: Wide = 0
  var totalVariation: Wide = 0
  var logSumExpReference: Wide
  var logSumExpTuned: Wide
  var entropyReference: Wide = 0
  var entropyTuned: Wide = 0
  var klShares: [Double] = []
  var movedMass: [Double] = []

  init(reference: [Float], tuned: [Float]) {
    logSumExpReference = Self.logSumExp(reference)
    logSumExpTuned = Self.logSumExp(tuned)
    for (r, t) in zip(reference, tuned) {
      let lnP = Wide(r) - logSumExpReference, lnQ = Wide(t) - logSumExpTuned
      let p = exp(lnP), q = exp(lnQ), mixture = log((p + q) / 2)
      let share = Self.term(q, lnQ, lnP)
      klShares.append(Double(share))
      movedMass.append(Double(q - p))
      klTunedReference += share
      klReferenceTuned += Self.term(p, lnP, lnQ)
      jensenShannon += (Self.term(p, lnP, mixture) + Self.term(q, lnQ, mixture)) / 2
      totalVariation += abs(p - q) / 2
      entropyReference -= Self.term(p, lnP, 0)
      entropyTuned -= Self.term(q, lnQ, 0)
    }
  }

  /// `mass · (a − b)`, and 0 where there is no mass: 0 · ln 0 = 0.
  private static func term(_ mass: Wide, _ a: Wide, _ b: Wide) -> Wide {
    mass == 0 ? 0 : mass * (a - b)
  }

  private static func logSumExp(_ row: [Float]) -> Wide {
    let top = Wide(row.max() ?? 0)
    return top + log(row.reduce(0) { $0 + exp(Wide($1) - top) })
  }

  /// 1 + the number of scores strictly greater than the token's.
  static func rank(of token: Int, in row: [Float]) -> Int {
    1 + row.count { $0 > row[token] }
  }

  /// The k tokens of the greatest scores, ties by rising id, without excluded tokens.
  static func top(_ k: Int, of row: [Float]) -> [Int] {
    let order = row.indices.filter { row[$0] > -.infinity }
      .sorted { row[$0] == row[$1] ? $0 < $1 : row[$0] > row[$1] }
    return Array(order.prefix(k))
  }
}
