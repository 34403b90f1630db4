/// Polling while a commit is under way.
///
/// On a backlog a commit's round trips are time to take the next records off the queue. They are applied when it
/// is through, so that a transaction that fails leaves nothing of them behind.
extension Worker {
    /// Deals with what was polled, now that the commit has ended; before anything asks how far was read.
    func takeReadAhead() throws(LogFailure) {
        if let polled = readAhead.take() { try take(polled.get()) }
    }

    /// To be called between the start of a commit and its end.
    func pollAhead() -> Result<Polled, LogFailure> {
        do throws(LogFailure) {
            return .success(try log.poll(maxRecords: limit.room(Self.mostReadAhead, after: 0), waitMs: 0))
        } catch {
            return .failure(error)
        }
    }

    private static var mostReadAhead: Int { 4_000 }

    /// Records come again after the rewind, other errors when polling goes on; a rebalance, and that the topic is
    /// gone, is told once.
    func dropReadAhead() {
        switch readAhead {
        case .success(.assigned), .success(.revoked), .success(.lost), .failure(.topicGone): break
        default: readAhead = nil
        }
    }
}
