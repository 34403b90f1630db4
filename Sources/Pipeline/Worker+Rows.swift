import Inventory
import Wire

extension Worker {
    /// Does what a message says that is not a plain event: a change of a row, or nothing.
    func follow(
        _ message: InputMessage, _ record: LogRecord, _ index: Int, _ route: Route,
        _ tally: inout Telemetry.Batch
    ) throws(LogFailure) {
        let change: RowChange
        switch message {
        case .skipped(let reason): return tally.skip(reason)
        case .change(let said): change = said
        // Among rows that change, one without an envelope is as good as an envelope that says so.
        case .event(let event): change = .upsert(event, .none)
        }
        if case .upsert(let event, _) = change, !event.typeIsKnown { noteUnknownType(record) }
        let source = Source(partition: record.partition, offset: record.offset)
        switch try shards[route.shard].follow(change, at: source, settings) {
        case .followed(.stale) where change.isTombstone: tally.skip(.tombstone)
        case .followed(let outcome): tally.count(outcome)
        case .tombstone: tally.skip(.tombstone)
        case .refused(let error):
            tally.bad += 1
            try refuse(record, index, error)
        }
    }

    func noteUnknownType(_ record: LogRecord) {
        telemetry.unknownType(record.value.flatMap { decoder.typeName($0) })
    }
}

extension RowChange {
    /// A message without a value; behind a delete it says nothing more.
    fileprivate var isTombstone: Bool {
        if case .delete(_, .tombstone) = self { true } else { false }
    }
}
