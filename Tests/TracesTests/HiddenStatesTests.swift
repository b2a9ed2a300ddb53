import Foundation
import Testing
import Traces

@Suite struct HiddenStatesTests {
  /// Two layers, two texts of three positions, width 2; the first text is padded on the left.
  static var unpooled: SafetensorsBuilder {
    var file = SafetensorsBuilder(metadata: [("task", "coqa")])
    file.add("attention_mask", "I64", [2, 3], [0, 1, 1, 1, 1, 1] as [Int64])
    file.add("hidden_states", "F32", [2, 2, 3, 2], (0..<24).map { Float($0) })
    return file
  }

  /// One layer of two texts, pooled in both ways.
  static var pooled: SafetensorsBuilder {
    var file = SafetensorsBuilder()
    file.add("hidden_states", "F32", [1, 2, 2], [1, 2, 3, 4] as [Float])
    file.add("hidden_states_padded_mean", "F32", [1, 2, 2], [5, 6, 7, 8] as [Float])
    return file
  }

  private func states(_ bytes: [UInt8], _ pooling: HiddenStates.Pooling) throws -> HiddenStates {
    try withFile(bytes) { try HiddenStates(path: $0, pooling: pooling) }
  }

  @Test func `masked means leave padding out, padded ones do not`() throws {
    let masked = try states(Self.unpooled.bytes, .masked)
    #expect(masked.layerCount == 2 && masked.textCount == 2 && masked.width == 2)
    #expect(masked.metadata["task"] == "coqa")
    // Positions (2, 3) and (4, 5) of the first text; (6, 7), (8, 9), (10, 11) of the second.
    #expect(try masked.vectors(ofLayer: 0) == [3, 4, 8, 9])
    #expect(try masked.vectors(ofLayer: 1) == [15, 16, 20, 21])
    let padded = try states(Self.unpooled.bytes, .padded)
    #expect(try padded.vectors(ofLayer: 0) == [2, 3, 8, 9])
  }

  @Test func `states that are pooled already come in both kinds`() throws {
    let file = Self.pooled
    #expect(try states(file.bytes, .masked).vectors(ofLayer: 0) == [1, 2, 3, 4])
    #expect(try states(file.bytes, .padded).vectors(ofLayer: 0) == [5, 6, 7, 8])
  }

  private func message(_ file: SafetensorsBuilder, _ pooling: HiddenStates.Pooling) throws -> String? {
    try withFile(file.bytes) { path in
      do throws(TraceError) {
        _ = try HiddenStates(path: path, pooling: pooling)
        return nil
      } catch {
        return error.description.replacingOccurrences(of: path, with: "trace")
      }
    }
  }

  @Test func `what is missing or misshapen is said`() throws {
    var pooled = SafetensorsBuilder()
    pooled.add("hidden_states", "F32", [1, 2, 2], [1, 2, 3, 4] as [Float])
    #expect(try message(pooled, .masked) == nil)
    #expect(try message(pooled, .padded)?.contains("hidden_states_padded_mean") == true)
    var bare = SafetensorsBuilder()
    bare.add("hidden_states", "F32", [1, 1, 2, 2], [1, 2, 3, 4] as [Float])
    #expect(try message(bare, .padded) == nil)
    #expect(try message(bare, .masked)?.contains("attention_mask") == true)
    var flat = SafetensorsBuilder()
    flat.add("hidden_states", "F32", [2, 2], [1, 2, 3, 4] as [Float])
    #expect(try message(flat, .masked)?.contains("[layers, texts, width]") == true)
    var mask = SafetensorsBuilder()
    mask.add("attention_mask", "I64", [3], [1, 1, 1] as [Int64])
    mask.add("hidden_states", "F32", [1, 1, 2, 2], [1, 2, 3, 4] as [Float])
    #expect(try message(mask, .masked)?.contains("[1, 2]") == true)
    var whole = SafetensorsBuilder()
    whole.add("hidden_states", "I32", [1, 2, 2], [1, 2, 3, 4] as [Int32])
    #expect(try message(whole, .masked)?.contains("I32") == true)
  }
}
