import Inventory
public import Kafka
public import Pipeline
public import Wire

/// Reads the state topic from outside, as any other consumer could: `stockd state`.
public struct StateInspection: ~Copyable {
    private let client: ClientSettings
    private let admin: Admin
    private let topic: String
    private let release: String
    private let brokers: String
    /// How long Kafka may take to bring something new.
    private let patience: Duration

    /// - Throws: why the client cannot be made.
    public init(
        _ configuration: Configuration, client: ClientSettings, release: String
    ) throws(WorkerStop) {
        self.client = client
        self.release = release
        topic = configuration.stateTopic
        brokers = configuration.kafka.bootstrapServers
        patience = configuration.kafka.brokerDeadline ?? .seconds(10)
        do throws(KafkaError) {
            admin = try Admin(client)
        } catch {
            throw WorkerStop(.configuration, error.description)
        }
    }

    deinit { admin.close(deadlineMs: 2_000) }

    private var timeoutMs: Int32 { Int32(clamping: max(1, patience.wholeMilliseconds)) }

    /// Reads the topic whole, each record once, those that newer ones replace included.
    /// - Parameter visit: called with every record in the order of its partition; nil for a deleted one.
    public func read(
        _ visit: (StateRecord.Place, StateRecord?, _ key: UnsafeRawBufferPointer?) -> Void = { _, _, _ in }
    ) throws(WorkerStop) -> [StateSummary] {
        var summaries: [StateSummary] = []
        var unread = UnreadRecords(topic: topic, thisRelease: release)
        for number in 0..<(try partitionCount()) {
            summaries.append(try read(Partition(Int32(number)), &unread, visit))
        }
        try explain { () throws(LogFailure) in try unread.check() }
        StateSummary.settle(&summaries)
        return summaries
    }

    private func partitionCount() throws(WorkerStop) -> Int {
        let counts = try ask { () throws(KafkaError) in try admin.describe([topic], timeoutMs: timeoutMs) }
        guard let count = counts[topic] else {
            throw WorkerStop(
                .configuration,
                "state.topic: \(topic) does not exist: no daemon of this group has run, or it was deleted")
        }
        return count
    }

    private func read(
        _ partition: Partition, _ unread: inout UnreadRecords,
        _ visit: (StateRecord.Place, StateRecord?, _ key: UnsafeRawBufferPointer?) -> Void
    ) throws(WorkerStop) -> StateSummary {
        var summary = StateSummary(partition: partition)
        let number = partition.rawValue
        let marks = try ask { () throws(KafkaError) in
            try admin.watermarks(of: topic, number, timeoutMs: timeoutMs)
        }
        guard marks.low < marks.high else { return summary }
        let reader = try ask { () throws(KafkaError) in
            try PartitionReader(
                client, topic: topic, from: [PartitionOffset(number, marks.low)], upTo: [number: marks.high])
        }
        defer { reader.close(deadlineMs: 2_000) }
        var lastNews = ContinuousClock.now
        while !reader.isAtEnd {
            let polled = try ask { () throws(KafkaError) in try reader.poll(maxRecords: 10_000, waitMs: 100) }
            guard case .records(let count) = polled else {
                try checkPatience(lastNews, partition, reader)
                continue
            }
            lastNews = .now
            for index in 0..<count { try take(reader.batch[index], &summary, &unread, visit) }
        }
        return summary
    }

    /// A transaction that its producer left open holds readers back until the broker ends it.
    private func checkPatience(
        _ lastNews: ContinuousClock.Instant, _ partition: Partition, _ reader: PartitionReader
    ) throws(WorkerStop) {
        // The reader takes up to 15 s itself to prove that the rest of a compacted log is empty.
        guard .now - lastNews > max(patience, .seconds(30)) else { return }
        throw WorkerStop(
            .unavailable,
            "\(topic)[\(partition.rawValue)] cannot be read to its end at \(brokers): nothing new after offset "
                + "\(reader.position(of: partition.rawValue) ?? 0)")
    }

    private func take(
        _ record: Record, _ summary: inout StateSummary, _ unread: inout UnreadRecords,
        _ visit: (StateRecord.Place, StateRecord?, _ key: UnsafeRawBufferPointer?) -> Void
    ) throws(WorkerStop) {
        let place = StateRecord.Place(Partition(record.partition), Offset(record.offset))
        do throws(StateRecordError) {
            let state = try StateRecord(key: record.key, value: record.value)
            if case .barrier(let barrier)? = state { unread.saw(barrier) }
            summary.add(state, key: record.key, value: record.value)
            visit(place, state, record.key)
        } catch {
            try explain { () throws(LogFailure) in try unread.note(error, at: place) }
        }
    }

    private func explain(_ body: () throws(LogFailure) -> Void) throws(WorkerStop) {
        do throws(LogFailure) { try body() } catch { throw WorkerStop(.configuration, error.message) }
    }

    private func ask<T: ~Copyable>(_ body: () throws(KafkaError) -> T) throws(WorkerStop) -> T {
        do throws(KafkaError) {
            return try body()
        } catch {
            let isRefusal = !error.isRetriable && !error.isTimedOut && !error.name.hasPrefix("_")
            throw WorkerStop(
                isRefusal ? .configuration : .unavailable,
                isRefusal
                    ? "\(topic) at \(brokers): \(error)"
                    : "no broker at \(brokers) within \(patience): \(error)")
        }
    }
}
