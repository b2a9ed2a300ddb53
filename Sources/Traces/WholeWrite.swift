import Foundation

/// Writes all of these bytes to a file, however few of them the system takes at once.
///
/// - Returns: False where it takes no more; `errno` says why.
package func writeWhole(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else { return false }
    rest = rest.dropFirst(count)
  }
  return true
}
