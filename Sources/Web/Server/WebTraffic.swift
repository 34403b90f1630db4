import Synchronization

/// Counts of what clients did.
final class WebTraffic: Sendable {
    struct Key: Hashable {
        var route: String
        var code: Int
    }

    struct Counts {
        var requests: [Key: Int] = [:]
        var connections = 0
        /// Connections over the limit that are still being told so.
        var lingering = 0
        var refused = 0
        var dropped = 0
        var responses = 0
    }

    private let state = Mutex(Counts())

    var counts: Counts { state.withLock { $0 } }

    func count(_ route: String, _ code: Int) {
        state.withLock { $0.requests[Key(route: route, code: code), default: 0] += 1 }
    }

    func dropped() { state.withLock { $0.dropped += 1 } }

    enum Admission { case served, refused, ignored }

    /// Admits or refuses a connection. One that is served or refused must `leave`.
    func enter(limit: Int) -> Admission {
        state.withLock { counts in
            if counts.connections < limit {
                counts.connections += 1
                return .served
            }
            counts.refused += 1
            guard counts.lingering < 256 else { return .ignored }
            counts.lingering += 1
            return .refused
        }
    }

    func leave(_ admission: Admission) {
        state.withLock { counts in
            switch admission {
            case .served: counts.connections -= 1
            case .refused: counts.lingering -= 1
            case .ignored: break
            }
        }
    }

    /// A response with rows may be made; `finishResponse` must follow.
    func beginResponse(limit: Int) -> Bool {
        state.withLock { counts in
            guard counts.responses < limit else { return false }
            counts.responses += 1
            return true
        }
    }

    func finishResponse() { state.withLock { $0.responses -= 1 } }
}
