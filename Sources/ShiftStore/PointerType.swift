/// A name by which SQLite tells a pointer of ours from others.
struct PointerType {
  let name: StaticString

  /// As C takes it; it stands as long as the program.
  var text: UnsafePointer<CChar> {
    UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
  }
}
