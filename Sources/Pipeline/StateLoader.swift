import Inventory
import Wire

/// What the state topic holds of a shard besides its cells and seen ids.
struct StoredState {
    var barriers: [Partition: Barrier] = [:]
    var ledger = StoredLedger()
    /// What earlier releases left of it in other partitions; part of the ledger once everything was read.
    var earlierLedger = StoredLedger()
    /// How many cells each bucket has.
    var buckets: [UInt32: Int] = [:]
    var chunks: [StateRecord.Name: SeenChunk] = [:]
    /// Chunks of the movement log, by name.
    var movements: Set<StateRecord.Name> = []
    var movementLog: MovementLogSummary?
    /// Records that lie in another partition than they would be written to, and are not deleted: where each is.
    var misplaced: [StatePlacement.Place: Offset] = [:]

    /// What a checkpoint of the whole state would not write again may be left over from a larger one.
    func checkpointNames(of inputs: [Partition]) -> Set<StateRecord.Name> {
        var names = Set(buckets.keys.map { StateRecord.Name.cells(bucket: $0) })
        names.formUnion(chunks.keys)
        names.formUnion(movements)
        for partition in barriers.keys where !inputs.contains(partition) { names.insert(.barrier(partition)) }
        for partition in ledger.positions.keys where !inputs.contains(partition) {
            names.insert(.position(partition))
        }
        return names
    }

    /// What is of an input topic that another follows: the ids seen in it, and partitions that only it has.
    func namesOfTopic(_ inputs: [Partition]) -> Set<StateRecord.Name> {
        checkpointNames(of: inputs).filter { name in
            switch name {
            case .seen, .barrier, .position: true
            default: false
            }
        }
    }

    /// Input partitions that are no more, though their events were counted.
    func vanished(_ inputs: [Partition]) -> [Partition] {
        barriers.keys.filter { !inputs.contains($0) }.sorted()
    }
}

/// Reads the state partitions of one shard to their ends, all at once.
final class StateLoader<L: Log> {
    private(set) var stored = StoredState()
    private let log: L
    let settings: PipelineSettings
    private let catalog: Catalog
    private let telemetry: Telemetry
    private let placement: StatePlacement
    let inputs: [Partition]
    private let statePartitions: [Partition]
    private var reader: L.Reader?
    /// Cells go straight to where they will be used; nil once taken.
    private var aggregate: Aggregate?

    init(
        log: L, settings: PipelineSettings, catalog: Catalog, telemetry: Telemetry,
        placement: StatePlacement, inputs: [Partition]
    ) {
        self.log = log
        self.settings = settings
        self.catalog = catalog
        self.telemetry = telemetry
        self.placement = placement
        self.inputs = inputs
        statePartitions = placement.partitions(of: inputs)
        aggregate = Self.empty(settings, catalog, lanes: inputs.count)
    }

    private static func empty(_ settings: PipelineSettings, _ catalog: Catalog, lanes: Int) -> Aggregate {
        Aggregate(
            lanes: lanes, dedupeWindow: settings.dedupeWindow, catalog: catalog, outputs: settings.outputs)
    }

    /// Reads some more; true when everything was read.
    func advance() throws(LogFailure) -> Bool {
        if reader == nil { reader = try log.reader(.state, statePartitions.map { LogSpan($0) }) }
        guard let reader else { return false }
        guard let count = try reader.poll(waitMs: 100) else {
            self.reader = nil
            stored.ledger.fillGaps(from: stored.earlierLedger)
            return true
        }
        for index in 0..<count { try take(reader.record(index)) }
        telemetry.recovering("state", reader.progress)
        return false
    }

