/// How far tuning moved a model's hidden states, along the axes in which the base model's own states vary.
///
/// In each layer both models' states are projected on the two principal axes of the base model's. The shift of a layer is
/// the difference of the mean projections, and the distance the length of the mean shift over layers. A sum of signed
/// shifts depends on which end of each layer's axes is positive, and shifts of opposite sign cancel: the root mean
/// square beside it depends on neither.
///
/// Source: arXiv 2507.00432, sections 3.1 and 3.2, and the script that computes it.
public struct LatentShift: Equatable, Sendable {
  /// One layer.
  public struct Layer: Equatable, Sendable {
    /// The base model's mean projections on the first and the second axis.
    public var base: SIMD2<Double>
    /// The tuned model's mean projections on the same axes.
    public var tuned: SIMD2<Double>

    /// `tuned − base`, in the unit of the states.
    public var shift: SIMD2<Double> { tuned - base }

    /// The mean projections of one layer.
    public init(base: SIMD2<Double>, tuned: SIMD2<Double>) {
      self.base = base
      self.tuned = tuned
    }

    /// The layer of these vectors.
    ///
    /// - Parameters:
    ///   - base: The base model's vectors, one a text. Shape `[texts · width]`.
    ///   - tuned: The tuned model's, of the same texts.
    ///   - width: The length of a vector.
    ///   - sign: Which end of an axis is positive.
    /// - Returns: Nil where the base model's vectors do not span two dimensions.
    public init?(base: [Double], tuned: [Double], width: Int, sign: PrincipalAxes.Sign = .loading) {
      precondition(base.count == tuned.count, "\(base.count) numbers against \(tuned.count)")
      guard let axes = PrincipalAxes(base, width: width, sign: sign) else { return nil }
      let (before, after) = (axes.meanProjections(of: base), axes.meanProjections(of: tuned))
      self.base = [before.first, before.second]
      self.tuned = [after.first, after.second]
    }
  }

  /// The layers, from the first.
  public var layers: [Layer]

  /// The shifts of these layers.
  ///
  /// - Precondition: There is a layer.
  public init(layers: [Layer]) {
    precondition(!layers.isEmpty, "a shift needs a layer")
    self.layers = layers
  }

  /// The mean over layers of their shifts on both axes.
  public var meanShift: SIMD2<Double> {
    layers.reduce(.zero) { $0 + $1.shift } / Double(layers.count)
  }

  /// The paper's d: `√(mean Δ₁² + mean Δ₂²)` of the ``meanShift``.
  public var distance: Double { (meanShift * meanShift).sum().squareRoot() }

  /// `√(mean over layers of Δ₁² + Δ₂²)`: never below ``distance``, and the same for every choice of signs.
  public var rootMeanSquare: Double {
    (layers.reduce(0) { $0 + ($1.shift * $1.shift).sum() } / Double(layers.count)).squareRoot()
  }
}
