import Synchronization

/// Events a second over the last ten seconds, from samples of a counter.
final class EventRate: Sendable {
    private struct Look {
        var microseconds: Int64
        var events: Int
    }

    private static let spanMicroseconds: Int64 = 10_000_000
    private let looks = Mutex<[Look]>([])

    func look(events: Int, at microseconds: Int64) {
        looks.withLock { looks in
            if let last = looks.last, microseconds - last.microseconds < 500_000 { return }
            looks.append(Look(microseconds: microseconds, events: events))
            looks.removeAll { microseconds - $0.microseconds > Self.spanMicroseconds }
        }
    }

    var perSecond: Double {
        looks.withLock { looks in
            guard let first = looks.first, let last = looks.last, last.microseconds > first.microseconds
            else {
                return 0
            }
            return Double(max(0, last.events - first.events)) * 1_000_000
                / Double(last.microseconds - first.microseconds)
        }
    }
}
