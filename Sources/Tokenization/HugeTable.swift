internal import Foundation

/// Memory for a table, all zero, in huge pages where there are such: look-ups go everywhere in it, and with
/// small pages finding the page costs as much as the entry.
struct HugeTable<Slot: BitwiseCopyable> {
  let slots: UnsafeMutablePointer<Slot>
  private let byteCount: Int

  private static var hugePage: Int { 1 << 21 }

  /// So many slots, which somebody has to deallocate.
  init(count: Int) {
    let needed = count * MemoryLayout<Slot>.stride
    if needed >= Self.hugePage / 2, let mapped = Self.map(needed) {
      (slots, byteCount) = (mapped.base.bindMemory(to: Slot.self, capacity: count), mapped.byteCount)
      return
    }
    let raw = UnsafeMutableRawPointer.allocate(byteCount: needed, alignment: 64)
    raw.initializeMemory(as: UInt8.self, repeating: 0, count: needed)
    (slots, byteCount) = (raw.bindMemory(to: Slot.self, capacity: count), 0)
  }

  /// Gives the memory back.
  func deallocate() {
    if byteCount > 0 { munmap(slots, byteCount) } else { slots.deallocate() }
  }

  /// Whole huge pages that nobody has written to: the system hands them out as zeros, so that they need not
  /// be written twice.
  private static func map(_ needed: Int) -> (base: UnsafeMutableRawPointer, byteCount: Int)? {
    let byteCount = (needed + hugePage - 1) & ~(hugePage - 1)
    let mapped = mmap(nil, byteCount + hugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
    guard let mapped, mapped != MAP_FAILED else { return nil }
    let before = -Int(bitPattern: mapped) & (hugePage - 1)
    let base = mapped + before
    if before > 0 { munmap(mapped, before) }
    if before < hugePage { munmap(base + byteCount, hugePage - before) }
    #if os(Linux)
    // Advice: it changes nothing but the time taken, so it does not matter whether it is taken.
    madvise(base, byteCount, 14)
    #endif
    return (base, byteCount)
  }
}
