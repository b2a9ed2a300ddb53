#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The processor time that a body takes on this thread, in microseconds. Other programs on a shared machine disturb it
/// less than they disturb the time on the wall.
func processorTime(_ body: () -> Void) -> Double {
  let start = threadClock()
  body()
  return threadClock() - start
}

private func threadClock() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
}
