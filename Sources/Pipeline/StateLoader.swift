import Inventory
import Wire

/// Reads the state partitions of one shard to their ends, all at once.
final class StateLoader<L: Log> {
    var stored = StoredState()
    private let log: L
    let settings: PipelineSettings
    private let catalog: Catalog
    private let telemetry: Telemetry
    let placement: StatePlacement
    let inputs: [Partition]
    private let statePartitions: [Partition]
    private var reader: L.Reader?
    private var unread: UnreadRecords
    /// Cells and movements go straight to where they will be used; nil once taken.
    var aggregate: Aggregate?
    var barriers = StoredBarriers()
    var cells = Editions<UInt32, [CellImage]>()
    var chunks = Editions<StateRecord.Name, SeenChunk>()
    var movements = Editions<Int64, MovementImages>()
    var summaries: [StateRecord.Key: MovementLogSummary] = [:]

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
        unread = UnreadRecords(topic: settings.stateTopic, thisRelease: settings.release)
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
            try unread.check()
            finishReading()
            return true
        }
        for index in 0..<count { try take(reader.record(index), reader.timestampMs(index)) }
        telemetry.recovering("state", reader.progress)
        return false
    }

    private func take(_ record: LogRecord, _ writtenMs: Int64?) throws(LogFailure) {
        let place = StateRecord.Place(record.partition, record.offset)
        do throws(StateRecordError) {
            guard let state = try StateRecord(key: record.key, value: record.value) else {
                if let key = StateRecord.Key(record.key) { remove(key, from: record.partition) }
                return
            }
            switch placement.standing(of: state.name, in: record.partition) {
            case .current:
                store(state)
                stored.note(writtenMs, of: state)
            case .earlier: stored.earlierLedger.take(state)
            case .misplaced:
                stored.misplaced[StatePlacement.Place(record.partition, state.key)] = record.offset
            }
        } catch {
            try unread.note(error, at: place)
        }
    }

    private func store(_ record: StateRecord) {
        stored.generation = max(stored.generation, record.stamp?.generation ?? 0)
        switch record {
        case .cells(let bucket, let images, let stamp):
            cells.take(bucket, stamp, whole: barriers.whole) {
                aggregate?.restoredCells(bucket: bucket, count: stored.bucketSizes[bucket] ?? 0) ?? []
            }
            restore(images, bucket)
        case .seen(let partition, let place, let chunk, let stamp):
            let name = StateRecord.Name.seen(partition, place: place)
            let before = stored.chunks.updateValue(chunk, forKey: name)
            chunks.take(name, stamp, whole: barriers.whole) { before ?? chunk }
        case .barrier(let barrier): take(barrier)
        case .position, .alert, .stockFingerprint, .rollupFingerprint, .referenceRefused, .intent:
            stored.ledger.take(record)
        case .movements(let images, let stamp):
            movements.take(images.number, stamp, whole: barriers.whole) {
                aggregate?.restoredMovements(number: images.number) ?? images
            }
            restore(images)
        case .movementLog(let summary):
            guard settings.mayFollowRows, summary.partition == inputs.first else { break }
            summaries[StateRecord.Key(.movementLog(summary.partition), slot: summary.stamp.slot)] = summary
        }
    }

    private func take(_ barrier: Barrier) {
        let before = barriers.whole
        unread.saw(barrier)
        barriers.take(barrier)
        guard barriers.whole > before else { return }
        cells.settle(barriers.whole)
        chunks.settle(barriers.whole)
        movements.settle(barriers.whole)
    }

    private func restore(_ images: [CellImage], _ bucket: UInt32) {
        stored.bucketSizes[bucket] = images.count
        aggregate?.restore(bucket: bucket, cells: images)
    }

    func restore(_ images: MovementImages) {
        if settings.mayFollowRows { aggregate?.restore(images) }
    }

    private func remove(_ key: StateRecord.Key, from partition: Partition) {
        let standing = placement.standing(of: key.name, in: partition)
        guard standing != .misplaced else {
            stored.misplaced[StatePlacement.Place(partition, key)] = nil
            return
        }
        switch key.name {
        case .cells(let bucket):
            let (wasNewest, other) = cells.remove(bucket, slot: key.slot)
            if wasNewest { putBack(other, bucket) }
        case .seen:
            let (wasNewest, other) = chunks.remove(key.name, slot: key.slot)
            if wasNewest { stored.chunks[key.name] = other }
        case .movements(let number):
            let (wasNewest, other) = movements.remove(number, slot: key.slot)
            if wasNewest { restore(other ?? MovementImages(number: number, known: 0, images: [])) }
        case .movementLog: summaries[key] = nil
        case .barrier: barriers.remove(key)
        case .position, .alert, .stockFingerprint, .rollupFingerprint, .referenceRefused, .intent:
            if standing == .earlier {
                stored.earlierLedger.remove(key.name)
            } else {
                stored.ledger.remove(key.name)
            }
        }
    }

    func putBack(_ images: [CellImage]?, _ bucket: UInt32) {
        if let images { restore(images, bucket) } else { stored.bucketSizes[bucket] = nil }
    }

    /// The shard's aggregate as of the barriers with the published ledger.
    /// - Parameter keepingSeenIDs: false when they are of another input topic.
    func takeAggregate(keepingSeenIDs: Bool = true) throws(LogFailure) -> Aggregate {
        try checkPlacement()
        if let lack { throw lack }
        try checkLedger()
        var taken = try takeCells(keepingSeenIDs: keepingSeenIDs)
        finishMovements(&taken)
        // Before the ledger: a pair that only it knows is in no checkpoint yet.
        taken.markClean()
        if keepingSeenIDs { markMoved(&taken) } else { taken.forgetSeenMarks() }
        markReplaced(&taken)
        restoreLedger(of: &taken)
        return taken
    }

    /// What a checkpoint that never became whole has written over is part of the next, whose generation is beyond.
    private func markReplaced(_ aggregate: inout Aggregate) {
        for key in stored.replaced {
            let isPart =
                switch key.name {
                case .cells(let bucket): aggregate.markDirty(bucket: bucket)
                case .seen: seenPlace(key.name).map { aggregate.markDirty(seen: $0) } ?? false
                case .movements(let number):
                    settings.mayFollowRows && aggregate.markDirty(movements: number)
                default: false
                }
            if !isPart { stored.leftovers.insert(key) }
        }
    }

    /// An aggregate without events, with the published ledger: where a rebuild begins.
    func makeEmptyAggregate() throws(LogFailure) -> Aggregate {
        try checkPlacement()
        var empty = Self.empty(settings, catalog, lanes: inputs.count)
        restoreLedger(of: &empty)
        return empty
    }

    /// How many cells the checkpoint vouches for; what lies beyond them is left over from a larger one.
    var cellCount: Int { Int(inputs.compactMap { stored.barriers[$0]?.cellCount }.max() ?? 0) }

    var neededBuckets: Int { (cellCount + Aggregate.cellsPerBucket - 1) / Aggregate.cellsPerBucket }

    /// What tells the records of cells and seen ids that are there from any others.
    var digest: UInt64? { aggregate?.digest }

    /// How many events' movements are there, and the sum that tells them from any others.
    var foundMovements: (count: Int, digest: UInt64) {
        (aggregate?.movementCount ?? 0, aggregate?.movementDigest ?? 0)
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
}
