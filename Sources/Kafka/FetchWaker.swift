import CRDKafka

/// Wakes librdkafka's fetching on a backlog.
///
/// Before librdkafka 2.2, fetching stops once a consumer's queue holds `queued.min.messages` or
/// `queued.max.messages.kbytes`. The broker's thread looks again when something wakes it, at the latest after a
/// second (librdkafka issue 2879); a fast reader empties the queue long before. Any request to a leader wakes its
/// thread, and one offset request reaches all leaders. It is sent while half of the queue is unread, so that the
/// reader does not run dry.
struct FetchWaker {
    /// `queued.min.messages`: a fetch or two, so that they stay in the processor's cache until they are read.
    static let queuedMessages = 25_000
    /// Fewer records than this since the last wake cannot have filled the queue, unless they were large.
    private static let large = 2_000
    /// How much is fetched at once and ahead; the user's properties win.
    ///
    /// A newly assigned partition waits for the empty fetch that a broker holds, so `fetch.wait.max.ms` bounds what
    /// a rebalance adds; it never holds a record back.
    static let fetching = [
        ("fetch.wait.max.ms", "100"),
        ("queued.min.messages", String(queuedMessages)), ("fetch.message.max.bytes", String(512 << 10)),
        ("fetch.max.bytes", String(3 << 20)), ("fetch.error.backoff.ms", "100"),
    ]

    private var passed = 0

    /// Notes what a poll brought and left; true when fetching may have stopped and should go on.
    mutating func isDue(passed count: Int, left: Int) -> Bool {
        passed += count
        let half = Self.queuedMessages / 2
        guard passed >= half && left <= half || passed >= Self.large && left == 0 else { return false }
        passed = 0
        return true
    }

    /// Asks the leaders for an offset. It does not wait for the responses, which are of no use: the requests are on
    /// their way when the call returns.
    static func wake(_ client: Client, _ topic: String, _ partitions: some Sequence<Int32>) {
        OffsetList.with(partitions.map { PartitionOffset($0, .max) }, topic: topic) { list in
            _ = rd_kafka_offsets_for_times(client.handle, list, 0)
        }
    }
}
