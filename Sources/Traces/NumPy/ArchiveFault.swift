/// What is wrong with a NumPy archive or an array in it.
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

  /// Half a sentence.
  var statement: String {
    switch self {
    case .noDirectory: "it has no directory at its end"
    case .outside(let what): "\(what) lies outside the file"
    case .signature(let what): "\(what) does not begin as it must"
    case .duplicate(let name): "two members are named \"\(name)\""
    case .encrypted: "a member is encrypted"
    case .arrayHeader(let name): "the header of array \"\(name)\" is not one of NumPy"
    case .arraySize(let name, let found, let expected):
      "array \"\(name)\" takes \(found) bytes, but its shape asks for \(expected)"
    }
  }
}