    private func take(_ record: LogRecord) throws(LogFailure) {
        let place = StateRecord.Place(record.partition, record.offset)
        do throws(StateRecordError) {
            guard let state = try StateRecord(key: record.key, value: record.value) else {
                if let name = StateRecord.Name(key: record.key) { remove(name, from: record.partition) }
                return
            }
            switch placement.standing(of: state.name, in: record.partition) {
            case .current: store(state)
            case .earlier: stored.earlierLedger.take(state)
            case .misplaced:
                stored.misplaced[StatePlacement.Place(record.partition, state.name)] = record.offset
            }
        } catch {
            throw .misconfigured(
                error.explained(topic: settings.stateTopic, at: place, thisRelease: settings.release))
        }
    }

    private func store(_ record: StateRecord) {
        switch record {
        case .cells(let bucket, let cells):
            stored.buckets[bucket] = cells.count
            aggregate?.restore(bucket: bucket, cells: cells)
        case .seen(let partition, let place, let chunk):
            stored.chunks[.seen(partition, place: place)] = chunk
        case .barrier(let barrier): stored.barriers[barrier.partition] = barrier
        case .position, .alert, .stockFingerprint, .rollupFingerprint, .referenceRefused:
            stored.ledger.take(record)
        case .movements(let chunk):
            stored.movements.insert(.movements(number: chunk.number))
            if settings.mayFollowRows { aggregate?.restore(chunk) }
        case .movementLog(let summary):
            if settings.mayFollowRows, summary.partition == inputs.first { stored.movementLog = summary }
        }
    }

    private func remove(_ name: StateRecord.Name, from partition: Partition) {
        let standing = placement.standing(of: name, in: partition)
        guard standing != .misplaced else {
            stored.misplaced[StatePlacement.Place(partition, name)] = nil
            return
        }
        switch name {
        case .cells(let bucket): stored.buckets[bucket] = nil
        case .seen: stored.chunks[name] = nil
        case .movements(let number):
            stored.movements.remove(name)
            if settings.mayFollowRows {
                aggregate?.restore(MovementImages(number: number, known: 0, images: []))
            }
        case .barrier(let input): stored.barriers[input] = nil
        case .movementLog: break
        case .position, .alert, .stockFingerprint, .rollupFingerprint, .referenceRefused:
            if standing == .earlier {
                stored.earlierLedger.remove(name)
            } else {
                stored.ledger.remove(name)
            }
        }
    }

    /// Everywhere that records of some names may lie.
    func places(of names: Set<StateRecord.Name>) -> Set<StatePlacement.Place> {
        Set(names.flatMap { placement.places(of: $0, inputs: inputs) })
    }

    /// The shard's aggregate as of the barriers with the published ledger.
    /// - Parameter keepingSeenIDs: false when they are of another input topic.
    func takeAggregate(keepingSeenIDs: Bool = true) throws(LogFailure) -> Aggregate {
        try checkPlacement()
        try checkCompleteness()
        var taken = try takeCells(keepingSeenIDs: keepingSeenIDs)
        try finishMovements(&taken)
        // Before the ledger: a pair that only it knows is in no checkpoint yet.
        taken.markCheckpointed()
        if keepingSeenIDs { markMoved(&taken) }
        restoreLedger(of: &taken)
        return taken
    }

    /// An aggregate without events, with the published ledger: where a rebuild begins.
    func makeEmptyAggregate() throws(LogFailure) -> Aggregate {
        try checkPlacement()
        var empty = Self.empty(settings, catalog, lanes: inputs.count)
        restoreLedger(of: &empty)
        return empty
    }

    /// How many cells the checkpoint vouches for; what lies beyond them is left over from a larger one.
    private var cellCount: Int {
        Int(inputs.compactMap { stored.barriers[$0]?.cellCount }.max() ?? 0)
    }

    /// The cells as stored, holes and all.
    func takeCells(keepingSeenIDs: Bool = true) throws(LogFailure) -> Aggregate {
        guard var taken = aggregate.take() else { throw .fatal("the stored state was taken twice") }
        taken.truncate(toPairs: cellCount)
        taken.finishRestoringCells()
        guard keepingSeenIDs else { return taken }
        for (lane, input) in inputs.enumerated() {
            // Without a highest id nothing was counted yet: chunks are left over too.
            guard let highest = stored.barriers[input]?.highestID else { continue }
            for (name, chunk) in stored.chunks {
                if case .seen(input, _) = name { taken.restore(chunk, lane: lane) }
            }
            taken.restore(highestID: highest, lane: lane)
        }
        return taken
    }

