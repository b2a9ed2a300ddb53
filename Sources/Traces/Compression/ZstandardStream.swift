import CZstandard

/// Unpacks Zstandard frames piece by piece.
///
/// Memory: the window that a frame asks for, at most 128 MiB, and one output buffer. Frames with a larger window
/// (`zstd --long=28` and above) are refused.
final class ZstandardStream {
  private let context: OpaquePointer
  private let buffer: UnsafeMutableRawBufferPointer

  init() throws(TraceError.Problem) {
    guard let context = ZSTD_createDCtx() else {
      throw .unreadable(reason: "Zstandard has no memory to unpack it")
    }
    self.context = context
    buffer = .allocate(byteCount: ZSTD_DStreamOutSize(), alignment: 64)
  }

  deinit {
    ZSTD_freeDCtx(context)
    buffer.deallocate()
  }

  /// Unpacks all frames, passing on each piece.
  func unpack(
    _ packed: UnsafeRawBufferPointer, called name: String,
    to receive: (UnsafeRawBufferPointer) throws(TraceError.Problem) -> Void
  ) throws(TraceError.Problem) {
    // The library does not say how far it came before a fault, so that it gets no more than a block at a time.
    var input = ZSTD_inBuffer(src: packed.baseAddress, size: 0, pos: 0)
    while true {
      input.size = min(packed.count, input.pos + ZSTD_DStreamInSize())
      var output = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
      let status = ZSTD_decompressStream(context, &output, &input)
      guard ZSTD_isError(status) == 0 else {
        if ZSTD_getErrorCode(status) == ZSTD_error_frameParameter_windowTooLarge {
          throw .compression(stream: name, .windowTooLarge(byte: input.pos))
        }
        let reason = String(cString: ZSTD_getErrorName(status))
        throw .compression(stream: name, .corrupt(from: input.pos, to: input.size, reason: reason))
      }
      try receive(UnsafeRawBufferPointer(rebasing: buffer[..<output.pos]))
      // A full buffer may have left something behind.
      guard input.pos == packed.count, output.pos < output.size else { continue }
      guard status == 0 else { throw .compression(stream: name, .cut(byte: packed.count)) }
      return
    }
  }
}
