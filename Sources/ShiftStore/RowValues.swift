import GRDBSQLite

/// The values of one row, put down from the first column to the last, as SQLite takes them.
struct RowValues {
  /// A value; of texts and blobs, where they stand among the bytes of the row.
  private struct Value {
    enum Kind: UInt8 { case null, integer, real, text, blob }
    var kind = Kind.null
    /// The number, or the place in the upper and the length in the lower half.
    var bits: UInt64 = 0
  }

  /// More columns than any table has whose rows are handed in.
  static let limit = 40

  /// The cursor's, which frees them.
  private let values = UnsafeMutablePointer<Value>.allocate(capacity: limit)
  private(set) var count = 0
  private var bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 256, alignment: 16)
  private var bytesUsed = 0

  func deallocate() {
    values.deallocate()
    bytes.deallocate()
  }

  mutating func clear() { (count, bytesUsed) = (0, 0) }

  /// Puts down the next column.
  mutating func put(_ value: Int?) {
    put(value.map { Value(kind: .integer, bits: UInt64(bitPattern: Int64($0))) } ?? Value())
  }

  /// Puts down the next column.
  mutating func put(_ value: Double?) {
    put(value.map { Value(kind: .real, bits: $0.bitPattern) } ?? Value())
  }

  /// Puts down the next column.
  mutating func put(_ text: String) {
    var text = text
    text.withUTF8 { put(.text, UnsafeRawBufferPointer($0)) }
  }

  /// Puts down the next column.
  mutating func put(_ blob: [UInt8]) {
    blob.withUnsafeBytes { put(.blob, $0) }
  }

  private mutating func put(_ kind: Value.Kind, _ new: UnsafeRawBufferPointer) {
    let end = bytesUsed + new.count
    precondition(end <= UInt32.max, "a row has more than 4 GB")
    if end > bytes.count { grow(to: max(end, 2 * bytes.count)) }
    UnsafeMutableRawBufferPointer(rebasing: bytes[bytesUsed...]).copyMemory(from: new)
    put(Value(kind: kind, bits: UInt64(bytesUsed) << 32 | UInt64(new.count)))
    bytesUsed = end
  }

  private mutating func grow(to size: Int) {
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
    larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<bytesUsed]))
    bytes.deallocate()
    bytes = larger
  }

  private mutating func put(_ value: Value) {
    precondition(count < Self.limit, "a row has more than \(Self.limit) columns")
    values[count] = value
    count += 1
  }

  /// Tells SQLite a column; a text or blob is not copied, and stands until the row is cleared.
  func tell(_ column: Int, to context: OpaquePointer?) {
    let value = values[column]
    switch value.kind {
    // SQLite takes null where nothing is said.
    case .null: break
    case .integer: sqlite3_result_int64(context, Int64(bitPattern: value.bits))
    case .real: sqlite3_result_double(context, Double(bitPattern: value.bits))
    case .text:
      let text = told(value)
      sqlite3_result_text64(
        context, text.baseAddress?.assumingMemoryBound(to: CChar.self), UInt64(text.count), nil,
        UInt8(SQLITE_UTF8))
    case .blob:
      let blob = told(value)
      sqlite3_result_blob64(context, blob.baseAddress, UInt64(blob.count), nil)
    }
  }

  private func told(_ value: Value) -> UnsafeRawBufferPointer {
    let start = Int(value.bits >> 32), count = Int(value.bits & 0xFFFF_FFFF)
    return UnsafeRawBufferPointer(rebasing: bytes[start..<start + count])
  }
}
