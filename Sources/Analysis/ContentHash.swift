import CXXHash
import Crypto
import Tokenization

/// A hash that takes the bytes of a file piece by piece. Not to be copied in between: copies share the state of XXH3.
enum ContentHash {
  case sha256(SHA256)
  case xxh128(XXH128)

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    switch self {
    case .sha256(var hash):
      hash.update(bufferPointer: bytes)
      self = .sha256(hash)
    case .xxh128(let hash): hash.update(bytes)
    }
  }

  /// Hexadecimal digits of the bytes so far.
  var hex: String {
    switch self {
    case .sha256(let hash): hash.finalize().hexadecimal
    case .xxh128(let hash): hash.hex
    }
  }
}

/// The 128-bit XXH3 of bytes, with the seed 0.
final class XXH128 {
  private let state: OpaquePointer

  init() {
    // Null only where there is no memory left for its 576 bytes: Swift ends the program there, too, for any object.
    guard let state = XXH3_createState() else { fatalError("no memory for the state of a hash") }
    self.state = state
    XXH3_128bits_reset(state)
  }

  deinit { XXH3_freeState(state) }

  func update(_ bytes: UnsafeRawBufferPointer) {
    XXH3_128bits_update(state, bytes.baseAddress, bytes.count)
  }

  /// The canonical form: the upper half first, each with its first digit in front.
  var hex: String {
    let digest = XXH3_128bits_digest(state)
    return [digest.high64, digest.low64].flatMap { withUnsafeBytes(of: $0.bigEndian, Array.init) }.hexadecimal
  }
}
