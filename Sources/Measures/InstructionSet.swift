import CDivergence
import CTruncation

/// The processor instructions that the dense kernel and the bounds of lists are compiled for.
///
/// In the dense kernel AVX2 and AVX-512 do the same operations in the same order and are meant to give the same
/// bits; a test compares them where both run. The portable path on x86 has no fused multiply-add and differs by
/// rounding. The bounds of lists have the same bits everywhere.
public enum InstructionSet: String, CaseIterable, Sendable {
  /// What every processor of the architecture has: SSE2 on x86, NEON on Arm.
  case portable
  /// AVX2 with fused multiply-add and half-precision conversion: x86-64-v3.
  case avx2
  /// AVX-512 F, BW, DQ and VL: x86-64-v4.
  case avx512

  /// The ones that this machine can run, the fastest last.
  public static let available = allCases.filter {
    divergence_path_runs($0.path) && truncation_path_runs($0.truncationPath)
  }

  /// The fastest one that this machine can run.
  public static var best: InstructionSet { available.last ?? .portable }

  var path: divergence_path {
    switch self {
    case .portable: DIVERGENCE_PORTABLE
    case .avx2: DIVERGENCE_AVX2
    case .avx512: DIVERGENCE_AVX512
    }
  }

  var truncationPath: truncation_path {
    switch self {
    case .portable: TRUNCATION_PORTABLE
    case .avx2: TRUNCATION_AVX2
    case .avx512: TRUNCATION_AVX512
    }
  }
}
