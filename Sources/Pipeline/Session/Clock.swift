#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// Microseconds of a clock that never goes back.
public func monotonicMicroseconds() -> Int64 { microseconds(of: CLOCK_MONOTONIC) }

/// Microseconds since 1970-01-01T00:00:00Z.
public func wallMicroseconds() -> Int64 { microseconds(of: CLOCK_REALTIME) }

private func microseconds(of clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
}
