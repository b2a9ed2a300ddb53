/// A JSON document as it was written: strings are bytes, members keep their order and may repeat.
///
/// A dictionary with text as keys would lose tokens, because two ways to compose a letter are one key
/// to it; and reading a vocabulary through Foundation takes thirty times as long.
enum JSONValue: Equatable {
  case null
  case bool(Bool)
  case number(Double)
  /// UTF-8, escapes resolved.
  case string([UInt8])
  case array([JSONValue])
  case object([Member])

  /// A name and its value.
  struct Member: Equatable {
    var name: [UInt8]
    var value: JSONValue
  }
}

extension JSONValue {
  /// The last member with this name, in an object.
  subscript(_ name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.name.elementsEqual(name.utf8) }?.value
  }

  /// The members of an object.
  var members: [Member]? {
    if case .object(let members) = self { members } else { nil }
  }

  /// The elements of an array.
  var elements: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// The bytes of a string.
  var bytes: [UInt8]? {
    if case .string(let bytes) = self { bytes } else { nil }
  }

  /// A string as text.
  var text: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

  /// A truth value.
  var flag: Bool? {
    if case .bool(let flag) = self { flag } else { nil }
  }

  /// A whole number that fits.
  var integer: Int? {
    if case .number(let number) = self { Int(exactly: number) } else { nil }
  }

  /// Whether there is nothing: `null`.
  var isNull: Bool { self == .null }

  /// What kind of value it is, for messages.
  var kind: String {
    switch self {
    case .null: "null"
    case .bool: "true or false"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}
