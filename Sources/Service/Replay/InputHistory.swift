import Inventory
import Kafka
public import Pipeline
import Wire

/// Where the history of the input begins, and what of it the log still holds.
public struct InputHistory: Sendable {
    /// By partition, the offset from which it can be read.
    public let starts: [PartitionPosition]
    /// What is missing before them, a sentence for each partition; none when the history is whole.
    public let missing: [String]
    /// Whether the log holds anything of it.
    public var hasRecords: Bool { starts.contains { $0.offset < ends[$0.partition] ?? $0.offset } }
    private let topic: String
    private let ends: [Partition: Offset]

    /// - Parameter stored: the first offset of each partition that the daemon counts; none before its first start.
    init(
        _ configuration: Configuration, _ scan: TopicScan, _ admin: Admin, stored: [Partition: Offset],
        timeoutMs: Int32
    ) throws(StopReason) {
        topic = configuration.input.topic
        guard let bounds = try scan.bounds() else {
            throw StopReason(.configuration, "input.topic: \(topic) does not exist, so there is nothing to read")
        }
        var (starts, ends, missing): ([PartitionPosition], [Partition: Offset], [String]) = ([], [:], [])
        for (number, range) in bounds.sorted(by: { $0.key < $1.key }) {
            let partition = Partition(number)
            let first: Int64
            switch configuration.input.start {
            case _ where stored[partition] != nil: first = stored[partition]?.rawValue ?? 0
            // A partition that was added later is counted from its first record.
            case _ where !stored.isEmpty: first = range.lowerBound
            case .earliest: first = range.lowerBound
            case .latest: first = range.upperBound
            case .timestamp(let time): first = try Self.offset(at: time, topic, number, range, admin, timeoutMs)
            }
            if first < range.lowerBound {
                missing.append(
                    "\(topic)[\(number)] begins at offset \(range.lowerBound), and stockd has counted it from "
                        + "\(first): the events between them are deleted")
            }
            starts.append(PartitionPosition(partition, Offset(max(first, range.lowerBound))))
            ends[partition] = Offset(range.upperBound)
        }
        self.starts = starts
        self.ends = ends
        self.missing = missing
    }

    private static func offset(
        at time: Timestamp, _ topic: String, _ partition: Int32, _ range: Range<Int64>, _ admin: Admin,
        _ timeoutMs: Int32
    ) throws(StopReason) -> Int64 {
        try forKafka(topic) { () throws(KafkaError) in
            try admin.offsets(
                of: topic, forTimestampMs: time.microseconds / 1_000, partitions: [partition],
                timeoutMs: timeoutMs)[partition]
        } ?? range.upperBound
    }

    /// Up to which offset each partition is read. A record that is later than the moment may still be before it.
    func ends(
        of moment: TopicReplay.Moment, _ admin: Admin, timeoutMs: Int32
    ) throws(StopReason) -> [Partition: Offset] {
        switch moment {
        case .present, .eventTime: return ends
        case .offsets(let wanted):
            try check(wanted)
            return wanted
        case .recordTime(let time):
            var ends = ends
            for (partition, end) in ends {
                // The first record that is later, or one that a log without an index of times cannot tell.
                let range = 0..<end.rawValue
                let found = try Self.offset(
                    at: Timestamp(microseconds: time.microseconds + 1_000), topic, partition.rawValue, range, admin,
                    timeoutMs)
                ends[partition] = Offset(min(found, end.rawValue))
            }
            return ends
        }
    }

    private func check(_ wanted: [Partition: Offset]) throws(StopReason) {
        for (partition, offset) in wanted.sorted(by: { $0.key < $1.key }) {
            guard let end = ends[partition] else {
                throw StopReason(
                    .data,
                    "--until-offsets: \(topic) has no partition \(partition.rawValue), but \(ends.count) of them")
            }
            let start = starts.first { $0.partition == partition }?.offset ?? Offset(0)
            guard offset >= start, offset <= end else {
                throw StopReason(
                    .data,
                    "--until-offsets: found \(partition.rawValue)=\(offset.rawValue); \(topic)[\(partition.rawValue)] "
                        + "can be read from \(start.rawValue) to \(end.rawValue)")
            }
        }
        let absent = ends.keys.filter { wanted[$0] == nil }.sorted().map { "\($0.rawValue)" }
        guard absent.isEmpty else {
            throw StopReason(
                .data, "--until-offsets: no offset for partition \(absent.joined(separator: ", ")) of \(topic)")
        }
    }
}
