/// Why a pickle is not opened: it is cut, or holds something else than tensors, numbers and texts.
public struct PickleFault: Error, Equatable, Sendable {
  /// The byte of the pickle at which the refused operation begins.
  public var byte: Int
  /// What stands there.
  public var reason: Reason

  /// What is wrong.
  public enum Reason: Equatable, Sendable {
    /// An operation that no file of plain tensors needs.
    case operation(UInt8)
    /// A function or class that is not one of those that make plain tensors.
    case global(String)
    /// An operation finds other values than it needs.
    case value
    /// A number beyond 64 bits.
    case number
    /// The pickle ends before its last operation.
    case end
  }

  /// Half a sentence.
  var statement: String {
    let what =
      switch reason {
      case .operation(let code): "stands operation 0x\(code < 16 ? "0" : "")\(String(code, radix: 16))"
      case .global(let name): "it names \"\(name)\""
      case .value: "an operation finds a value that it cannot use"
      case .number: "a number is beyond 64 bits"
      case .end: "it ends"
      }
    switch reason {
    case .operation, .global: return "at byte \(byte) \(what), which plain tensors do not need"
    case .value, .number, .end: return "at byte \(byte) \(what)"
    }
  }
}
