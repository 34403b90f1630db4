import Inventory
import Wire

/// What is read again of one input partition.
struct ReplaySpan: Equatable {
    /// Where the partition's history begins for stockd.
    var base: Offset
    var from: Offset
    /// The committed offset to reach.
    var to: Offset
    /// The log does not hold all of it, and the operator accepted that.
    var isShortened = false
}

/// What Kafka and the state topic say of one input partition.
struct KnownOffsets {
    let partition: Partition
    let barrier: Barrier?
    /// The offset committed with the newest transaction, as the state topic tells it.
    let position: Offset?
    /// The offset committed in the consumer group.
    let group: Offset?
    /// What the log holds.
    let bounds: Range<Offset>

    var isFirstStart: Bool { barrier == nil && position == nil && group == nil }

    /// How far the partition was counted, as the state topic tells it.
    private var counted: Offset? { position ?? barrier?.offset }

    /// Whether the topic was deleted and made anew since, and has grown past what was counted of the former.
    ///
    /// Kafka forgets a group's offsets with their topic, but they expire as well. Then the times tell: the first
    /// record of a log of which something was counted is older than the record that says so.
    /// - Parameter writtenMs: when the state topic's newest word of the partition was written.
    func isOfLogMadeAnew<L: Log>(_ writtenMs: Int64?, _ log: L) throws(LogFailure) -> Bool {
        guard group == nil, let counted, counted > bounds.lowerBound, !bounds.isEmpty, let writtenMs else {
            return false
        }
        let later = Timestamp(microseconds: (writtenMs + 1) * 1_000)
        return try log.offset(at: later, partition) == bounds.lowerBound
    }

    var madeAnew: LogFailure {
        .offsetOutOfRange(
            partition,
            "the state was counted up to offset \(counted?.rawValue ?? 0), but the consumer group has no offset any "
                + "more and all that the log holds, from \(bounds.lowerBound.rawValue) on, is newer: the topic was "
                + "deleted and made anew (start once with --rebuild to count only what it holds now)")
    }

    /// What to read again: from the barrier, or from the beginning in a rebuild, to the committed offset.
    func span(_ settings: PipelineSettings, _ telemetry: Telemetry) throws(LogFailure) -> ReplaySpan {
        let target = try target(settings, telemetry)
        var base = barrier?.base ?? bounds.lowerBound
        if settings.rebuilds, base > bounds.upperBound { base = bounds.lowerBound }
        let from = settings.rebuilds ? base : barrier?.offset ?? base
        // Without transactions a barrier may be there before its offset is committed: everything before it went
        // out, was acknowledged and is in the cells.
        let to = settings.rebuilds ? target : max(target, from)
        var span = ReplaySpan(base: base, from: from, to: to)
        if to > bounds.upperBound {
            guard settings.acceptsDataLoss || settings.rebuilds else { throw endIsGone(to) }
            telemetry.acceptedDataLoss(partition, bounds.upperBound..<to)
            span = ReplaySpan(
                base: min(base, bounds.upperBound), from: min(from, bounds.upperBound), to: bounds.upperBound,
                isShortened: true)
        }
        guard span.from < bounds.lowerBound else { return span }
        guard settings.acceptsDataLoss else { throw beginningIsGone(span.from) }
        telemetry.acceptedDataLoss(partition, span.from..<bounds.lowerBound)
        span.from = bounds.lowerBound
        span.to = max(span.to, bounds.lowerBound)
        span.isShortened = true
        return span
    }

    private func beginningIsGone(_ from: Offset) -> LogFailure {
        .offsetOutOfRange(
            partition,
            "the state is to be brought forward from offset \(from.rawValue), but the log begins at "
                + "\(bounds.lowerBound.rawValue)")
    }

    private func endIsGone(_ target: Offset) -> LogFailure {
        .offsetOutOfRange(
            partition,
            "offset \(target.rawValue) is committed, but the log ends at \(bounds.upperBound.rawValue): it was cut "
                + "short or made anew (start once with --rebuild to count only what it holds now)")
    }

    /// The committed offset to bring the state to.
    private func target(
        _ settings: PipelineSettings, _ telemetry: Telemetry
    ) throws(LogFailure) -> Offset {
        guard barrier != nil || settings.rebuilds else {
            throw .misconfigured(
                "the consumer group has committed offset \(group?.rawValue ?? position?.rawValue ?? 0) of "
                    + "\(settings.inputTopic)[\(partition.rawValue)], but \(settings.stateTopic) holds no "
                    + "state for it: the topic was deleted, or the group id belongs to another program. Start once "
                    + "with --rebuild to recompute the stock from the log, or choose another kafka.group_id. "
                    + LostLedger.words)
        }
        return try settings.delivery == .exactlyOnce ? agreed(settings, telemetry) : acknowledged
    }

    /// Without transactions the ledger, the positions and the barriers may run ahead of the group, never behind.
    /// Positions are no proof: they are sent beside dead letters that may not have arrived.
    private var acknowledged: Offset { group ?? barrier?.offset ?? bounds.lowerBound }

    /// With transactions both move as one; where they differ somebody else moved the group's.
    private func agreed(
        _ settings: PipelineSettings, _ telemetry: Telemetry
    ) throws(LogFailure) -> Offset {
        guard let stored = counted else { return group ?? bounds.lowerBound }
        guard let group else {
            telemetry.groupOffsetIsGone(partition, using: stored)
            return stored
        }
        if group == stored { return group }
        if group > stored, settings.acceptsDataLoss { return stored }
        throw .misconfigured(
            "the consumer group's offset of \(settings.inputTopic)[\(partition.rawValue)] is \(group.rawValue), "
                + "but stockd committed \(stored.rawValue): something else uses the group id, or the offsets "
                + "were reset. Counting from there would falsify stock. Set the group's offset back to "
                + "\(stored.rawValue), or delete its offsets of the topic: stockd then goes on from its own "
                + "(kafka-consumer-groups --delete-offsets).")
    }
}
