/// The operations by which Python would call something, for the few things that may be called.
extension PickleMachine {
  mutating func takeCall(_ code: UInt8) throws(PickleFault) -> Bool {
    switch code {
    case UInt8(ascii: "Q"): stack.append(.storage(try storage(try pop())))
    case UInt8(ascii: "R"): try call(try pop(2))
    case UInt8(ascii: "b"):
      // Attributes of an ordered dictionary, such as a state_dict's `_metadata`: nothing here asks for them.
      _ = try pop()
      guard case .dictionary = stack.last else { throw fault(.operation(code)) }
    default: return false
    }
    return true
  }

  /// `('storage', type, key, device, count)`.
  private func storage(_ name: PickleValue) throws(PickleFault) -> PickledStorage {
    let parts = try elements(name)
    guard parts.count == 5, case .text("storage") = parts[0], case .global(.storage(let type)) = parts[1],
      case .text(let key) = parts[2], case .integer(let count) = parts[4]
    else { throw fault(.value) }
    return PickledStorage(key: key, type: type, count: count)
  }

  private mutating func call(_ operands: [PickleValue]) throws(PickleFault) {
    guard case .global(let function) = operands[0] else { throw fault(.value) }
    let arguments = try elements(operands[1])
    switch function {
    case .tensor, .typedTensor:
      stack.append(.tensor(try tensor(arguments, isTyped: function == .typedTensor)))
    case .parameter, .size:
      guard let first = arguments.first else { throw fault(.value) }
      stack.append(first)
    case .orderedDictionary:
      guard arguments.isEmpty else { throw fault(.value) }
      pushDictionary()
    case .storage, .type: throw fault(.value)
    }
  }

  /// `(storage, offset, size, stride, requires_grad, hooks)`, then the type where there is one, then metadata.
  private func tensor(_ arguments: [PickleValue], isTyped: Bool) throws(PickleFault) -> PickledTensor {
    guard arguments.count >= (isTyped ? 7 : 6), case .storage(let storage) = arguments[0],
      case .integer(let offset) = arguments[1]
    else { throw fault(.value) }
    var type = storage.type
    if isTyped {
      guard case .global(.type(let stated)) = arguments[6] else { throw fault(.value) }
      type = stated
    }
    let (shape, strides) = (try integers(arguments[2]), try integers(arguments[3]))
    guard let type, shape.count == strides.count else { throw fault(.value) }
    return PickledTensor(storage: storage, type: type, offset: offset, shape: shape, strides: strides)
  }

  private func elements(_ value: PickleValue) throws(PickleFault) -> [PickleValue] {
    guard case .list(let list) = value else { throw fault(.value) }
    return lists[list]
  }

  /// Extents or strides. PyTorch has no tensors of more than 64 dimensions.
  private func integers(_ value: PickleValue) throws(PickleFault) -> [Int] {
    let list = try elements(value)
    guard list.count <= 64 else { throw fault(.value) }
    var integers: [Int] = []
    for element in list {
      guard case .integer(let integer) = element else { throw fault(.value) }
      integers.append(integer)
    }
    return integers
  }
}
