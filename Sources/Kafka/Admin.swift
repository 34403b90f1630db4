import CRDKafka

/// Describes, creates and deletes topics. Any thread may use it; every call blocks its caller for at most the time
/// given.
///
/// By default it reads uncommitted, so that `watermarks` gives a log's true end: a read_committed client gets the last
/// stable offset instead.
public final class Admin: @unchecked Sendable {
    let client: Client

    /// - Parameter isCommitted: `watermarks` gives the last stable offset, before every open transaction.
    public init(
        _ settings: ClientSettings, name: String = "admin", isCommitted: Bool = false
    ) throws(KafkaError) {
        let isolation = isCommitted ? "read_committed" : "read_uncommitted"
        client = try Client(.consumer, name, settings, fixed: [("isolation.level", isolation)])
    }

    /// Partition counts by topic; a topic that does not exist is absent.
    public func describe(_ topics: [String], timeoutMs: Int32) throws(KafkaError) -> [String: Int] {
        let deadline = Deadline(afterMs: timeoutMs)
        var counts: [String: Int] = [:]
        for topic in topics {
            counts[topic] = try client.partitionCount(of: topic, max(1, deadline.remainingMs))
        }
        serveCallbacks()
        return counts
    }

    /// The first offsets whose records are as new as a time, in milliseconds since the epoch; a partition without one
    /// is absent.
    public func offsets(
        of topic: String, forTimestampMs time: Int64, partitions: [Int32], timeoutMs: Int32
    ) throws(KafkaError) -> [Int32: Int64] {
        defer { serveCallbacks() }
        return try client.offsets(of: topic, forTimestampMs: time, partitions, timeoutMs)
    }

    /// The ends of a partition's log, uncommitted records included.
    public func watermarks(of topic: String, _ partition: Int32, timeoutMs: Int32) throws(KafkaError)
        -> Watermarks
    {
        defer { serveCallbacks() }
        return try client.watermarks(topic, partition, timeoutMs)
    }

    /// Returns if a broker responds; throws why none does.
    public func ping(timeoutMs: Int32) throws(KafkaError) { _ = try brokerCount(timeoutMs: timeoutMs) }

    /// How many brokers the cluster has at present. Where none can be reached the error says what the connection
    /// failed with: a name that does not resolve, a password that is wrong, TLS against plain text.
    public func brokerCount(timeoutMs: Int32) throws(KafkaError) -> Int {
        do throws(KafkaError) {
            defer { serveCallbacks() }
            return try client.brokerIDs(timeoutMs).count
        } catch {
            guard let reason = client.context.connection.lastReason else { throw error }
            throw error.with(message: reason)
        }
    }

    @discardableResult
    public func close(deadlineMs: Int32) -> Bool { client.close(deadlineMs: deadlineMs) }

    /// Nobody polls this client, so each call serves its errors and statistics.
    func serveCallbacks() { rd_kafka_poll(client.handle, 0) }

    deinit { close(deadlineMs: 5000) }
}
