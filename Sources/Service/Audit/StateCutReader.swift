import Inventory
import Kafka
import Pipeline
import Wire

/// Reads the state topic beside the running daemon, as of one moment.
struct StateCutReader {
    let configuration: Configuration
    let client: ClientSettings
    /// Sees a log's true end.
    let admin: Admin
    /// Sees a log's end before every open transaction.
    let stable: Admin
    let release: String
    let timeoutMs: Int32

    private static let attempts = 5

    /// What the state topic holds up to its stable ends.
    ///
    /// Every transaction is whole in it. Where the records of a checkpoint lie in several partitions, one that commits
    /// while the ends are asked for may be before the end in one partition and behind it in another. There its records
    /// are then between that end and the log's end afterwards. So if there are any, the ends are asked for again.
    func read() throws(StopReason) -> StateCut {
        for _ in 0..<Self.attempts {
            guard
                let ends = try TopicScan(client, stable, configuration.stateTopic, timeoutMs: timeoutMs).bounds(),
                let later = try TopicScan(client, admin, configuration.stateTopic, timeoutMs: timeoutMs).bounds()
            else {
                throw StopReason(
                    .configuration,
                    "state.topic: \(configuration.stateTopic) does not exist: no daemon of this group has run, or it "
                        + "was deleted")
            }
            if let cut = try read(ends, upTo: later) { return cut }
        }
        throw StopReason(
            .unavailable,
            "\(configuration.stateTopic) has a checkpoint whenever it is read; raise checkpoint.interval or try again")
    }

    /// Nil when a checkpoint may be in it in part.
    private func read(
        _ ends: [Int32: Range<Int64>], upTo later: [Int32: Range<Int64>]
    ) throws(StopReason) -> StateCut? {
        let ids = configuration.ids.table
        var cut = StateCut()
        var unread = UnreadRecords(topic: configuration.stateTopic, thisRelease: release)
        var isTorn = false
        let scan = TopicScan(client, admin, configuration.stateTopic, timeoutMs: timeoutMs)
        try scan.forEach(in: later) { (record) throws(StopReason) in
            let partition = Partition(record.partition)
            do throws(StateRecordError) {
                let state = try StateRecord(key: record.key, value: record.value, ids)
                guard let key = state?.key ?? StateRecord.Key(record.key, ids) else { return }
                guard ends[record.partition]?.contains(record.offset) == true else {
                    isTorn = isTorn || (configuration.input.keyedBy == .none && key.isOfCheckpoint)
                    return
                }
                cut.take(key, state, in: partition)
            } catch {
                unread.note(error, at: StateRecord.Location(partition, Offset(record.offset)))
            }
        }
        if let problem = unread.problem { throw StopReason(.configuration, problem) }
        return isTorn ? nil : cut
    }
}
