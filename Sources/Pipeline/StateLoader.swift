import Inventory
import Wire

/// What the state topic holds of a shard besides its cells and seen ids.
struct StoredState {
    var barriers: [Partition: Barrier] = [:]
    var positions: [Partition: Offset] = [:]
    var alerts: [Pair: LedgerEntry] = [:]
    var stockFingerprints: [Pair: UInt64] = [:]
    var rollupFingerprints: [ProductID: UInt64] = [:]
    var movementLog: MovementLogSummary?
    /// What of the reference topics is in the dead letters already.
    var referenceRefused: [ReferenceKind: [Partition: Offset]] = [:]
}

/// Reads the state partitions of one shard to their ends, all at once.
final class StateLoader<L: Log> {
    private(set) var stored = StoredState()
    private let log: L
    let settings: PipelineSettings
    private let catalog: Catalog
    private let telemetry: Telemetry
    let inputs: [Partition]
    private let statePartitions: [Partition]
    private var reader: L.Reader?
    /// Cells and seen ids go straight to where they will be used; nil once taken.
    private var aggregate: Aggregate?
    private var buckets: Set<UInt32> = []

    init(
        log: L, settings: PipelineSettings, catalog: Catalog, telemetry: Telemetry, inputs: [Partition],
        statePartitions: [Partition]
    ) {
        self.log = log
        self.settings = settings
        self.catalog = catalog
        self.telemetry = telemetry
        self.inputs = inputs
        self.statePartitions = statePartitions
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
            return true
        }
        for index in 0..<count { try take(reader.record(index)) }
        telemetry.recovering("state", reader.progress)
        return false
    }

    private func take(_ record: LogRecord) throws(LogFailure) {
        do throws(StateRecordError) {
            guard let state = try StateRecord(key: record.key, value: record.value) else { return }
            store(state)
        } catch {
            let place = StateRecord.Place(record.partition, record.offset)
            throw .misconfigured(
                error.explained(topic: settings.stateTopic, at: place, thisRelease: settings.release))
        }
    }

    private func store(_ record: StateRecord) {
        switch record {
        case .cells(let bucket, let cells):
            buckets.insert(bucket)
            aggregate?.restore(bucket: bucket, cells: cells)
        case .seen(let partition, _, let chunk):
            guard let lane = inputs.firstIndex(of: partition) else { return }
            aggregate?.restore(chunk, lane: lane)
        case .barrier(let barrier): stored.barriers[barrier.partition] = barrier
        case .position(let partition, let offset): stored.positions[partition] = offset
        case .alert(let pair, let entry): stored.alerts[pair] = entry
        case .stockFingerprint(let pair, let print): stored.stockFingerprints[pair] = print
        case .rollupFingerprint(let product, let print): stored.rollupFingerprints[product] = print
        case .movements(let chunk): if settings.mayFollowRows { aggregate?.restore(chunk) }
        case .movementLog(let summary):
            if settings.mayFollowRows, summary.partition == inputs.first { stored.movementLog = summary }
        case .referenceRefused(let table, let partition, let offset):
            stored.referenceRefused[table, default: [:]][partition] = offset
        }
    }

    /// The shard's aggregate as of the barriers, or an empty one for a rebuild, with the published ledger.
    func takeAggregate(_ plan: RecoveryPlan) throws(LogFailure) -> Aggregate {
        guard var taken = aggregate.take() else { throw .fatal("the stored state was taken twice") }
        if plan.startsEmpty {
            taken = Self.empty(settings, catalog, lanes: inputs.count)
        } else {
            try checkCompleteness(taken.pairCount)
            for (lane, input) in inputs.enumerated() {
                taken.restore(highestID: stored.barriers[input]?.highestID, lane: lane)
            }
        }
        taken.finishRestoringCells()
        if !plan.startsEmpty { try finishMovements(&taken) }
        // Before the ledger: a pair that only it knows is in no checkpoint yet.
        if !plan.startsEmpty { taken.markCheckpointed() }
        for (pair, entry) in stored.alerts { taken.restore(entry, of: pair) }
        for (pair, print) in stored.stockFingerprints { taken.restore(stockFingerprint: print, of: pair) }
        for (product, print) in stored.rollupFingerprints {
            taken.restore(rollupFingerprint: print, of: product)
        }
        return taken
    }

    /// A bucket that is missing would be stock that is missing.
    private func checkCompleteness(_ count: Int) throws(LogFailure) {
        let promised = stored.barriers.values.map(\.cellCount).max() ?? 0
        let needed = (Int(promised) + Aggregate.cellsPerBucket - 1) / Aggregate.cellsPerBucket
        guard count >= Int(promised), (0..<needed).allSatisfy({ buckets.contains(UInt32($0)) }) else {
            throw .misconfigured(
                "\(settings.stateTopic) is incomplete: its checkpoint names \(promised) pairs, and records "
                    + "for \(buckets.count) of their \(needed) buckets are there. Was part of the topic deleted? "
                    + "Start once with --rebuild to recompute the stock from the log.")
        }
    }
}
