/// What was polled while a commit was under way, until that has ended.
///
/// On a backlog a commit's round trips are time to take the next records off the queue. They are applied when it is
/// through, so that a transaction that fails leaves nothing of them behind.
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

    /// The commit failed. Records come again after the rewind, other errors when polling goes on; a rebalance, and
    /// that the topic is gone, is told once.
    mutating func drop() {
        switch polled {
        case .success(.assigned), .success(.revoked), .success(.lost), .failure(.outdated): break
        default: polled = nil
        }
    }
}
