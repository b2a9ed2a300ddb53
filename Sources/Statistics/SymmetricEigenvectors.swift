/// Eigenvalues and eigenvectors of a symmetric matrix, by Jacobi's rotations.
///
/// Each eigenvalue is good to about `n · 2⁻⁵³` of the largest, and the vectors are as orthogonal.
///
/// Complexity: O(n³) a sweep, and about ten sweeps.
///
/// Source: Golub and Van Loan (2013), section 8.5.
struct SymmetricEigenvectors {
  /// Falling.
  let values: [Double]
  /// The unit vectors of `values`, in their order.
  let vectors: [[Double]]

  /// More sweeps are never needed: convergence is quadratic.
  private static let mostSweeps = 60

  /// The eigenvectors of a matrix.
  ///
  /// - Parameters:
  ///   - matrix: Symmetric and finite. Shape `[size · size]`.
  ///   - size: The number of rows.
  init(_ matrix: [Double], size: Int) {
    precondition(matrix.count == size * size, "\(size) rows need \(size * size) numbers, not \(matrix.count)")
    var a = matrix
    // Row i of `v` becomes the vector of diagonal element i.
    var v = [Double](repeating: 0, count: size * size)
    for i in 0..<size { v[i * size + i] = 1 }
    for _ in 0..<Self.mostSweeps where !Self.sweep(&a, &v, size) { break }
    let order = (0..<size).sorted { (a[$1 * size + $1], $0) < (a[$0 * size + $0], $1) }
    values = order.map { a[$0 * size + $0] }
    vectors = order.map { Array(v[$0 * size..<($0 + 1) * size]) }
  }

  /// Rotates every pair of rows once; false where there was nothing left to rotate.
  private static func sweep(_ a: inout [Double], _ v: inout [Double], _ size: Int) -> Bool {
    var rotated = false
    for p in 0..<size {
      for q in p + 1..<max(size, p + 1) {
        let off = a[p * size + q]
        let scale = (abs(a[p * size + p]) * abs(a[q * size + q])).squareRoot()
        guard abs(off) > scale * .ulpOfOne / 2, abs(off) > .leastNormalMagnitude else { continue }
        rotated = true
        let (cosine, sine) = rotation(a[p * size + p], off, a[q * size + q])
        for k in 0..<size { rotate(&a, k * size + p, k * size + q, cosine, sine) }
        for k in 0..<size { rotate(&a, p * size + k, q * size + k, cosine, sine) }
        for k in 0..<size { rotate(&v, p * size + k, q * size + k, cosine, sine) }
        (a[p * size + q], a[q * size + p]) = (0, 0)
      }
    }
    return rotated
  }

  /// Cosine and sine of the smaller angle that makes the element off the diagonal 0.
  private static func rotation(_ app: Double, _ apq: Double, _ aqq: Double) -> (Double, Double) {
    let tau = (aqq - app) / (2 * apq)
    let tangent = (tau < 0 ? -1 : 1) / (abs(tau) + (1 + tau * tau).squareRoot())
    let cosine = 1 / (1 + tangent * tangent).squareRoot()
    return (cosine, tangent * cosine)
  }

  @inline(__always)
  private static func rotate(_ x: inout [Double], _ i: Int, _ j: Int, _ cosine: Double, _ sine: Double) {
    let (first, second) = (x[i], x[j])
    x[i] = cosine * first - sine * second
    x[j] = sine * first + cosine * second
  }
}
