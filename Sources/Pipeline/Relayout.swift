import Inventory
import Wire

/// Makes the shards anew of a state that is laid out by another `input.keyed_by` or, in a rebuild, is of another
/// `input.topic`.
///
/// The state topic is read whole, in whatever layout; stock is recomputed from the log, or put together from the
/// shards there were; then each entry of the ledger goes to the shard whose pair it is. Nothing of it is written
/// until the worker's first transaction, which holds all: until it commits the old layout stands, then the new one.
final class Relayout<L: Log> {
    private enum Stage {
        case survey(StateSurvey<L>)
        /// The next of the old shards.
        case stored(StateLoader<L>, Int)
        case barriers(InputReplay<L>, Int)
        case targets(InputReplay<L>, Int)
        case done
    }

    private let tools: RecoveryTools<L>
    private let placement: StatePlacement
    private let partitions: [Partition]
    private let committed: [Partition: Offset]
    /// How the state is laid out that stands.
    private let former: StatePlacement
    private var formerGroups: [[Partition]] = []
    private var stage: Stage
    private var found = SurveyedState(partitions: 0)
    private var ledger = GatheredLedger()
    private var plan: RecoveryPlan?
    private let audit = RebuildAudit()
    private(set) var shards: [Shard] = []

    var referenceRefused: ReferenceOffsets { ledger.referenceRefused }

    private var rebuilds: Bool { tools.settings.rebuilds }

    init(
        _ tools: RecoveryTools<L>, _ stored: StoredState, _ placement: StatePlacement,
        _ partitions: [Partition],
        _ committed: [Partition: Offset]
    ) throws(LogFailure) {
        self.tools = tools
        self.placement = placement
        self.partitions = partitions
        self.committed = committed
        var keyedBy = tools.settings.keyedBy
        if stored.isLaidOut(otherwiseThan: tools.settings) {
            keyedBy = keyedBy == .none ? .product : .none
            try Self.checkMayChangeLayout(stored, tools.settings)
        }
        former = StatePlacement(keyedBy: keyedBy, statePartitionCount: placement.statePartitionCount)
        stage = .survey(StateSurvey(tools, statePartitions: placement.statePartitionCount))
    }

    private static func checkMayChangeLayout(
        _ stored: StoredState, _ settings: PipelineSettings
    ) throws(LogFailure) {
        guard !settings.rebuilds else { return }
        let what =
            stored.barriers.values.first?.difference(to: settings.fingerprint)
            ?? "input.keyed_by=none became product"
        guard settings.keyedBy == .none || !settings.acceptsConfigChange else {
            throw .misconfigured(
                "--accept-config-change: \(what), and which partition a product's stored stock belongs to is only "
                    + "known from the log. Start once with --rebuild (recompute everything from the log), or put "
                    + "input.keyed_by: none back.")
        }
        guard !settings.acceptsConfigChange else { return }
        let accepting =
            settings.keyedBy == .product
            ? "" : " or --accept-config-change (keep the stock, apply the new rule from here on)"
        throw .misconfigured(
            "settings that shape the stored state have changed: \(what). Put them back, or start once, with one "
                + "worker, with --rebuild (recompute everything from the log)\(accepting).")
    }

    /// Does one piece of the work; true when the shards stand.
    func advance() throws(LogFailure) -> Bool {
        switch stage {
        case .survey(let survey):
            guard try survey.advance() else { break }
            found = survey.state
            try begin()
        case .stored(let loader, let index):
            guard try loader.advance() else { break }
            if rebuilds { audit.add(try loader.takeCells()) } else { try join(loader) }
            try loadStored(index + 1)
        case .barriers(let replay, let index):
            guard try replay.advance() else { break }
            try replayToBarriers(index + 1)
        case .targets(let replay, let index):
            guard try replay.advance() else { break }
            try replayToTargets(index + 1)
        case .done: return true
        }
        return false
    }

