import Inventory
import Wire

/// Reads partitions of the state topic to their ends at the beginning, open transactions included: it waits for their
/// outcome.
final class StateReader<S: TopicSource> {
    private let tools: RecoveryTools<S>
    private let partitions: [Partition]
    private var reader: S.Reader?
    private var unread: UnreadRecords

    init(_ tools: RecoveryTools<S>, _ partitions: [Partition]) {
        self.tools = tools
        self.partitions = partitions
        unread = UnreadRecords(topic: tools.settings.stateTopic, thisRelease: tools.settings.release)
    }

    /// Reads some more.
    /// - Parameter take: called with each record, nil for one that was deleted, and when it was written, in
    ///   milliseconds since the epoch.
    /// - Returns: whether everything was read.
    func advance(
        _ take: (StateRecord.Location, StateRecord.Key, StateRecord?, _ writtenMs: Int64?) -> Void
    ) throws(SessionFailure) -> Bool {
        if reader == nil { reader = try tools.session.reader(.state, partitions.map { TopicSpan($0) }) }
        guard let reader else { return false }
        guard let count = try reader.poll(waitMs: 100) else {
            self.reader = nil
            if let problem = unread.problem { throw .misconfigured(problem) }
            return true
        }
        for index in 0..<count {
            let record = reader.record(index)
            let location = StateRecord.Location(record.partition, record.offset)
            do throws(StateRecordError) {
                let state = try StateRecord(key: record.key, value: record.value, tools.settings.ids)
                if case .checkpoint(let checkpoint)? = state { unread.saw(release: checkpoint.release) }
                if let key = state?.key ?? StateRecord.Key(record.key, tools.settings.ids) {
                    take(location, key, state, reader.timestampMs(index))
                }
            } catch {
                unread.note(error, at: location)
            }
        }
        tools.telemetry.recovering("state", reader.progress)
        return false
    }
}
