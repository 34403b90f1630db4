/// The records that were polled while a commit was under way.
///
/// On a backlog the next records are taken off the queue during a commit's round trips. They are applied after it, so
/// that a failed transaction leaves nothing of them behind.
struct ReadAhead {
    private var polled: Result<Polled, SessionFailure>?

    static let mostRecords = 4_000

    mutating func poll(_ consumer: some InputConsumer, maxRecords: Int) {
        do throws(SessionFailure) {
            polled = .success(try consumer.poll(maxRecords: maxRecords, waitMs: 0))
        } catch {
            polled = .failure(error)
        }
    }

    mutating func take() throws(SessionFailure) -> Polled? { try polled.take()?.get() }

    /// Drops what was polled, after a failed commit: the rewind brings records again, and polling other errors. A
    /// rebalance, or that the topic is gone, is reported only once and stays.
    mutating func drop() {
        switch polled {
        case .success(.assigned), .success(.revoked), .success(.lost), .failure(.outdated): break
        default: polled = nil
        }
    }
}
