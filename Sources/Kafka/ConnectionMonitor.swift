import Synchronization

/// Turns librdkafka's stream of transport errors into "down" once and "up" once.
final class ConnectionMonitor: Sendable {
    private struct State {
        var isDown = false
        var lastReason: String?
    }

    private let state = Mutex(State())
    private let report: @Sendable (ConnectionChange.State) -> Void

    init(report: @escaping @Sendable (ConnectionChange.State) -> Void) { self.report = report }

    var isDown: Bool { state.withLock { $0.isDown } }

    /// What a broker's connection last failed with.
    var lastReason: String? { state.withLock { $0.lastReason } }

    /// One broker failed: worth remembering as the reason, but others may still serve.
    func failed(_ reason: String) { state.withLock { $0.lastReason = reason } }

    /// Nothing can be reached.
    func down(_ reason: String? = nil) {
        let news = state.withLock { state -> String? in
            if let reason { state.lastReason = reason }
            if state.isDown { return nil }
            state.isDown = true
            return state.lastReason ?? "no broker could be reached"
        }
        if let news { report(.down(news)) }
    }

    /// A broker answered.
    func up() {
        let wasDown = state.withLock { state in
            defer { state = State() }
            return state.isDown
        }
        if wasDown { report(.up) }
    }
}
