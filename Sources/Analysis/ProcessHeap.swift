import CSystem

/// The heap of the whole program, for programs that measure and do little else.
public enum ProcessHeap {
  /// Has the system map each block of 256 KiB and more for which the heap would have to grow, so that it goes back whole as soon
  /// as it is free.
  ///
  /// By itself the C library of GNU takes blocks of up to 32 MiB from its heap once some of them were freed. What is as
  /// long as a vocabulary is handed from sequence to sequence, and what else is as large would leave gaps between it
  /// that grow with a study.
  public static func mapsLargeBlocks() {
    malloc_map_blocks(256 << 10)
  }
}
