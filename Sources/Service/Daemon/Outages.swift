import Kafka
import Logging
import Synchronization

/// Logs each outage once when it begins and once when it ends.
///
/// Only the workers' consumers count, since they are polled all the time: other clients notice late, or never.
final class Outages: Sendable {
    private struct State {
        /// Workers whose consumer has no connection.
        var workers: Set<Int> = []
        var since = ContinuousClock.now
        var reason = ""
    }

    private let state = Mutex(State())
    private let logger: Logger
    private let onChange: @Sendable (_ isConnected: Bool) -> Void

    init(_ logger: Logger, onChange: @escaping @Sendable (_ isConnected: Bool) -> Void) {
        self.logger = logger
        self.onChange = onChange
    }

    /// Why there is no connection; nil while there is one.
    var reason: String? { state.withLock { $0.workers.isEmpty ? nil : $0.reason } }

    /// Notes that a worker's consumer lost its connection, or has it again.
    func note(_ change: ConnectionChange.State, worker: Int) {
        state.withLock { state in
            let wasConnected = state.workers.isEmpty
            switch change {
            case .down(let reason):
                state.workers.insert(worker)
                guard wasConnected else { return }
                state.since = .now
                state.reason = reason
                onChange(false)
                logger.warning("connection to Kafka lost, trying again: \(reason)")
            case .up:
                state.workers.remove(worker)
                guard !wasConnected, state.workers.isEmpty else { return }
                onChange(true)
                let lasted = (.now - state.since).milliseconds
                logger.notice("connected to Kafka again", metadata: ["outage_ms": "\(lasted)"])
            }
        }
    }
}
