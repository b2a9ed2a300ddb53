/// Writes small safetensors files, whole or wrong, for tests.
struct SafetensorsBuilder {
  private var header: [String] = []
  private var data: [UInt8] = []

  init(metadata: [(String, String)] = []) {
    guard !metadata.isEmpty else { return }
    let members = metadata.map { "\"\($0.0)\":\"\($0.1)\"" }.joined(separator: ",")
    header.append("\"__metadata__\":{\(members)}")
  }

  mutating func add<Number: BitwiseCopyable>(
    _ name: String, _ type: String, _ shape: [Int], _ numbers: [Number]
  ) {
    let raw = numbers.withUnsafeBytes { Array($0) }
    header.append(
      "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":[\(data.count),\(data.count + raw.count)]}"
    )
    data += raw
  }

  var bytes: [UInt8] { Self.file(header: "{" + header.joined(separator: ",") + "}", data: data) }

  /// The file with its header padded to this size.
  func bytes(headerSize: Int) -> [UInt8] {
    let header = "{" + header.joined(separator: ",") + "}"
    let padding = String(repeating: " ", count: max(0, headerSize - header.utf8.count))
    return Self.file(header: header + padding, data: data)
  }

  static func file(header: String, data: [UInt8]) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian, Array.init) + Array(header.utf8) + data
  }
}
