public import Inventory
import Kafka

extension KafkaLog {
    public func committed(_ partitions: [Partition]) throws(LogFailure) -> [Partition: Offset] {
        try ask { () throws(KafkaError) in
            let offsets = try consumer.committed(
                partitions: partitions.map(\.rawValue), timeoutMs: settings.deadlineMs)
            return Dictionary(
                uniqueKeysWithValues: offsets.map { (Partition($0.key), Offset($0.value)) })
        }
    }

    public func partitionCount(_ topic: Topic) throws(LogFailure) -> Int? {
        let name = try name(topic)
        return try ask { () throws(KafkaError) in
            try admin.describe([name], timeoutMs: settings.deadlineMs)[name]
        }
    }

    public func bounds(_ topic: Topic, _ partition: Partition) throws(LogFailure) -> Range<Offset> {
        let name = try name(topic)
        return try ask { () throws(KafkaError) in
            let marks = try admin.watermarks(of: name, partition.rawValue, timeoutMs: settings.deadlineMs)
            return Offset(marks.low)..<Offset(max(marks.low, marks.high))
        }
    }

    public func offset(at time: Timestamp, _ partition: Partition) throws(LogFailure) -> Offset {
        let found = try ask { () throws(KafkaError) in
            try consumer.offsets(
                forTimestampMs: time.microseconds / 1_000, partitions: [partition.rawValue],
                timeoutMs: settings.deadlineMs)[partition.rawValue]
        }
        if let found { return Offset(found) }
        return try bounds(.input, partition).upperBound
    }

    public func reader(
        _ topic: Topic, _ partition: Partition, from: Offset?, to: Offset?
    ) throws(LogFailure) -> KafkaLogReader {
        let bounds = try bounds(topic, partition)
        let name = try name(topic)
        return try ask { () throws(KafkaError) in
            try KafkaLogReader(
                client, topic: name, partition, from: from ?? bounds.lowerBound, to: to ?? bounds.upperBound)
        }
    }

    /// A question that is not answered can be asked again; nothing depends on the first.
    private func ask<T>(_ body: () throws(KafkaError) -> T) throws(LogFailure) -> T {
        do throws(KafkaError) {
            return try body()
        } catch {
            throw error.isFatal ? failure(error) : .unavailable(error.description)
        }
    }
}

/// Reads one partition of a topic as `read_committed`, up to an end.
public final class KafkaLogReader: LogReader {
    public let start: Offset
    public let end: Offset
    private let partition: Int32
    private let reader: PartitionReader

    init(
        _ client: ClientSettings, topic: String, _ partition: Partition, from start: Offset, to end: Offset
    ) throws(KafkaError) {
        self.start = start
        self.end = end
        self.partition = partition.rawValue
        reader = try PartitionReader(
            client, topic: topic, from: [PartitionOffset(partition.rawValue, start.rawValue)],
            upTo: [partition.rawValue: end.rawValue])
    }

    public var position: Offset { reader.position(of: partition).map { Offset($0) } ?? start }

    public func poll(waitMs: Int64) throws(LogFailure) -> Int? {
        guard start < end, !reader.isAtEnd else { return nil }
        let polled: Poll
        do throws(KafkaError) {
            polled = try reader.poll(maxRecords: 10_000, waitMs: Int32(waitMs))
        } catch {
            throw error.isFatal ? .fatal(error.description) : .unavailable(error.description)
        }
        switch polled {
        case .records(let count): return count
        case .idle, .rebalance: return 0
        case .offsetOutOfRange(let range): throw range.asLogFailure
        }
    }

    public func record(_ index: Int) -> LogRecord {
        let record = reader.batch[index]
        return LogRecord(
            partition: Partition(record.partition), offset: Offset(record.offset), key: record.key,
            value: record.value)
    }
}

extension OffsetOutOfRange {
    var asLogFailure: LogFailure {
        .offsetOutOfRange(Partition(partition), "the log does not hold offset \(offset): \(reason)")
    }
}
