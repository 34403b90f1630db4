/// Wakes librdkafka's fetching on a backlog.
///
/// Before 2.2, once the queue of a consumer holds `queued.min.messages` or `queued.max.messages.kbytes`,
/// fetching stops, and the broker's thread looks again only when something wakes it, at the latest after a
/// second (librdkafka issue 2879). A fast reader empties the queue long before. Any request to the
/// partitions' leaders is such a wake; one question for offsets reaches all of them.
struct FetchWaker {
    /// Fewer records than this since the last wake cannot have filled the queue.
    private static let backlog = 10_000
    /// The answer itself is of no use, so it is hardly waited for.
    static let timeoutMs: Int32 = 20

    private var passed = 0

    /// Notes what a poll brought; true when the queue ran dry on a backlog.
    mutating func isDue(_ count: Int, of maxRecords: Int) -> Bool {
        passed += count
        guard count < maxRecords, passed >= Self.backlog else { return false }
        passed = 0
        return true
    }
}
