/// The value that would stand at a place if the values were sorted; reorders them.
///
/// Hoare's selection: O(n) on average, where the two ends of an interval are all that is asked of n values.
///
/// - Parameters:
///   - place: Counted from 0, from the smallest.
///   - values: Not NaN; infinities are allowed.
/// - Precondition: There is a value at the place.
func orderStatistic(_ place: Int, of values: inout [Double]) -> Double {
  precondition(values.indices.contains(place), "place \(place) must lie in 0..<\(values.count)")
  return values.withUnsafeMutableBufferPointer { values in
    var low = 0
    var high = values.count - 1
    while low < high {
      // The middle as pivot: resamples that happen to be in order do not make it slow.
      let pivot = values[(low + high) / 2]
      var i = low
      var j = high
      while i <= j {
        while values[i] < pivot { i += 1 }
        while values[j] > pivot { j -= 1 }
        if i <= j {
          values.swapAt(i, j)
          i += 1
          j -= 1
        }
      }
      if place <= j {
        high = j
      } else if place >= i {
        low = i
      } else {
        break
      }
    }
    return values[place]
  }
}
