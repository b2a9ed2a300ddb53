import CZlib

/// Unpacks one DEFLATE stream piece by piece, bare as in a zip archive or as a gzip member.
///
/// Memory: zlib's window of 32 KiB and one output buffer.
final class Inflater {
  enum Wrapping: Int32 {
    /// DEFLATE alone: the negative size of its window, in bits.
    case bare = -15
    /// With a gzip header and trailer, whose checksum is verified: 16 more than the size of the window, in bits.
    case gzip = 31
  }

  static let bufferSize = 1 << 18
  // zlib's state points back at its stream, which must therefore stay where it is.
  private let stream: UnsafeMutablePointer<z_stream>
  private let buffer: UnsafeMutableRawBufferPointer

  init(_ wrapping: Wrapping) throws(TraceError.Problem) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    buffer = .allocate(byteCount: Self.bufferSize, alignment: 64)
    let status = inflateInit2_(
      stream, wrapping.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { throw .unreadable(reason: "zlib has no memory to unpack it") }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    buffer.deallocate()
  }

  /// Unpacks the stream that begins at byte `start`, passing on each piece.
  ///
  /// - Returns: The byte behind the end of the stream.
  func unpack(
    _ packed: UnsafeRawBufferPointer, from start: Int, called name: String,
    to receive: (UnsafeRawBufferPointer) throws(TraceError.Problem) -> Void
  ) throws(TraceError.Problem) -> Int {
    inflateReset(stream)
    var offset = start
    while true {
      let piece = UnsafeRawBufferPointer(rebasing: packed[offset...].prefix(1 << 30))
      stream.pointee.next_in = UnsafeMutablePointer(
        mutating: piece.assumingMemoryBound(to: UInt8.self).baseAddress)
      stream.pointee.avail_in = UInt32(piece.count)
      stream.pointee.next_out = buffer.assumingMemoryBound(to: UInt8.self).baseAddress
      stream.pointee.avail_out = UInt32(buffer.count)
      let status = inflate(stream, Z_NO_FLUSH)
      offset += piece.count - Int(stream.pointee.avail_in)
      let produced = buffer.count - Int(stream.pointee.avail_out)
      try receive(UnsafeRawBufferPointer(rebasing: buffer[..<produced]))
      switch status {
      case Z_STREAM_END: return offset
      case Z_OK: continue
      // No progress: everything is read, and the stream is not at its end.
      case Z_BUF_ERROR: throw .compression(stream: name, .cut(byte: packed.count))
      default: throw .compression(stream: name, .corrupt(from: offset, to: offset, reason: message(status)))
      }
    }
  }

  private func message(_ status: Int32) -> String {
    if status == Z_NEED_DICT { return "a dictionary is needed" }
    return stream.pointee.msg.map { String(cString: $0) } ?? String(cString: zError(status))
  }
}
