import Inventory
import Wire

/// Takes the records of a batch from bytes to the aggregate: decode, apply, dead letters, counts.
final class RecordApplier<S: InputConsumer & TransactionalProducing> {
    private let session: S
    private let settings: PipelineSettings
    private let telemetry: Telemetry
    let decoder: ShardDecoder
    private var waiting = WaitingEvents()

    init(_ session: S, _ settings: PipelineSettings, _ telemetry: Telemetry) {
        self.session = session
        self.settings = settings
        self.telemetry = telemetry
        decoder = ShardDecoder(settings)
    }

    /// Applies the records of the last poll.
    @specialized(where S == KafkaSession)
    func apply(
        _ count: Int, to live: LiveShards, in transaction: TransactionWriter<S>
    ) throws(SessionFailure) {
        var tally = InputCounts()
        defer { telemetry.count(tally) }
        // A local while it is filled: every access to a class member is checked.
        var waiting = WaitingEvents()
        swap(&waiting, &self.waiting)
        defer {
            waiting.removeAll()
            swap(&waiting, &self.waiting)
        }
        var index = 0
        while index < count {
            let partition = session.record(index).partition
            if let route = live.route(of: partition) {
                let run = Run(partition: partition, shard: live.shards[route.shard], input: route.input)
                index = try apply(run, index..<count, transaction, &waiting, &tally)
            } else {
                repeat { index += 1 } while index < count && session.record(index).partition == partition
            }
        }
    }

    /// Records of one partition that follow each other.
    private struct Run {
        let partition: Partition
        let shard: Shard
        let input: Int
    }

    /// - Returns: the index of the first record behind them.
    @inline(__always)
    private func apply(
        _ run: Run, _ range: Range<Int>, _ transaction: TransactionWriter<S>,
        _ waiting: inout WaitingEvents, _ tally: inout InputCounts
    ) throws(SessionFailure) -> Int {
        let (session, shard) = (session, run.shard)
        var decoder = self.decoder(shard)
        var followsRows = shard.aggregate.followsRows
        var next = shard.inputs[run.input].next
        defer { shard.inputs[run.input].next = next }
        var index = range.lowerBound
        while index < range.upperBound {
            let record = session.record(index)
            guard record.partition == run.partition else { break }
            defer { index += 1 }
            // Records below the position were applied already; a rewind can bring them again.
            guard record.offset >= next else { continue }
            next = record.offset.next
            let message: InputMessage
            do throws(BadEvent) {
                message = try decoder.decode(key: record.key, value: record.value)
            } catch {
                // First, so that dead letters keep the input's order, also with those that `apply` rejects.
                try applyWaiting(&waiting, to: shard, transaction, &tally)
                tally.rejected += 1
                try transaction.reject(record, session.envelope(index), error)
                continue
            }
            let source = Source(partition: run.partition, offset: record.offset)
            if !message.typeIsKnown { telemetry.unknownType(record.value.flatMap { decoder.typeName($0) }) }
            guard case .event(let event) = message, !followsRows else {
                try applyWaiting(&waiting, to: shard, transaction, &tally)
                let outcome = try shard.apply(message, input: run.input, source: source, settings)
                followsRows = shard.aggregate.followsRows
                if let error = tally.count(outcome) {
                    try transaction.reject(record, session.envelope(index), error)
                }
                continue
            }
            waiting.append(PlacedEvent(event: event, input: run.input, source: source), index)
            if waiting.events.count >= Aggregate.eventsAtOnce {
                try applyWaiting(&waiting, to: shard, transaction, &tally)
                if shard.aggregate.isFullOfNames { decoder = self.decoder(shard) }
            }
        }
        try applyWaiting(&waiting, to: shard, transaction, &tally)
        if shard.history != nil {
            // Two records of a run are enough; asking all would slow every event down.
            shard.history?.note(session.timestampMs(range.lowerBound))
            shard.history?.note(session.timestampMs(index - 1))
        }
        return index
    }

    /// Applies the decoded events that wait.
    private func applyWaiting(
        _ waiting: inout WaitingEvents, to shard: Shard, _ transaction: TransactionWriter<S>,
        _ tally: inout InputCounts
    ) throws(SessionFailure) {
        guard !waiting.events.isEmpty else { return }
        var rejected: [(number: Int, error: BadEvent)] = []
        shard.aggregate.apply(waiting.events) { (number, outcome) in
            tally.count(outcome)
            if outcome.isRejection, let error = outcome.rejection(of: waiting.events[number].event, settings.ids) {
                rejected.append((number, error))
            }
        }
        for (number, error) in rejected {
            tally.rejected += 1
            let index = waiting.indices[number]
            try transaction.reject(session.record(index), session.envelope(index), error)
        }
        waiting.removeAll()
    }
}

/// Decoded events of one shard that are not applied yet, and their indices in the batch of records.
private struct WaitingEvents {
    var events: [PlacedEvent] = []
    var indices: [Int] = []

    @inline(__always)
    mutating func append(_ event: PlacedEvent, _ index: Int) {
        events.append(event)
        indices.append(index)
    }

    mutating func removeAll() {
        events.removeAll(keepingCapacity: true)
        indices.removeAll(keepingCapacity: true)
    }
}
