public import Inventory
public import Wire

/// Applies messages of the input in their order, as a worker applies those of its partitions, and publishes nothing:
/// messages that come from files, or from the topic once more.
public final class EventReplay {
    /// Messages by outcome, the rejected ones apart.
    public private(set) var counts = InputCounts()
    /// How many events were of each type that is not in the sign table.
    public private(set) var unknownTypes: [String: Int] = [:]
    /// How many were of yet other types: hostile input could invent names without end.
    public private(set) var otherUnknownTypes = 0
    /// Events of a later time are left out: a plain one is not applied, a row counts as deleted.
    public var latest: Timestamp?
    /// How many messages held such an event.
    public private(set) var later = 0
    private let decoder: ShardDecoder
    private let settings: PipelineSettings
    let live: LiveShards

    /// - Parameters:
    ///   - starts: the first offset of each input partition.
    ///   - outputs: what is to be published; without it, alerts alone.
    public init(
        _ settings: PipelineSettings, catalog: Catalog,
        from starts: [PartitionPosition] = [PartitionPosition(Partition(0), Offset(0))],
        outputs: Aggregate.Outputs? = nil
    ) {
        self.settings = settings
        decoder = ShardDecoder(settings)
        let inputs = starts.map {
            Shard.Input(
                partition: $0.partition, base: $0.offset, next: $0.offset, committed: $0.offset, checkpoint: $0.offset)
        }
        let groups = settings.keyedBy == .product ? inputs.map { [$0] } : [inputs]
        let shards = groups.map { inputs in
            Shard(
                aggregate: Aggregate(
                    inputs: inputs.count, dedupeWindow: settings.dedupeWindow, catalog: catalog,
                    outputs: outputs ?? Aggregate.Outputs(emit: settings.outputs.emit), ids: settings.ids),
                inputs: inputs)
        }
        let placement = StatePlacement(keyedBy: settings.keyedBy, statePartitionCount: inputs.count)
        live = LiveShards(shards, placement, replacing: nil)
    }

    /// The offset of the next message, by input partition.
    public var positions: [PartitionPosition] {
        live.shards.flatMap { $0.inputs.map { PartitionPosition($0.partition, $0.next) } }
    }

    /// Joins newer reference tables; only behind a commit.
    public func adopt(_ catalog: Catalog) {
        for shard in live.shards { shard.aggregate.adopt(catalog) }
    }

    /// Applies the next message of the only partition.
    /// - Returns: why it is rejected, if it is. It changed nothing then.
    /// - Throws: where a worker would stop.
    public func apply(
        key: UnsafeRawBufferPointer? = nil, value: UnsafeRawBufferPointer?
    ) throws(SessionFailure) -> BadEvent? {
        let next = live.shards[0].inputs[0]
        return try apply(TopicRecord(partition: next.partition, offset: next.next, key: key, value: value))
    }

    /// Applies a record of one of the partitions, if it was not applied before.
    /// - Returns: why it is rejected, if it is. It changed nothing then.
    /// - Throws: where a worker would stop.
    public func apply(_ record: TopicRecord) throws(SessionFailure) -> BadEvent? {
        guard let route = live.route(of: record.partition) else { return nil }
        let shard = live.shards[route.shard]
        guard record.offset >= shard.inputs[route.input].next else { return nil }
        shard.inputs[route.input].next = record.offset.next
        let source = Source(partition: record.partition, offset: record.offset)
        var message: InputMessage
        do throws(BadEvent) {
            message = try decoder.decode(key: record.key, value: record.value, for: shard)
        } catch {
            counts.rejected += 1
            return error
        }
        if !message.typeIsKnown { noteUnknownType(record.value.flatMap { decoder.usual.typeName($0) } ?? "") }
        let isLater = latest.map { message.isLater(than: $0) } ?? false
        if isLater {
            later += 1
            guard let row = message.row(followsRows: shard.aggregate.followsRows) else { return nil }
            message = .change(.delete(row.id, row.version))
        }
        let outcome: InputOutcome
        do throws(SessionFailure) {
            outcome = try shard.apply(message, input: route.input, source: source, settings)
        } catch {
            throw notFollowed
        }
        return isLater ? nil : counts.count(outcome)
    }

    /// Whether events are rows of a database: then the newest record of each row is enough.
    public var followsRows: Bool { live.shards.contains { $0.aggregate.followsRows } }

    /// The one reason for which a shard stops that asks Kafka nothing.
    private var notFollowed: SessionFailure {
        guard settings.keyedBy == .product else {
            return .misconfigured(
                "holds a change of a row, but plain events were counted before, and those cannot be taken back: the "
                    + "daemon stops here, too. If all of the input comes from a database, set input.format: "
                    + "debezium. To count only plain events, set input.format: json.")
        }
        return .misconfigured(
            "holds a change of a row. Debezium keys a row's changes by its primary key, the event, so the daemon "
                + "stops here, too: set input.keyed_by: none.")
    }

    private func noteUnknownType(_ name: String) {
        // Padded as a char(n) column pads it, it is the same type.
        let name = String(name.reversed().drop { $0 == " " }.reversed())
        if unknownTypes[name] == nil, unknownTypes.count >= 1_000 {
            otherUnknownTypes += 1
        } else {
            unknownTypes[name, default: 0] += 1
        }
    }

    /// Commits what was applied.
    /// - Parameter publish: called with each change of an alert.
    public func commit(_ publish: (AlertChange) -> Void) {
        for shard in live.shards {
            shard.aggregate.consolidate { change in
                if case .alert(let alert, _) = change { publish(alert) }
            }
            shard.commit(withCheckpoint: false)
        }
    }

    /// Commits what was applied, of which nobody wants to see the changes.
    public func commit() {
        for shard in live.shards { shard.commit(withCheckpoint: false) }
    }

    /// Checks what a worker checks at a commit: whether a product is in two partitions though the input should be
    /// keyed by product.
    public func checkKeying() throws(SessionFailure) { try live.checkKeying(settings) }

    // MARK: The views

    public func forEachStockRow(_ body: (StockRow) -> Void) {
        for shard in live.shards { shard.aggregate.forEachStockRow(body) }
    }

    public func forEachRollupRow(_ body: (RollupRow) -> Void) {
        for shard in live.shards { shard.aggregate.forEachRollupRow(body) }
    }
}

extension InputMessage {
    /// Whether its event, if it has one, is of a later time.
    fileprivate func isLater(than time: Timestamp) -> Bool {
        switch self {
        case .event(let event), .change(.upsert(let event, _)), .change(.upsertKeepingType(let event, _)):
            event.time > time
        default: false
        }
    }

    /// The row that it changes; nil for a plain event, unless those count as rows.
    fileprivate func row(followsRows: Bool) -> (id: EventID, version: RowVersion)? {
        switch self {
        case .change(.upsert(let event, let version)), .change(.upsertKeepingType(let event, let version)):
            (event.id, version)
        case .event(let event) where followsRows: (event.id, .none)
        default: nil
        }
    }

    /// Whether its event, if it has one, is of a type in the sign table.
    @inline(__always)
    var typeIsKnown: Bool {
        switch self {
        case .event(let event), .change(.upsert(let event, _)): event.typeIsKnown
        default: true
        }
    }
}
