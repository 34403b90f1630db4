import Synchronization

/// Turns librdkafka's stream of transport errors into "down" once and "up" once.
final class ConnectionMonitor: Sendable {
    private struct State {
        var isDown = false
        /// Why the connection may be gone: a response is overdue.
        var doubt: String?
        var lastReason: String?
    }

    private let state = Mutex(State())
    private let report: @Sendable (ConnectionChange.State) -> Void

    init(report: @escaping @Sendable (ConnectionChange.State) -> Void) { self.report = report }

    var isDown: Bool { state.withLock { $0.isDown } }

    var isDoubtful: Bool { state.withLock { $0.doubt != nil } }

    /// What a broker's connection last failed with.
    var lastReason: String? { state.withLock { $0.lastReason } }

    /// One broker failed: worth remembering as the reason, but others may still serve.
    func failed(_ reason: String) { state.withLock { $0.lastReason = Self.lasting(reason) } }

    /// A response is overdue: the broker may hang, or this process was stopped. `ConnectionProbe` then asks a broker
    /// for a sign of life, which ends in `up` or in `doubtConfirmed`.
    func doubt(_ reason: String) {
        state.withLock { state in
            if !state.isDown, state.doubt == nil { state.doubt = Self.lasting(reason) }
        }
    }

    /// No broker gave a sign of life.
    func doubtConfirmed() {
        if let doubt = state.withLock({ $0.doubt }) { down(doubt) }
    }

    /// A reason without what differs from one attempt to the next: "(after 304ms in state AUTH_REQ, 1 identical
    /// error(s) suppressed)".
    private static func lasting(_ reason: String) -> String {
        guard reason.hasSuffix(")"), let end = reason.ranges(of: " (after ").last else { return reason }
        // A handshake that fails often has no other words.
        let isOfHandshake = reason[end.lowerBound...].contains("in state SSL_HANDSHAKE")
        return String(reason[..<end.lowerBound]) + (isOfHandshake ? " (in state SSL_HANDSHAKE)" : "")
    }

    /// Nothing can be reached.
    func down(_ reason: String? = nil) {
        let news = state.withLock { state -> String? in
            if let reason { state.lastReason = Self.lasting(reason) }
            state.doubt = nil
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
