/// Reads a pickle of tensors, numbers and texts. It executes nothing: what would call a function is either one of the
/// few that `torch.save` writes for plain tensors, whose arguments are noted, or it is refused.
///
/// A pickle is a program for a machine with a stack and a memo. Each operation takes at least a byte and adds at most
/// one value, so that memory is bounded by the size of the pickle. Protocols 2 to 5.
/// Source: CPython, Lib/pickletools.py.
struct PickleMachine {
  /// Elements of each list and tuple.
  var lists: [[PickleValue]] = []
  /// Keys and values of each dictionary, in the order in which they were set.
  var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
  var stack: [PickleValue] = []
  private var memo: [Int: PickleValue] = [:]
  private let bytes: UnsafeRawBufferPointer
  private var place = 0
  /// Where the operation at hand begins.
  private var start = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Runs to the end and returns the value that the pickle is.
  mutating func run() throws(PickleFault) -> PickleValue {
    while true {
      start = place
      let code = try number(UInt8.self)
      if code == UInt8(ascii: ".") { return try pop() }
      if try takeConstant(code) { continue }
      if try takeContainer(code) { continue }
      if try takeReference(code) { continue }
      if try takeCall(code) { continue }
      throw fault(.operation(code))
    }
  }

  func fault(_ reason: PickleFault.Reason) -> PickleFault { PickleFault(byte: start, reason: reason) }

  // MARK: Constants

  private mutating func takeConstant(_ code: UInt8) throws(PickleFault) -> Bool {
    switch code {
    case UInt8(ascii: "N"): stack.append(.none)
    case 0x88: stack.append(.boolean(true))
    case 0x89: stack.append(.boolean(false))
    case UInt8(ascii: "K"): stack.append(.integer(Int(try number(UInt8.self))))
    case UInt8(ascii: "M"): stack.append(.integer(Int(try number(UInt16.self))))
    case UInt8(ascii: "J"): stack.append(.integer(Int(try number(Int32.self))))
    case 0x8A: stack.append(.integer(try longInteger()))
    case UInt8(ascii: "G"):
      stack.append(.number(Double(bitPattern: try number(UInt64.self).byteSwapped)))
    case UInt8(ascii: "X"), UInt8(ascii: "T"): stack.append(.text(try text(Int(try number(UInt32.self)))))
    case 0x8C, UInt8(ascii: "U"): stack.append(.text(try text(Int(try number(UInt8.self)))))
    case 0x80: _ = try number(UInt8.self)
    // The length of a frame tells only how much could be read at once.
    case 0x95: _ = try number(UInt64.self)
    default: return false
    }
    return true
  }

  /// A number of so many bytes, the last of which carries the sign.
  private mutating func longInteger() throws(PickleFault) -> Int {
    let digits = try take(Int(try number(UInt8.self)))
    guard digits.count <= 8 else { throw fault(.number) }
    guard let last = digits.last else { return 0 }
    return digits.dropLast().reversed().reduce(Int(Int8(bitPattern: last))) { $0 << 8 | Int($1) }
  }

  private mutating func text(_ length: Int) throws(PickleFault) -> String {
    String(decoding: try take(length), as: UTF8.self)
  }

  // MARK: Lists, tuples and dictionaries

  private mutating func takeContainer(_ code: UInt8) throws(PickleFault) -> Bool {
    switch code {
    case UInt8(ascii: "("): stack.append(.mark)
    case UInt8(ascii: "]"), UInt8(ascii: ")"): push(list: [])
    case UInt8(ascii: "}"): pushDictionary()
    case UInt8(ascii: "t"), UInt8(ascii: "l"): push(list: try popToMark())
    case 0x85...0x87: push(list: try pop(Int(code - 0x84)))
    case UInt8(ascii: "a"): try append(try pop(1))
    case UInt8(ascii: "e"): try append(try popToMark())
    case UInt8(ascii: "s"): try set(try pop(2))
    case UInt8(ascii: "u"): try set(try popToMark())
    default: return false
    }
    return true
  }

  mutating func push(list: [PickleValue]) {
    lists.append(list)
    stack.append(.list(lists.count - 1))
  }

  mutating func pushDictionary() {
    dictionaries.append([])
    stack.append(.dictionary(dictionaries.count - 1))
  }

  private mutating func append(_ elements: [PickleValue]) throws(PickleFault) {
    guard case .list(let list) = stack.last else { throw fault(.value) }
    lists[list] += elements
  }

  private mutating func set(_ elements: [PickleValue]) throws(PickleFault) {
    guard case .dictionary(let dictionary) = stack.last, elements.count % 2 == 0 else { throw fault(.value) }
    for index in stride(from: 0, to: elements.count, by: 2) {
      dictionaries[dictionary].append((elements[index], elements[index + 1]))
    }
  }

  // MARK: The memo and the names of Python

  private mutating func takeReference(_ code: UInt8) throws(PickleFault) -> Bool {
    switch code {
    case UInt8(ascii: "q"): try remember(Int(try number(UInt8.self)))
    case UInt8(ascii: "r"): try remember(Int(try number(UInt32.self)))
    case 0x94: try remember(memo.count)
    case UInt8(ascii: "h"): try recall(Int(try number(UInt8.self)))
    case UInt8(ascii: "j"): try recall(Int(try number(UInt32.self)))
    case UInt8(ascii: "c"): try pushGlobal(module: try line(), name: try line())
    case 0x93:
      let names = try pop(2)
      guard case .text(let module) = names[0], case .text(let name) = names[1] else { throw fault(.value) }
      try pushGlobal(module: module, name: name)
    default: return false
    }
    return true
  }

  private mutating func remember(_ index: Int) throws(PickleFault) {
    guard let last = stack.last else { throw fault(.value) }
    memo[index] = last
  }

  private mutating func recall(_ index: Int) throws(PickleFault) {
    guard let value = memo[index] else { throw fault(.value) }
    stack.append(value)
  }

  private mutating func pushGlobal(module: String, name: String) throws(PickleFault) {
    guard let global = PickleGlobal(module: module, name: name) else {
      throw fault(.global("\(module).\(name)"))
    }
    stack.append(.global(global))
  }

  private mutating func line() throws(PickleFault) -> String {
    guard let end = bytes[place...].firstIndex(of: UInt8(ascii: "\n")) else { throw fault(.end) }
    defer { place = end + 1 }
    return String(decoding: bytes[place..<end], as: UTF8.self)
  }

  // MARK: Bytes and the stack

  private mutating func take(_ length: Int) throws(PickleFault) -> Slice<UnsafeRawBufferPointer> {
    guard length <= bytes.count - place else { throw fault(.end) }
    defer { place += length }
    return bytes[place..<place + length]
  }

  private mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(
    _: Number.Type
  ) throws(PickleFault) -> Number {
    let raw = try take(MemoryLayout<Number>.size)
    return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: raw.startIndex, as: Number.self))
  }

  mutating func pop() throws(PickleFault) -> PickleValue {
    guard let last = stack.popLast() else { throw fault(.value) }
    return last
  }

  mutating func pop(_ count: Int) throws(PickleFault) -> [PickleValue] {
    guard stack.count >= count else { throw fault(.value) }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws(PickleFault) -> [PickleValue] {
    let mark = stack.lastIndex { if case .mark = $0 { true } else { false } }
    guard let mark else { throw fault(.value) }
    defer { stack.removeLast(stack.count - mark) }
    return Array(stack[(mark + 1)...])
  }
}
