import Inventory
import Wire

/// The offsets of one input partition to read again.
struct ReplaySpan: Equatable {
    /// The first offset that stockd counts of the partition.
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
    let checkpoint: CheckpointRecord?
    /// The offset committed with the newest transaction, according to the state topic.
    let position: Offset?
    /// The offset committed in the consumer group.
    let group: Offset?
    /// What the log holds.
    let bounds: Range<Offset>

    var isFirstStart: Bool { checkpoint == nil && position == nil && group == nil }

    /// Up to where the partition was counted, according to the state topic.
    private var counted: Offset? { position ?? checkpoint?.offset }

    /// Whether the topic was recreated, and has grown past what was counted of the old one.
    ///
    /// Kafka deletes a group's offsets with their topic, but they also expire. So the times decide: in a log of which
    /// something was counted, the first record is older than the state record of the count.
    /// - Parameter writtenMs: when the newest record of the partition's offset was written to the state topic.
    func isRecreated<S: TopicSource>(_ writtenMs: Int64?, _ session: S) throws(SessionFailure) -> Bool {
        guard group == nil, let counted, counted > bounds.lowerBound, !bounds.isEmpty, let writtenMs else {
            return false
        }
        let later = Timestamp(microseconds: (writtenMs + 1) * 1_000)
        return try session.offset(at: later, partition) == bounds.lowerBound
    }

    var recreated: SessionFailure {
        .offsetOutOfRange(
            partition,
            "the state counts the events before offset \(counted?.rawValue ?? 0), but the consumer group "
                + "has no committed offset any more and every record of the log, from offset "
                + "\(bounds.lowerBound.rawValue) on, is newer than the state: the topic was deleted and "
                + "recreated (start once with --rebuild to count only what it holds now)")
    }

    /// What to read again: from the checkpoint, or from the beginning in a rebuild, to the committed offset.
    func span(
        rebuilds: Bool, _ settings: PipelineSettings, _ telemetry: Telemetry
    ) throws(SessionFailure) -> ReplaySpan {
        let to = try target(rebuilds: rebuilds, settings, telemetry)
        var base = checkpoint?.base ?? bounds.lowerBound
        if rebuilds, base > bounds.upperBound { base = bounds.lowerBound }
        let from = rebuilds ? base : checkpoint?.offset ?? base
        var span = ReplaySpan(base: base, from: from, to: to)
        if to > bounds.upperBound {
            guard settings.acceptsDataLoss || rebuilds else { throw endIsGone(to) }
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

    private func beginningIsGone(_ from: Offset) -> SessionFailure {
        .offsetOutOfRange(
            partition,
            "the log has to be read from offset \(from.rawValue), but it begins at offset "
                + "\(bounds.lowerBound.rawValue)")
    }

    private func endIsGone(_ target: Offset) -> SessionFailure {
        .offsetOutOfRange(
            partition,
            "offset \(target.rawValue) is committed, but the log ends at offset \(bounds.upperBound.rawValue): it "
                + "was truncated or recreated (start once with --rebuild to count only what it holds now)")
    }

    /// The committed offset to bring the state to.
    private func target(
        rebuilds: Bool, _ settings: PipelineSettings, _ telemetry: Telemetry
    ) throws(SessionFailure) -> Offset {
        guard checkpoint != nil || rebuilds else {
            throw .misconfigured(
                "the consumer group has committed offset \(group?.rawValue ?? position?.rawValue ?? 0) of "
                    + "\(settings.inputTopic)[\(partition.rawValue)], but \(settings.stateTopic) holds no state for "
                    + "it: the state topic was deleted, or another program uses the group id. Start once with "
                    + "--rebuild to recompute the stock from the log, or choose another kafka.group_id. "
                    + LostPublishedAlerts.explanation)
        }
        // One transaction commits the group's offset and the position. If they differ, something else moved the
        // group's.
        guard let stored = counted else { return group ?? bounds.lowerBound }
        guard let group else {
            telemetry.groupOffsetIsGone(partition, using: stored)
            return stored
        }
        if group == stored { return group }
        if group > stored, settings.acceptsDataLoss { return stored }
        throw .misconfigured(
            "the consumer group's offset of \(settings.inputTopic)[\(partition.rawValue)] is \(group.rawValue), but "
                + "stockd committed \(stored.rawValue): another program uses the group id, or the offsets were "
                + "reset. Counting from there would falsify stock. Set the group's offset back to "
                + "\(stored.rawValue), or delete the group's offsets of the topic (kafka-consumer-groups "
                + "--delete-offsets): stockd then goes on from the offset in its state.")
    }
}
