/// A value on the stack of a pickle. Lists, dictionaries and tuples are numbers of places in the machine that made
/// them, so that no nesting, however deep or circular, is a nesting of Swift values.
enum PickleValue {
  case none
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  /// A list or a tuple.
  case list(Int)
  case dictionary(Int)
  case global(PickleGlobal)
  indirect case storage(PickledStorage)
  indirect case tensor(PickledTensor)
  /// Where the operands of a later operation begin.
  case mark
}

/// The functions, classes and constants of Python that make plain tensors. Nothing else is ever looked up.
enum PickleGlobal: Equatable {
  case tensor
  /// As `tensor`, with the type of its elements behind its other arguments.
  case typedTensor
  case parameter
  case orderedDictionary
  case size
  /// The type of its elements, nil for a storage of bytes.
  case storage(type: String?)
  /// A type of elements.
  case type(String)

  init?(module: String, name: String) {
    switch (module, name) {
    case ("torch._utils", "_rebuild_tensor_v2"): self = .tensor
    case ("torch._utils", "_rebuild_tensor_v3"): self = .typedTensor
    case ("torch._utils", "_rebuild_parameter"): self = .parameter
    case ("collections", "OrderedDict"): self = .orderedDictionary
    case ("torch", "Size"): self = .size
    case ("torch.storage", "UntypedStorage"): self = .storage(type: nil)
    case ("torch", _):
      if let type = Self.storages[name] {
        self = .storage(type: type)
      } else if let type = Self.types[name] {
        self = .type(type)
      } else {
        return nil
      }
    default: return nil
    }
  }

  private static let storages = [
    "FloatStorage": "F32", "HalfStorage": "F16", "BFloat16Storage": "BF16", "DoubleStorage": "F64",
    "LongStorage": "I64", "IntStorage": "I32", "ShortStorage": "I16", "CharStorage": "I8",
    "ByteStorage": "U8", "BoolStorage": "BOOL", "ComplexFloatStorage": "C64",
  ]
  private static let types = [
    "float32": "F32", "float16": "F16", "bfloat16": "BF16", "float64": "F64", "int64": "I64", "int32": "I32",
    "int16": "I16", "int8": "I8", "uint8": "U8", "bool": "BOOL", "uint16": "U16", "uint32": "U32",
    "uint64": "U64", "float8_e4m3fn": "F8_E4M3", "float8_e5m2": "F8_E5M2", "float8_e4m3fnuz": "F8_E4M3FNUZ",
    "float8_e5m2fnuz": "F8_E5M2FNUZ", "float8_e8m0fnu": "F8_E8M0",
  ]
}

/// The elements of one or several tensors: a member of the archive.
struct PickledStorage: Equatable {
  var key: String
  /// Nil for a storage of bytes.
  var type: String?
  /// Elements of its type, or bytes.
  var count: Int
}

/// A view of a storage. Nothing here has been held against anything yet.
struct PickledTensor: Equatable {
  var storage: PickledStorage
  var type: String
  /// The first element in the storage.
  var offset: Int
  var shape: [Int]
  /// Elements from one index to the next in each dimension.
  var strides: [Int]
}
