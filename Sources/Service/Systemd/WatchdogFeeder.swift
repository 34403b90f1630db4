internal import Glibc
internal import Synchronization

/// Feeds systemd's watchdog from the progress of the workers. Each reports every iteration, and systemd is fed a few
/// times an interval if every worker made progress since the last feed. So one that hangs starves the watchdog even
/// when the others run; a timer would feed it for ever.
public final class WatchdogFeeder: Sendable {
    private struct State {
        /// For each watched worker, whether it made progress since the last feed.
        var hasProgressed: [Int: Bool] = [:]
        var lastFed: Int64
    }

    /// Nil when there is no watchdog.
    private let period: Int64?
    private let notifier: SystemdNotifier
    private let now: @Sendable () -> Int64
    private let state: Mutex<State>

    /// - Parameters:
    ///   - environment: `WATCHDOG_USEC` is the interval; `WATCHDOG_PID`, when given, whom it is for.
    ///   - now: Microseconds of a clock that only goes forward.
    public init(
        notifier: SystemdNotifier, environment: [String: String],
        now: @escaping @Sendable () -> Int64 = SystemdNotifier.monotonicMicroseconds
    ) {
        let isForUs = environment["WATCHDOG_PID"].map { $0 == "\(getpid())" } ?? true
        let interval = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        period = isForUs && interval > 0 && notifier.isConnected ? interval / 3 : nil
        self.notifier = notifier
        self.now = now
        state = Mutex(State(lastFed: now()))
    }

    /// Whether systemd expects to be fed. An iteration must then take well under a third of the interval.
    public var isEnabled: Bool { period != nil }

    /// Watches a worker from now on.
    public func add(worker: Int) {
        state.withLock { $0.hasProgressed[worker] = false }
    }

    /// Stops watching a worker that ended as it should.
    public func remove(worker: Int) {
        state.withLock { $0.hasProgressed[worker] = nil }
    }

    /// One iteration of the worker's loop is done, or one step of a recovery.
    public func progress(worker: Int) {
        guard let period else { return }
        let now = self.now()
        let isDue = state.withLock { state in
            state.hasProgressed[worker] = true
            guard now - state.lastFed >= period, state.hasProgressed.values.allSatisfy({ $0 }) else {
                return false
            }
            state.lastFed = now
            for worker in state.hasProgressed.keys { state.hasProgressed[worker] = false }
            return true
        }
        if isDue { notifier.send(.watchdog) }
    }
}
