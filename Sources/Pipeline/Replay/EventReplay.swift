public import Inventory
public import Wire

/// Applies messages that come from elsewhere than Kafka, in their order, as a worker applies those of one input
/// partition.
public final class EventReplay {
    /// Messages by outcome, the rejected ones apart.
    public private(set) var counts = InputCounts()
    /// How many events were of each type that is not in the sign table.
    public private(set) var unknownTypes: [String: Int] = [:]
    /// How many were of yet other types: hostile input could invent names without end.
    public private(set) var otherUnknownTypes = 0
    private let decoder: ShardDecoder
    private let settings: PipelineSettings
    private let shard: Shard
    private static let partition = Partition(0)

    public init(_ settings: PipelineSettings, catalog: Catalog) {
        self.settings = settings
        decoder = ShardDecoder(settings)
        let start = Offset(0)
        shard = Shard(
            aggregate: Aggregate(
                inputs: 1, dedupeWindow: settings.dedupeWindow, catalog: catalog,
                outputs: Aggregate.Outputs(emit: settings.outputs.emit), ids: settings.ids),
            inputs: [
                Shard.Input(partition: Self.partition, base: start, next: start, committed: start, checkpoint: start)
            ])
    }

    /// Applies a message.
    /// - Returns: why it is rejected, if it is. It changed nothing then.
    /// - Throws: where a worker would stop.
    public func apply(
        key: UnsafeRawBufferPointer? = nil, value: UnsafeRawBufferPointer?
    ) throws(SessionFailure) -> BadEvent? {
        let source = Source(partition: Self.partition, offset: shard.inputs[0].next)
        shard.inputs[0].next = source.offset.next
        let message: InputMessage
        do throws(BadEvent) {
            message = try decoder(shard).decode(key: key, value: value)
        } catch {
            counts.rejected += 1
            return error
        }
        if !message.typeIsKnown { noteUnknownType(value.flatMap { decoder.usual.typeName($0) } ?? "") }
        let outcome: InputOutcome
        do throws(SessionFailure) {
            outcome = try shard.apply(message, input: 0, source: source, settings)
        } catch {
            throw notFollowed
        }
        return counts.count(outcome)
    }

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
        shard.aggregate.consolidate { change in
            if case .alert(let alert, _) = change { publish(alert) }
        }
        shard.commit(withCheckpoint: false)
    }

    // MARK: The views

    public func forEachStockRow(_ body: (StockRow) -> Void) { shard.aggregate.forEachStockRow(body) }

    public func forEachRollupRow(_ body: (RollupRow) -> Void) { shard.aggregate.forEachRollupRow(body) }
}

extension InputMessage {
    /// Whether its event, if it has one, is of a type in the sign table.
    @inline(__always)
    var typeIsKnown: Bool {
        switch self {
        case .event(let event), .change(.upsert(let event, _)): event.typeIsKnown
        default: true
        }
    }
}
