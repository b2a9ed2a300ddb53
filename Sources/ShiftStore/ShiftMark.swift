import Measures

/// The rank shift and the class of a position in as few bytes as records of many need.
struct ShiftMark: BitwiseCopyable {
  private var shift: Int32
  /// The class's place from 1, 0 where it is not known; with this bit set where the shift is known.
  private var code: UInt8
  private static let hasShift: UInt8 = 4

  init(_ position: PositionMeasures) {
    code =
      switch position.shiftClass {
      case nil: 0
      case .unshifted: 1
      case .marginal: 2
      case .shifted: 3
      }
    shift = 0
    if let known = position.rankShift {
      shift = Int32(clamping: known)
      code |= Self.hasShift
    }
  }

  var rankShift: Int? { code & Self.hasShift == 0 ? nil : Int(shift) }

  var shiftClass: ShiftClass? {
    switch code & 3 {
    case 1: .unshifted
    case 2: .marginal
    case 3: .shifted
    default: nil
    }
  }
}
