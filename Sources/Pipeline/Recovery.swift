import Inventory
import Wire

/// Brings the state of partitions back to what was committed, a piece at a time.
///
/// For each shard: what the group committed; the state topic, read whole; the input from the checkpoint's
/// barrier to the committed offset, applied without publishing. What then differs from the published ledger
/// (reference rows that changed while nobody ran) goes out with the first transaction.
final class Recovery<L: Log> {
    let log: L
    let settings: PipelineSettings
    let catalog: Catalog
    let decoder: InputDecoder
    let telemetry: Telemetry
    let partitions: [Partition]
    private let rebuilt: RebuiltPartitions
    private let sizes: TopicSizes<L>
    private var parked: [ParkedShard]
    private var stage = Stage.start
    private var groups: [[Partition]] = []
    private var committed: [Partition: Offset] = [:]
    private(set) var shards: [Shard] = []
    private(set) var placement: StatePlacement
    /// Something was not read back from a checkpoint but begun anew, and must not wait for its first.
    private(set) var needsCheckpoint = false
    /// What of the reference topics is in the dead letters, if the state of the first partition was read.
    private(set) var referenceRefused: ReferenceOffsets?
    /// A change of layout that is through but for the ledger.
    private var relayout: Relayout<L>?
    /// The state of all partitions is written anew, which only the owner of all of them may do.
    var isRelayout: Bool { if case .relayout = stage { true } else { false } }

    private enum Stage {
        case start
        case group
        case parked(ParkedCheck<L>)
        case state(StateLoader<L>)
        case audit(InputReplay<L>, RebuildAudit, RecoveryPlan)
        case input(InputReplay<L>)
        case relayout(Relayout<L>)
    }

    init(
        log: L, settings: PipelineSettings, catalog: Catalog, decoder: InputDecoder, telemetry: Telemetry,
        partitions: [Partition], parked: [ParkedShard], rebuilt: RebuiltPartitions, sizes: TopicSizes<L>
    ) {
        self.log = log
        self.settings = settings
        self.catalog = catalog
        self.decoder = decoder
        self.telemetry = telemetry
        self.partitions = partitions
        self.parked = parked
        self.rebuilt = rebuilt
        self.sizes = sizes
        placement = StatePlacement(keyedBy: settings.keyedBy, statePartitionCount: 1)
    }

    /// Does one piece of the work; true when all of it is done.
    func advance() throws(LogFailure) -> Bool {
        switch stage {
        case .start: try start()
        case .group:
            guard let group = groups.first else { return true }
            try begin(group)
        case .parked(let check):
            guard let isUnchanged = try check.advance() else { break }
            if isUnchanged {
                finish(check.parked.shard)
            } else {
                try load(groups[0])
            }
        case .state(let loader):
            guard try loader.advance() else { break }
            try replay(loader)
        case .audit(let replay, let audit, let plan):
            guard try replay.advance() else { break }
            audit.report([replay.shard], telemetry)
            stage = .input(tools.replay(replay.shard, to: plan.targets))
        case .input(let replay):
            guard try replay.advance() else { break }
            finish(replay.shard)
        case .relayout(let relayout):
            guard try relayout.advance() else { break }
            for shard in relayout.shards { shard.aggregate.markEverythingPending() }
            shards = relayout.shards
            self.relayout = relayout
            referenceRefused = relayout.referenceRefused
            needsCheckpoint = true
            groups = []
            stage = .group
        }
        return false
    }

    /// To be called when the shards are joined with the reference tables that are to be shown.
    func settleLedger() { relayout?.settleLedger() }

    private func start() throws(LogFailure) {
        placement = StatePlacement(
            keyedBy: settings.keyedBy, statePartitionCount: try checkedStatePartitionCount())
        committed = try log.committed(partitions)
        let isShared = settings.keyedBy == .none && !partitions.isEmpty
        groups = isShared ? [partitions] : partitions.map { [$0] }
        stage = .group
    }

    private func checkedStatePartitionCount() throws(LogFailure) -> Int {
        let state = try sizes.stateCount(settings)
        let input = try sizes.inputCount(settings)
        guard settings.keyedBy == .none || state == input else {
            throw .misconfigured(
                "\(settings.inputTopic) has \(input) partitions and \(settings.stateTopic) has \(state); "
                    + "with input.keyed_by: product they must have equally many. When the input's count was "
                    + "changed its keys moved between partitions, and products are in two of them: set "
                    + "input.keyed_by: none with one worker and start once with --rebuild, or start a history of its "
                    + "own, with another kafka.group_id, state.topic and alerts.topic, on an input topic whose "
                    + "events were written anew by product.")
        }
        return state
    }

