import Glibc

/// A moment on the monotonic clock by which a call has to be over.
struct Deadline {
    private let endMs: Int64

    init(afterMs milliseconds: Int32) { endMs = Deadline.nowMs + Int64(max(0, milliseconds)) }

    var remainingMs: Int32 { Int32(clamping: max(0, endMs - Deadline.nowMs)) }
    var hasPassed: Bool { remainingMs == 0 }

    static var nowMs: Int64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }
}
