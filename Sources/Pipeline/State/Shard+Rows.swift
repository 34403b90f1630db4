import Inventory
import Wire

/// What became of a message of the input.
enum InputOutcome {
    case event(Aggregate.Outcome)
    case row(RowOutcome)
    /// It holds no row.
    case skipped(SkipReason)
    /// It goes to the dead letters; nothing changed.
    case rejected(BadEvent)
}

extension Shard {
    /// Applies a decoded message of one of its input partitions.
    func apply(
        _ message: InputMessage, input: Int, source: Source, _ settings: PipelineSettings
    ) throws(SessionFailure) -> InputOutcome {
        switch message {
        case .skipped(let reason): return .skipped(reason)
        case .change(let change): return try follow(change, at: source, settings)
        // In a shard that follows rows, a plain event is an upsert of its row.
        case .event(let event) where aggregate.followsRows:
            return try follow(.upsert(event, .none), at: source, settings)
        case .event(let event):
            let outcome = aggregate.apply(event, input: input, source: source)
            return outcome.rejection(of: event, settings.ids).map { .rejected($0) } ?? .event(outcome)
        }
    }

    /// Follows a change of a row of the events table.
    ///
    /// The first change makes the shard follow rows for good. Plain events could never be taken back, so it must not
    /// have counted any.
    private func follow(
        _ change: RowChange, at source: Source, _ settings: PipelineSettings
    ) throws(SessionFailure) -> InputOutcome {
        if !aggregate.followsRows {
            if change.isTombstone { return .skipped(.tombstone) }
            try checkMayFollow(source, settings)
        }
        if case .truncate = change, settings.onTruncate == .refuse {
            return .rejected(.truncationNotApplied)
        }
        let outcome = aggregate.apply(change, source: source)
        switch outcome {
        case .overflow: return .rejected(BadEvent(overflow: change.event, settings.ids))
        case .tooManyNames: return .rejected(BadEvent(tooManyNames: change.event, settings.ids))
        case .typeUnknown: return .rejected(.typeUnknown)
        case .unordered: return .rejected(.unorderedTruncation)
        // The tombstone behind a delete adds nothing.
        case .stale where change.isTombstone: return .skipped(.tombstone)
        default: return .row(outcome)
        }
    }

    private func checkMayFollow(_ source: Source, _ settings: PipelineSettings) throws(SessionFailure) {
        let record = "\(settings.inputTopic)[\(source.partition.rawValue)] at offset \(source.offset.rawValue)"
        if settings.keyedBy == .product {
            throw .misconfigured(
                "\(record) holds a change of a row. Debezium keys a row's changes by its primary key, the "
                    + "event, so the events of one product are in several partitions: set input.keyed_by: "
                    + "none with one worker, and start once with --rebuild.")
        }
        guard aggregate.hasEvents else { return }
        throw .misconfigured(
            "\(record) holds a change of a row, but plain events were counted before, and those cannot be "
                + "taken back. If all of the topic comes from a database, set input.format: debezium and "
                + "start once with --rebuild. To count only plain events, set input.format: json.")
    }
}

extension RowChange {
    /// The event of an `upsert`; nil for any other change.
    fileprivate var event: OrderEvent? { if case .upsert(let event, _) = self { event } else { nil } }

    /// A message without a value.
    fileprivate var isTombstone: Bool { if case .delete(_, .tombstone) = self { true } else { false } }
}

extension Aggregate.Outcome {
    /// Whether the event is a bad one.
    @inline(__always)
    var isRejection: Bool { self == .overflow || self == .tooManyNames }

    /// Why the event is rejected, if it is.
    func rejection(of event: OrderEvent, _ ids: IDs) -> BadEvent? {
        switch self {
        case .applied, .duplicate: nil
        case .overflow: BadEvent(overflow: event, ids)
        case .tooManyNames: BadEvent(tooManyNames: event, ids)
        }
    }
}
