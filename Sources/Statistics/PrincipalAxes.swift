/// The two directions in which vectors vary most.
///
/// The vectors are centred to find the axes, as scikit-learn's `PCA` does; projections are not, as in the script of
/// arXiv 2507.00432 (`features.dot(component)`).
public struct PrincipalAxes: Sendable {
  /// Which end of an axis is positive. An axis has no direction of its own, and sums of signed projections depend on it.
  public enum Sign: String, CaseIterable, Sendable {
    /// The largest loading in magnitude is positive: scikit-learn from version 1.5 on.
    case loading
    /// The largest score in magnitude is positive: scikit-learn before version 1.5.
    case score
  }

  /// The unit vector along which the variance is largest. Shape `[width]`.
  public let first: [Double]
  /// The unit vector across the first along which it is largest then. Shape `[width]`.
  public let second: [Double]
  /// The parts of the variance along both, 0 … 1.
  public let shares: (first: Double, second: Double)

  /// Below this part of the largest, a variance is rounding and its axis is arbitrary.
  private static let negligible = 0x1p-40

  /// The axes of these vectors.
  ///
  /// Through the smaller of the two matrices of products, vectors by vectors or coordinates by coordinates, in double
  /// precision. Complexity: O(count · width · n + n³) with n the smaller of `count` and `width`.
  ///
  /// - Parameters:
  ///   - vectors: Vector by vector. Shape `[count · width]`.
  ///   - width: The length of a vector.
  ///   - sign: Which end of an axis is positive.
  /// - Returns: Nil where the vectors do not span two dimensions around their mean, or are not finite.
  /// - Precondition: The numbers are whole vectors.
  public init?(_ vectors: [Double], width: Int, sign: Sign = .loading) {
    precondition(
      width > 0 && vectors.count % width == 0, "\(vectors.count) numbers are no vectors of \(width)")
    let count = vectors.count / width
    guard count >= 3, width >= 2, vectors.allSatisfy(\.isFinite) else { return nil }
    let centred = Self.centred(vectors, count: count, width: width)
    let columns = count <= width ? centred : Self.transposed(centred, rows: count, columns: width)
    let size = min(count, width)
    let products = Self.products(columns, size: size, length: max(count, width))
    let eigen = SymmetricEigenvectors(products, size: size)
    guard eigen.values[0] > 0, eigen.values[1] > eigen.values[0] * Self.negligible else { return nil }
    let axes = (0..<2).map { place -> [Double] in
      let vector = eigen.vectors[place]
      let axis = count <= width ? Self.combination(vector, of: centred, width: width) : vector
      return Self.directed(Self.unit(axis), sign, centred, width: width)
    }
    (first, second) = (axes[0], axes[1])
    let total = (0..<size).reduce(0) { $0 + products[$1 * size + $1] }
    shares = (eigen.values[0] / total, eigen.values[1] / total)
  }

  /// The mean over vectors of their projections on both axes, without centring.
  ///
  /// - Parameter vectors: Of the same width as the axes. Shape `[count · width]`.
  public func meanProjections(of vectors: [Double]) -> (first: Double, second: Double) {
    let width = first.count
    precondition(!vectors.isEmpty && vectors.count % width == 0, "no vectors of \(width)")
    let mean = Self.mean(vectors, count: vectors.count / width, width: width)
    return (Self.product(mean[...], first[...]), Self.product(mean[...], second[...]))
  }

  private static func mean(_ vectors: [Double], count: Int, width: Int) -> [Double] {
    var sum = [Double](repeating: 0, count: width)
    for row in 0..<count {
      for place in 0..<width { sum[place] += vectors[row * width + place] }
    }
    return sum.map { $0 / Double(count) }
  }

  private static func centred(_ vectors: [Double], count: Int, width: Int) -> [Double] {
    let mean = mean(vectors, count: count, width: width)
    return vectors.indices.map { vectors[$0] - mean[$0 % width] }
  }

  private static func transposed(_ matrix: [Double], rows: Int, columns: Int) -> [Double] {
    (0..<rows * columns).map { matrix[$0 % rows * columns + $0 / rows] }
  }

  private static func products(_ rows: [Double], size: Int, length: Int) -> [Double] {
    var products = [Double](repeating: 0, count: size * size)
    for i in 0..<size {
      for j in i..<size {
        let value = product(
          rows[i * length..<(i + 1) * length], rows[j * length..<(j + 1) * length])
        (products[i * size + j], products[j * size + i]) = (value, value)
      }
    }
    return products
  }

  private static func product(_ a: ArraySlice<Double>, _ b: ArraySlice<Double>) -> Double {
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        var sum = 0.0
        for place in 0..<a.count { sum += a[place] * b[place] }
        return sum
      }
    }
  }

  private static func combination(_ weights: [Double], of vectors: [Double], width: Int) -> [Double] {
    var sum = [Double](repeating: 0, count: width)
    for (row, weight) in weights.enumerated() {
      for place in 0..<width { sum[place] += weight * vectors[row * width + place] }
    }
    return sum
  }

  private static func unit(_ vector: [Double]) -> [Double] {
    let length = product(vector[...], vector[...]).squareRoot()
    return vector.map { $0 / length }
  }

  private static func directed(
    _ axis: [Double], _ sign: Sign, _ centred: [Double], width: Int
  ) -> [Double] {
    let deciding =
      switch sign {
      case .loading: axis
      case .score:
        (0..<centred.count / width).map {
          product(centred[$0 * width..<($0 + 1) * width], axis[...])
        }
      }
    var largest = deciding[0]
    for value in deciding where abs(value) > abs(largest) { largest = value }
    return largest < 0 ? axis.map { -$0 } : axis
  }
}
