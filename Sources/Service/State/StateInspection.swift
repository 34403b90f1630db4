import Inventory
public import Kafka
public import Pipeline
public import Wire

/// Reads the state topic from outside, as any other consumer could: `stockd state`.
public struct StateInspection: ~Copyable {
    private let admin: Admin
    private let scan: TopicScan
    private let release: String
    private let ids: IDs

    /// - Throws: why the client cannot be made.
    public init(
        _ configuration: Configuration, client: ClientSettings, release: String
    ) throws(StopReason) {
        self.release = release
        ids = configuration.ids.table
        let admin = try forKafka("kafka.properties") { () throws(KafkaError) in try Admin(client) }
        self.admin = admin
        let patience = configuration.kafka.brokerDeadline ?? .seconds(10)
        scan = TopicScan(client, admin, configuration.stateTopic, timeoutMs: Int32(clamping: patience.milliseconds))
    }

    deinit { admin.close(deadlineMs: 2_000) }

    /// Reads the whole topic, records that newer ones replace included.
    /// - Parameter visit: called with every record, partition by partition; nil for a deleted one.
    public func read(
        _ visit: (StateRecord.Location, StateRecord?, _ key: UnsafeRawBufferPointer?) -> Void = { _, _, _ in }
    ) throws(StopReason) -> [StateSummary] {
        guard let ranges = try scan.bounds() else {
            throw StopReason(
                .configuration,
                "state.topic: \(scan.topic) does not exist: no daemon of this group has run, or it was deleted"
            )
        }
        var summaries: [StateSummary] = []
        var unread = UnreadRecords(topic: scan.topic, thisRelease: release)
        for (number, range) in ranges.sorted(by: { $0.key < $1.key }) {
            var summary = StateSummary(partition: Partition(number))
            try scan.forEach(in: [number: range]) { (record) throws(StopReason) in
                try take(record, &summary, &unread, visit)
            }
            summaries.append(summary)
        }
        if let problem = unread.problem { throw StopReason(.configuration, problem) }
        StateSummary.assignOffsets(&summaries)
        return summaries
    }

    private func take(
        _ record: Record, _ summary: inout StateSummary, _ unread: inout UnreadRecords,
        _ visit: (StateRecord.Location, StateRecord?, _ key: UnsafeRawBufferPointer?) -> Void
    ) throws(StopReason) {
        let location = StateRecord.Location(Partition(record.partition), Offset(record.offset))
        do throws(StateRecordError) {
            let state = try StateRecord(key: record.key, value: record.value, ids)
            if case .checkpoint(let checkpoint)? = state { unread.saw(release: checkpoint.release) }
            summary.add(state, key: record.key, value: record.value, ids)
            visit(location, state, record.key)
        } catch {
            unread.note(error, at: location)
        }
    }

}
