public import Inventory
import Kafka

extension KafkaSession {
    public func committed(_ partitions: [Partition]) throws(SessionFailure) -> [Partition: Offset] {
        do throws(KafkaError) {
            let offsets = try consumer.committed(
                partitions: partitions.map(\.rawValue), timeoutMs: settings.deadlineMs)
            return Dictionary(uniqueKeysWithValues: offsets.map { (Partition($0.key), Offset($0.value)) })
        } catch {
            throw failureOfOffsets(error)
        }
    }

    /// A cluster that responds, but not with stable offsets, waits for a transaction itself.
    private func failureOfOffsets(_ error: KafkaError) -> SessionFailure {
        if error.isFatal { return failure(error) }
        let isUnstable = error.name == "UNSTABLE_OFFSET_COMMIT"
        guard isUnstable || (error.isTimedOut && (try? admin.ping(timeoutMs: 1_000)) != nil) else {
            return .unavailable(error.description)
        }
        return .unavailable(
            "waiting for an earlier worker's transaction to end (at most kafka.transaction_timeout): \(error)")
    }

    public func partitionCount(_ topic: Topic) throws(SessionFailure) -> Int? {
        let name = try name(topic)
        return try ask { () throws(KafkaError) in
            try admin.describe([name], timeoutMs: settings.deadlineMs)[name]
        }
    }

    public func bounds(_ topic: Topic, _ partition: Partition) throws(SessionFailure) -> Range<Offset> {
        let name = try name(topic)
        return try ask { () throws(KafkaError) in
            let marks = try admin.watermarks(of: name, partition.rawValue, timeoutMs: settings.deadlineMs)
            return Offset(marks.low)..<Offset(max(marks.low, marks.high))
        }
    }

    public func offset(at time: Timestamp, _ partition: Partition) throws(SessionFailure) -> Offset {
        let found = try ask { () throws(KafkaError) in
            try consumer.offsets(
                forTimestampMs: time.microseconds / 1_000, partitions: [partition.rawValue],
                timeoutMs: settings.deadlineMs)[partition.rawValue]
        }
        if let found { return Offset(found) }
        return try bounds(.input, partition).upperBound
    }

    public func reader(_ topic: Topic, _ spans: [TopicSpan]) throws(SessionFailure) -> KafkaTopicReader {
        var starts: [PartitionOffset] = []
        var ends: [Int32: Int64] = [:]
        for span in spans {
            let bounds = try bounds(topic, span.partition)
            let start = span.from ?? bounds.lowerBound
            let end = span.to ?? bounds.upperBound
            guard start < end else { continue }
            starts.append(PartitionOffset(span.partition.rawValue, start.rawValue))
            ends[span.partition.rawValue] = end.rawValue
        }
        let name = try name(topic)
        return try ask { () throws(KafkaError) in
            try KafkaTopicReader(client, topic: name, from: starts, upTo: ends)
        }
    }

    public func follower(
        _ topic: Topic, _ starts: [PartitionPosition]
    ) throws(SessionFailure) -> KafkaTopicReader {
        let name = try name(topic)
        return try ask { () throws(KafkaError) in
            try KafkaTopicReader(client, topic: name, from: starts.map(\.kafka), upTo: nil)
        }
    }

    /// A failed request can be sent again, since it changes nothing.
    private func ask<T>(_ body: () throws(KafkaError) -> T) throws(SessionFailure) -> T {
        do throws(KafkaError) {
            return try body()
        } catch {
            throw error.isFatal ? failure(error) : .unavailable(error.description)
        }
    }
}

/// Reads partitions of a topic as `read_committed`, each up to an end, or follows them.
public final class KafkaTopicReader: TopicReader {
    private let starts: [PartitionOffset]
    private let total: Int64
    private let isFollowing: Bool
    /// Nil when there is nothing to read: most starts need no client then.
    let reader: PartitionReader?

    /// - Parameter ends: Nil to follow.
    init(
        _ client: ClientSettings, topic: String, from starts: [PartitionOffset], upTo ends: [Int32: Int64]?
    ) throws(KafkaError) {
        isFollowing = ends == nil
        let ends = ends ?? [:]
        self.starts = starts
        total = starts.reduce(0) { $0 + (ends[$1.partition] ?? $1.offset) - $1.offset }
        reader = starts.isEmpty ? nil : try PartitionReader(client, topic: topic, from: starts, upTo: ends)
    }

    public var progress: ReadProgress {
        let left = reader?.remaining.reduce(0) { sum, range in
            sum + range.end
                - (range.position ?? starts.first { $0.partition == range.partition }?.offset ?? 0)
        }
        return ReadProgress(done: total - (left ?? 0), total: total)
    }

    public func poll(waitMs: Int64) throws(SessionFailure) -> Int? {
        guard let reader, isFollowing || !reader.isAtEnd else { return nil }
        let polled: Poll
        do throws(KafkaError) {
            polled = try reader.poll(maxRecords: 1_000, waitMs: Int32(waitMs))
        } catch {
            throw error.isFatal ? .fatal(error.description) : .unavailable(error.description)
        }
        switch polled {
        case .records(let count): return count
        case .idle, .rebalance: return 0
        case .offsetOutOfRange(let range): throw range.asSessionFailure
        }
    }

    public func record(_ index: Int) -> TopicRecord {
        guard let reader else { preconditionFailure("a record of a reader that reads nothing") }
        let record = reader.batch[index]
        return TopicRecord(
            partition: Partition(record.partition), offset: Offset(record.offset), key: record.key,
            value: record.value)
    }
}

extension KafkaTopicReader {
    public func timestampMs(_ index: Int) -> Int64? {
        guard let timestampMs = reader?.batch[index].timestampMs, timestampMs >= 0 else { return nil }
        return timestampMs
    }

    public func envelope(_ index: Int) -> Envelope {
        guard let reader else { return Envelope() }
        return Envelope(reader.batch[index])
    }
}

extension Envelope {
    init(_ record: Record) {
        self.init(
            headers: record.headers.map { ($0.name, $0.value) },
            timestampMs: record.timestampMs < 0 ? nil : record.timestampMs)
    }
}

extension OffsetOutOfRange {
    var asSessionFailure: SessionFailure {
        .offsetOutOfRange(Partition(partition), "the log does not hold offset \(offset): \(reason)")
    }
}
