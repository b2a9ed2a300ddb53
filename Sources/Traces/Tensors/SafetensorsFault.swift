/// A rule of the safetensors format that a header breaks.
public enum SafetensorsFault: Equatable, Sendable {
  /// The header is no JSON object of the right shape, from this byte of the file on.
  case json(JSONFault.Reason, byte: Int)
  /// Two tensors have this name.
  case duplicate(name: String)
  /// A tensor begins elsewhere than where the one before it ends: a hole or an overlap. Offsets in the data.
  case gap(tensor: String, begin: Int, expected: Int)
  /// A tensor ends before it begins, or has a negative number in its shape or offsets.
  case negative(tensor: String)
  /// The shape and the type ask for another number of bytes than the offsets give.
  case size(tensor: String, found: Int, expected: Int)
  /// The product of the shape is beyond 64 bits.
  case overflow(tensor: String, shape: [Int])
  /// The format has no such type.
  case unknownType(tensor: String, type: String)
  /// A tensor lacks its dtype, shape or data_offsets.
  case incomplete(tensor: String)
}
