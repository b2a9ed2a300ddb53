import CDivergence

/// Memory that ``DivergenceKernel`` works in: 8 bytes for each token of the vocabulary. One that is used again for the
/// next position saves asking the system for it every time.
///
/// One thread at a time may use it.
public final class KernelRoom: @unchecked Sendable {
  private var bytes: UnsafeMutableRawPointer?
  private var byteCount = 0

  /// Room that is taken when it is first used.
  public init() {}

  deinit { bytes?.deallocate() }

  /// Room for rows of `count` tokens, with whatever was left in it.
  func floats(count: Int) -> UnsafeMutablePointer<Float> {
    let needed = divergence_room(count) * MemoryLayout<Float>.stride
    if let bytes, needed <= byteCount { return bytes.assumingMemoryBound(to: Float.self) }
    bytes?.deallocate()
    let new = UnsafeMutableRawPointer.allocate(byteCount: needed, alignment: 64)
    bytes = new
    byteCount = needed
    return new.bindMemory(to: Float.self, capacity: needed / MemoryLayout<Float>.stride)
  }
}
