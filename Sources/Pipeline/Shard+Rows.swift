import Inventory
import Wire

/// What became of a change of a row.
enum RowAnswer {
    case followed(RowOutcome)
    /// A message without a value, of a topic whose rows do not change.
    case tombstone
    /// It goes to the dead letters; nothing changed.
    case refused(BadEvent)
}

extension Shard {
    /// Follows a change of a row of the events table.
    ///
    /// The first one decides for good that this shard follows rows. Events that were counted as plain ones
    /// before could never be taken back, so there may be none.
    func follow(
        _ change: RowChange, at source: Source, _ settings: PipelineSettings
    ) throws(LogFailure) -> RowAnswer {
        if !aggregate.followsRows {
            if case .delete(_, .tombstone) = change { return .tombstone }
            try checkMayFollow(source, settings)
        }
        if case .truncate = change, !settings.appliesTruncate {
            return .refused(
                BadEvent(
                    .truncateRefused,
                    "the events table was truncated, which would take all stock back; input.on_truncate: apply "
                        + "does that"))
        }
        let outcome = aggregate.apply(change, source: source)
        switch outcome {
        case .overflow: return .refused(Self.overflow(change))
        case .typeUnknown:
            return .refused(
                BadEvent(
                    .unavailableValue,
                    "the type was left out of the change because it had not changed, and what was counted of the "
                        + "event before does not tell it"))
        case .unordered:
            return .refused(
                BadEvent(
                    .truncateRefused,
                    "the events table was truncated, and without a position in the database's log nobody can "
                        + "say which rows of other partitions were there then"))
        default: return .followed(outcome)
        }
    }

    private func checkMayFollow(_ source: Source, _ settings: PipelineSettings) throws(LogFailure) {
        let place = "\(settings.inputTopic)[\(source.partition.rawValue)] at offset \(source.offset.rawValue)"
        if settings.keyedBy == .product {
            throw .misconfigured(
                "\(place) holds a change of a row. Debezium keys a row's changes by its primary key, the event, so "
                    + "a product's events are in any partition: set input.keyed_by: none with one worker, and "
                    + "start once with --rebuild.")
        }
        guard aggregate.hasEvents else { return }
        throw .misconfigured(
            "\(place) holds a change of a row, but plain events were counted before, and those cannot be taken "
                + "back. Set input.format: debezium when all of the topic comes from a database, and start "
                + "once with --rebuild; set it to json to count plain events alone.")
    }

    static func overflow(_ change: RowChange) -> BadEvent {
        guard case .upsert(let event, _) = change else {
            return BadEvent(.stockOverflow, "the stock would leave the 64-bit range")
        }
        return overflow(event)
    }

    static func overflow(_ event: OrderEvent) -> BadEvent {
        BadEvent(
            .stockOverflow,
            "the stock of product \(event.pair.product.rawValue) in warehouse "
                + "\(event.pair.warehouse.rawValue) would leave the 64-bit range with \(event.units) units more"
        )
    }
}
