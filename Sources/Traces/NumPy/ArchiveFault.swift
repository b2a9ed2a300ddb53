/// What is wrong with a zip archive of arrays or tensors, or with an array in it.
public enum ArchiveFault: Equatable, Sendable {
  /// The archive has no directory at its end: it was cut short.
  case noDirectory
  /// A part of the archive lies outside the file.
  case outside(what: String)
  /// A place in the archive does not begin as it must.
  case signature(what: String)
  /// Two members have this name.
  case duplicate(name: String)
  /// A member is encrypted.
  case encrypted
  /// The header of an array is not the Python dictionary it must be.
  case arrayHeader(name: String)
  /// An array has another size than its shape asks for. Both in bytes.
  case arraySize(name: String, found: Int, expected: Int)
  /// The archive lacks this member.
  case missing(name: String)
  /// The archive was written on a machine of another byte order than "little".
  case byteOrder(String)
  /// The pickle is longer than one that names tensors. Both in bytes.
  case pickleSize(found: Int, limit: Int)
  /// The pickle names more things than this.
  case names(limit: Int)
  /// The dump holds more samples than this.
  case samples(limit: Int)
  /// A tensor reaches beyond its storage, or has a negative number among its extents.
  case view(tensor: String)
  /// A tensor has more elements than its storage: it names some of them several times.
  case expanded(tensor: String)

  /// The array itself is at fault, whatever it lies in.
  var isOfArray: Bool {
    switch self {
    case .arrayHeader, .arraySize: true
    default: false
    }
  }

  /// Half a sentence.
  var statement: String {
    switch self {
    case .noDirectory: "it has no directory at its end"
    case .outside(let what): "\(what) lies outside the file"
    case .signature(let what): "\(what) does not begin as it must"
    case .duplicate(let name): "two members are named \"\(name)\""
    case .encrypted: "a member is encrypted"
    case .arrayHeader(let name): "the header of array \"\(name)\" is not one of NumPy for plain numbers"
    case .arraySize(let name, let found, let expected):
      "array \"\(name)\" takes \(found) bytes, but its shape asks for \(expected)"
    case .missing(let name): "it has no member \"\(name)\""
    case .byteOrder(let order): "its byte order is \"\(order)\" and not \"little\""
    case .pickleSize(let found, let limit):
      "its pickle has \(found) bytes, where one that names tensors has at most \(limit)"
    case .names(let limit): "it names more than \(limit) tensors"
    case .samples(let limit): "it holds more than \(limit) samples"
    case .view(let tensor): "tensor \"\(tensor)\" does not lie within its storage"
    case .expanded(let tensor): "tensor \"\(tensor)\" names elements of its storage several times"
    }
  }

  /// What to do: a sentence that starts with a verb.
  var remedy: String {
    switch self {
    case .arrayHeader:
      "Save an array of numbers with numpy.save, without named fields, or copy the file again."
    case .noDirectory, .outside, .signature, .arraySize, .missing:
      "Copy it again, or write it again where the disk has room."
    case .duplicate, .view: "Write the file again with the program that made it."
    case .encrypted: "Pack it again without a password."
    case .byteOrder, .pickleSize, .names:
      "Save only the tensors, on a usual machine: torch.save({\"tokens\": ids, \"logits\": logits}, FILE)."
    case .samples: "Write the samples into several files."
    case .expanded: "Save tensor.contiguous()."
    }
  }
}