    /// A ring of another size has its chunks in other places: they are to be stored under their new names, before
    /// another takes the old one.
    private func markMoved(_ aggregate: inout Aggregate) {
        for (lane, input) in inputs.enumerated() {
            for (name, chunk) in stored.chunks {
                guard case .seen(input, let place) = name else { continue }
                aggregate.markMoved(chunk.number, lane: lane, from: place)
            }
        }
    }

    private func restoreLedger(of aggregate: inout Aggregate) {
        let ledger = stored.ledger
        for (pair, entry) in ledger.alerts { aggregate.restore(entry, of: pair) }
        for (pair, print) in ledger.stockFingerprints { aggregate.restore(stockFingerprint: print, of: pair) }
        for (product, print) in ledger.rollupFingerprints {
            aggregate.restore(rollupFingerprint: print, of: product)
        }
    }

    /// A bucket that is missing or short would be stock that is missing.
    private func checkCompleteness() throws(LogFailure) {
        let promised = cellCount
        let size = Aggregate.cellsPerBucket
        let needed = (promised + size - 1) / size
        let whole = (0..<needed).count { bucket in
            stored.buckets[UInt32(bucket), default: 0] >= min(size, promised - bucket * size)
        }
        guard whole == needed else {
            throw .misconfigured(
                "\(settings.stateTopic) is incomplete: its checkpoint names \(promised) pairs, and \(whole) of "
                    + "their \(needed) buckets are there whole. Was part of the topic deleted? "
                    + "Start once with --rebuild to recompute the stock from the log.")
        }
        try checkChunks()
        try checkLedger()
    }

    /// Chunks of seen ids are never deleted but in a rebuild: fewer than at the barrier are a loss, and would let
    /// an event count twice.
    private func checkChunks() throws(LogFailure) {
        for input in inputs {
            guard let barrier = stored.barriers[input] else { continue }
            let found = stored.chunks.keys.count { if case .seen(input, _) = $0 { true } else { false } }
            guard found < Int(barrier.seenChunkCount) else { continue }
            throw .misconfigured(
                "\(settings.stateTopic) is incomplete: its checkpoint names \(barrier.seenChunkCount) chunks of event "
                    + "ids of partition \(input.rawValue), and \(found) are there. Was the topic deleted and made "
                    + "anew? Start once with --rebuild to recompute the stock from the log.")
        }
    }

    /// Entries of the ledger are never deleted, and those written since the barrier only add to them.
    private func checkLedger() throws(LogFailure) {
        let promised = inputs.compactMap { stored.barriers[$0]?.alertCount }.max() ?? 0
        let found = stored.ledger.alerts.count
        guard found < Int(promised) else { return }
        throw .misconfigured(
            "\(settings.stateTopic) is incomplete: its checkpoint names \(promised) published alerts, and "
                + "\(found) are there. Was the topic deleted and made anew? Start once with --rebuild "
                + "to recompute the stock from the log; alerts of which nothing is known any more, and which stand, "
                + "are then raised again, from incident 1 on.")
    }

    private func checkPlacement() throws(LogFailure) {
        guard let (place, offset) = stored.misplaced.min(by: { $0.value < $1.value }) else { return }
        throw .misconfigured(
            "\(settings.stateTopic)[\(place.partition.rawValue)] at offset \(offset.rawValue) is in another "
                + "partition than stockd would write it to: the topic's partition count was changed, so older "
                + "and newer records of one key cannot be told apart. Set state.topic and alerts.topic (and those of "
                + "outputs) to new names and start once with --rebuild; in the old alert topic every alert that "
                + "stands would be raised again.")
    }
}