    private func begin(_ group: [Partition]) throws(LogFailure) {
        let match = parked.firstIndex { $0.shard.partitions == group }
        guard let match, !isToRebuild(group) else { return try load(group) }
        let candidate = parked.remove(at: match)
        let isWhereItWas = candidate.shard.lanes.allSatisfy {
            committed[$0.partition] == $0.committed
        }
        guard isWhereItWas else { return try load(group) }
        stage = .parked(ParkedCheck(log: log, parked: candidate))
    }

    /// `--rebuild` is done once: what this process has rebuilt and checkpointed is not rebuilt again when it
    /// comes back.
    private func isToRebuild(_ group: [Partition]) -> Bool {
        settings.rebuilds && !rebuilt.contains(group)
    }

    private func load(_ group: [Partition]) throws(LogFailure) {
        stage = .state(tools.loader(placement, group))
    }

    private var tools: RecoveryTools<L> {
        RecoveryTools(
            log: log, settings: settings, catalog: catalog, decoder: decoder, telemetry: telemetry)
    }

    private func replay(_ loader: StateLoader<L>) throws(LogFailure) {
        var rebuilds = isToRebuild(groups[0])
        if loader.stored.isLaidOut(otherwiseThan: settings) {
            return try begin(Relayout(tools, loader.stored, placement, partitions, committed))
        }
        // A kept shard is loaded with the partitions that it had.
        let hasOtherPartitions = Set(loader.stored.barriers.keys) != Set(groups[0])
        if rebuilds || hasOtherPartitions && settings.acceptsConfigChange,
            loader.stored.isOfOtherTopic(than: settings)
        {
            return try begin(Relayout(tools, loader.stored, placement, partitions, committed))
        }
        var plan = try plan(loader.stored, rebuilds: rebuilds)
        if !rebuilds, let doubt = loader.doubt {
            // The log tells the stock again, but not what was published.
            try loader.checkLedger()
            telemetry.recomputes(doubt)
            rebuilds = true
            plan = try self.plan(loader.stored, rebuilds: true)
        }
        if plan.isNew { needsCheckpoint = true }
        if groups[0].contains(Partition(0)) { referenceRefused = loader.stored.ledger.referenceRefused }
        guard rebuilds else {
            let isOther = plan.isOfOtherTopic
            let shard = Shard(
                aggregate: try loader.takeAggregate(keepingSeenIDs: !isOther), lanes: plan.lanes)
            shard.leftovers = loader.places(of: loader.stored.leftovers)
            if isOther { shard.leftovers.formUnion(loader.places(of: loader.stored.keysOfTopic)) }
            shard.restoreCheckpoint(from: loader.stored, settings.delivery)
            shard.restoreDoubts(from: loader.stored.ledger, plan.ends)
            stage = .input(tools.replay(shard, to: plan.targets))
            return
        }
        let shard = Shard(aggregate: try loader.makeEmptyAggregate(), lanes: plan.lanes)
        shard.isRebuilt = true
        shard.leftovers = loader.places(of: loader.stored.everything)
        shard.restoreCheckpoint(from: loader.stored, settings.delivery)
        shard.restoreDoubts(from: loader.stored.ledger, plan.ends)
        let replay = tools.replay(shard, to: plan.barriers)
        replay.unread = plan.unread
        stage = .audit(replay, RebuildAudit(try loader.takeCells()), plan)
    }

    private func plan(_ stored: StoredState, rebuilds: Bool) throws(LogFailure) -> RecoveryPlan {
        try RecoveryPlan(
            stored: stored, group: groups[0], committed: committed, settings: settings, rebuilds: rebuilds,
            log: log, telemetry: telemetry)
    }

    private func begin(_ relayout: Relayout<L>) throws(LogFailure) {
        shards = []
        stage = .relayout(relayout)
    }

    private func finish(_ shard: Shard) {
        shard.aggregate.markEverythingPending()
        shards.append(shard)
        groups.removeFirst()
        stage = .group
    }
}

/// Asks whether anything was written for a parked shard since it was given back.
final class ParkedCheck<L: Log> {
    let parked: ParkedShard
    private let log: L
    private var reader: L.Reader?

    init(log: L, parked: ParkedShard) {
        self.log = log
        self.parked = parked
    }

    /// Nil while it does not know yet.
    func advance() throws(LogFailure) -> Bool? {
        if reader == nil {
            reader = try log.reader(
                .state, parked.stateEnds.map { LogSpan($0.partition, from: $0.offset) })
        }
        guard let reader else { return nil }
        guard let count = try reader.poll(waitMs: 100) else { return true }
        return count > 0 ? false : nil
    }
}
