extension DenseRow {
  /// How far rounding for storage moved each score at most: half a step of its type there. Shape [V], in nats.
  ///
  /// Of a score so far below the others that it has no probability it is 0, and of one at the floor of llama.cpp's rows
  /// too, of which nothing is known but that it is no higher.
  ///
  /// - Parameter scores: The row's scores, all of them or the first ones.
  public func halfSteps(of scores: ArraySlice<Float>) -> [Float] {
    if encoding == .affine16 {
      let floor = floorScore ?? -.infinity
      let half = Float((floorDepth ?? 0) / Double(UInt16.max) / 2)
      return scores.map { $0 > floor ? half : 0 }
    }
    let least = (scores.max() ?? 0) - Float(DenseRowFacts.vanishing)
    return scores.map { $0 > least ? Float(encoding.rounding(of: $0)) : 0 }
  }
}
