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
    /// Whether compaction removes records that newer ones of their key replace, as far as the brokers say.
    public let isCompacted: Bool
    private let topic: String
    private let ends: [Partition: Offset]

    /// - Parameter stored: the daemon's checkpoints; none before its first start.
    init(
        _ configuration: Configuration, _ scan: TopicScan, _ admin: Admin, stored: [Partition: CheckpointRecord],
        timeoutMs: Int32
    ) throws(StopReason) {
        let topic = configuration.input.topic
        guard let bounds = try scan.bounds() else {
            throw StopReason(.configuration, "input.topic: \(topic) does not exist, so there is nothing to read")
        }
        if let other = stored.values.compactMap({ $0.setting("input.topic") }).first(where: { $0 != topic }) {
            throw StopReason(
                .configuration,
                "input.topic: found \(topic), but the stored stock was counted from \(other); give the topic and the "
                    + "group of one daemon")
        }
        var (starts, ends, missing): ([PartitionPosition], [Partition: Offset], [String]) = ([], [:], [])
        for (number, range) in bounds.sorted(by: { $0.key < $1.key }) {
            let partition = Partition(number)
            let checkpoint = stored[partition]
            let first: Int64
            switch configuration.input.start {
            case _ where checkpoint != nil: first = checkpoint?.base.rawValue ?? 0
            // A partition that was added later is counted from its first record.
            case _ where !stored.isEmpty: first = 0
            case .earliest: first = 0
            case .latest: first = range.upperBound
            case .timestamp(let time): first = try Self.offset(at: time, topic, number, range, admin, timeoutMs)
            }
            if first < range.lowerBound {
                missing.append(
                    "\(topic)[\(number)] begins at offset \(range.lowerBound), but its history at \(first): the "
                        + "events between them are deleted")
            } else if let checkpoint, checkpoint.offset.rawValue > range.upperBound {
                missing.append(
                    "\(topic)[\(number)] ends at offset \(range.upperBound), but stockd has counted it up to "
                        + "\(checkpoint.offset.rawValue): it was deleted and created again")
            }
            starts.append(PartitionPosition(partition, Offset(max(first, range.lowerBound))))
            ends[partition] = Offset(range.upperBound)
        }
        self.topic = topic
        self.starts = starts
        self.ends = ends
        self.missing = missing
        let settings = try forKafka(topic) { () throws(KafkaError) in
            try admin.settings(of: [topic], timeoutMs: 3_000)
        }
        isCompacted = settings[topic]?["cleanup.policy"]?.contains("compact") ?? false
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

    /// What is to be read of each partition. A record that is later than the moment may still be in it.
    func ranges(
        from positions: [PartitionPosition], to moment: TopicReplay.Moment
    ) throws(StopReason) -> [Int32: Range<Int64>] {
        var wanted = ends
        if case .offsets(let offsets) = moment {
            try check(offsets, positions)
            wanted = offsets
        }
        var ranges: [Int32: Range<Int64>] = [:]
        for position in positions {
            guard let end = wanted[position.partition], end > position.offset else { continue }
            ranges[position.partition.rawValue] = position.offset.rawValue..<end.rawValue
        }
        return ranges
    }

    private func check(_ wanted: [Partition: Offset], _ positions: [PartitionPosition]) throws(StopReason) {
        for (partition, offset) in wanted.sorted(by: { $0.key < $1.key }) {
            guard let end = ends[partition] else {
                throw StopReason(
                    .data,
                    "--until-offsets: \(topic) has no partition \(partition.rawValue), but \(ends.count) of them")
            }
            // Not the beginning, where an earlier moment was read first.
            let start = positions.first { $0.partition == partition }?.offset ?? Offset(0)
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
