import CDivergence
import CTruncation
import Measures
import Testing

@Suite struct InstructionSetTests {
  /// Otherwise `available` leaves out what rows run by, and the tests that go over it say nothing about that.
  @Test func `lists run by the instructions that rows run by`() {
    #expect(divergence_path_runs(DIVERGENCE_AVX2) == truncation_path_runs(TRUNCATION_AVX2))
    #expect(divergence_path_runs(DIVERGENCE_AVX512) == truncation_path_runs(TRUNCATION_AVX512))
    #expect(divergence_path_runs(DIVERGENCE_AVX512) == InstructionSet.available.contains(.avx512))
  }
}