    private func begin() throws(LogFailure) {
        ledger = found.gathered(former.keyedBy)
        var stored = StoredState()
        let barriers = found.barriers(former.keyedBy)
        // Where a history begins any barrier tells, also one of a change of layout that was cut off.
        stored.barriers = barriers
        if rebuilds {
            let others = found.anyBarriers.filter { partitions.contains($0.key) }
            stored.barriers.merge(others) { own, _ in own }
        }
        stored.ledger.positions = ledger.positions
        let plan = try RecoveryPlan(
            stored: stored, group: partitions, committed: committed, settings: tools.settings,
            rebuilds: rebuilds, log: tools.log, telemetry: tools.telemetry)
        self.plan = plan
        let groups = placement.keyedBy == .none ? [plan.lanes] : plan.lanes.map { [$0] }
        for lanes in groups {
            let shard = Shard(aggregate: tools.emptyAggregate(lanes: lanes.count), lanes: lanes)
            shard.isRebuilt = rebuilds
            shard.setGeneration(beyond: found.generation, tools.settings.delivery)
            shards.append(shard)
        }
        let inputs = barriers.keys.sorted()
        formerGroups = former.keyedBy == .none ? [inputs] : inputs.map { [$0] }
        formerGroups.removeAll { $0.isEmpty || former.keyedBy == .product && !isStatePartition($0[0]) }
        try loadStored(0)
    }

    private func isStatePartition(_ partition: Partition) -> Bool {
        Int(partition.rawValue) < placement.statePartitionCount
    }

    private func loadStored(_ index: Int) throws(LogFailure) {
        guard index < formerGroups.count else {
            return rebuilds ? try replayToBarriers(0) : try replayToTargets(0)
        }
        stage = .stored(tools.loader(former, formerGroups[index]), index)
    }

    /// Adds what a shard of the old layout counted.
    private func join(_ loader: StateLoader<L>) throws(LogFailure) {
        let keeps = plan?.isOfOtherTopic == false
        let old = try loader.takeAggregate(keepingSeenIDs: keeps)
        guard !old.followsRows else {
            throw .misconfigured(
                "--accept-config-change: \(tools.settings.inputTopic) has another number of partitions, and what each "
                    + "event moved cannot be taken over. Start once with --rebuild.")
        }
        let shard = shards[0]
        var overflow: Pair?
        old.forEachCell { cell in
            if !shard.aggregate.absorb(cell) { overflow = cell.pair }
        }
        if let overflow {
            throw .misconfigured(
                "product \(overflow.product.rawValue) was in several partitions, and the sum of its stock in "
                    + "warehouse \(overflow.warehouse.rawValue) leaves the 64-bit range. Start once with --rebuild."
            )
        }
        guard keeps else { return }
        for (lane, input) in shard.partitions.enumerated() {
            guard let highest = loader.stored.barriers[input]?.highestID else { continue }
            for (name, chunk) in loader.stored.chunks {
                if case .seen(input, _) = name { shard.aggregate.absorb(chunk, lane: lane) }
            }
            shard.aggregate.restore(highestID: highest, lane: lane)
        }
    }

    private func replayToBarriers(_ index: Int) throws(LogFailure) {
        guard index < shards.count else {
            audit.report(shards, tools.telemetry)
            return try replayToTargets(0)
        }
        stage = .barriers(replay(index, to: plan?.barriers), index)
    }

    private func replayToTargets(_ index: Int) throws(LogFailure) {
        guard index < shards.count else {
            stage = .done
            return
        }
        stage = .targets(replay(index, to: plan?.targets), index)
    }

    private func replay(_ index: Int, to offsets: [Offset]?) -> InputReplay<L> {
        let lanes = placement.keyedBy == .none ? 0..<partitions.count : index..<index + 1
        let replay = tools.replay(shards[index], to: Array((offsets ?? [])[lanes]))
        replay.unread = Array((plan?.unread ?? [])[lanes])
        return replay
    }

    /// Gives the shards what was published. Which of two entries counts depends on what should stand: to be called
    /// when the shards are joined with the reference tables that are to be shown, as often as those change.
    func settleLedger() {
        let intentParts = found.ledgers.map(\.intentParts).max() ?? 0
        for shard in shards {
            shard.moved = []
            shard.leftovers = []
            // Whatever they name may be in doubt, and is to stay until this change of layout is through.
            shard.intentParts = intentParts
            shard.nextIntent = intentParts
        }
        var move = LedgerMove(found, placement, shards)
        move.give(ledger)
        move.finish()
    }
}
