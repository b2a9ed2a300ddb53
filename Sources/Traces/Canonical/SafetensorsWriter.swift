import Foundation

/// Writes a safetensors file tensor by tensor, so that no more than one piece of one tensor is in memory.
///
/// The file appears under its name only when it is whole.
struct SafetensorsWriter {
  /// What the header says of one tensor.
  struct Tensor {
    var name: String
    /// The type in the words of the format.
    var type: String
    var shape: [Int]
    var byteCount: Int
  }

  private let file: OutputFile
  private var left: Int

  /// Begins a file with this header.
  init(_ file: OutputFile, metadata: [String: String], tensors: [Tensor]) throws(ConversionError) {
    left = tensors.reduce(0) { $0 + $1.byteCount }
    self.file = file
    let header = Self.header(metadata, tensors)
    try file.write(withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) } + header)
  }

  /// Writes the next bytes of the tensors, in the order of the header.
  mutating func write(_ bytes: UnsafeRawBufferPointer) throws(ConversionError) {
    precondition(bytes.count <= left, "\(bytes.count) bytes for \(left) that the header announced")
    left -= bytes.count
    try file.write(bytes)
  }

  /// Writes numbers as little-endian bytes.
  mutating func write<Number: BitwiseCopyable>(_ numbers: [Number]) throws(ConversionError) {
    let data = numbers.withUnsafeBytes { Data($0) }
    precondition(data.count <= left, "\(data.count) bytes for \(left) that the header announced")
    left -= data.count
    try file.write(data)
  }

  /// Gives the file its name.
  func finish() throws(ConversionError) {
    precondition(left == 0, "\(left) bytes that the header announced are missing")
    try file.publish()
  }

  private static func header(_ metadata: [String: String], _ tensors: [Tensor]) -> Data {
    var members: [String] = []
    let words = metadata.sorted { $0.key < $1.key }.map { "\(jsonText($0.key)):\(jsonText($0.value))" }
    members.append("\"__metadata__\":{\(words.joined(separator: ","))}")
    var begin = 0
    for tensor in tensors {
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      members.append(
        "\"\(tensor.name)\":{\"dtype\":\"\(tensor.type)\",\"shape\":[\(shape)],\"data_offsets\":[\(begin),\(begin + tensor.byteCount)]}"
      )
      begin += tensor.byteCount
    }
    var text = "{\(members.joined(separator: ","))}"
    // Blanks bring the first tensor to a multiple of 8 bytes, as other writers do.
    text += String(repeating: " ", count: (8 - text.utf8.count % 8) % 8)
    return Data(text.utf8)
  }
}

/// A JSON string, escaped as RFC 8259 asks.
func jsonText(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case _ where scalar.value < 0x20:
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
