import Inventory
import Wire

/// Brings the state of partitions back to what was committed, a piece at a time.
///
/// For each shard it asks for the group's committed offsets, reads the state topic whole, and applies the input from
/// the checkpoint's offset to the committed one without publishing. What then differs from the published alerts
/// (reference rows that changed while nobody ran) goes out with the first transaction. With `--rebuild`, `Rebuild`
/// does the work instead.
final class Recovery<S: TopicSource> {
    let partitions: [Partition]
    private let tools: RecoveryTools<S>
    private let rebuilt: RebuiltPartitions
    private let sizes: TopicSizes<S>
    private var suspended: [SuspendedShard]
    private var stage = Stage.start
    private var groups: [[Partition]] = []
    private var committed: [Partition: Offset] = [:]
    private(set) var shards: [Shard] = []
    private(set) var placement: StatePlacement
    /// Part of the state does not come from a checkpoint, so the first commit must write one.
    private(set) var needsCheckpoint = false
    /// How far rejected reference rows were sent, if the state of the first partition was read.
    private(set) var referenceRejected: ReferenceOffsets?
    /// The rebuild, once it is complete.
    private(set) var rebuild: Rebuild<S>?

    private enum Stage {
        case start
        case group
        case suspended(SuspendedCheck<S>)
        case state(StateLoader<S>)
        case input(InputReplay<S>)
        case rebuild(Rebuild<S>)
        case done
    }

    init(
        _ tools: RecoveryTools<S>, _ partitions: [Partition], suspended: [SuspendedShard],
        rebuilt: RebuiltPartitions, sizes: TopicSizes<S>
    ) {
        self.tools = tools
        self.partitions = partitions.sorted()
        self.suspended = suspended
        self.rebuilt = rebuilt
        self.sizes = sizes
        placement = StatePlacement(keyedBy: tools.settings.keyedBy, statePartitionCount: 1)
    }

    /// Whether only the owner of all partitions may go on: any may hold a pair's events, or a rebuild replaces the
    /// state of all.
    var needsAllPartitions: Bool {
        if tools.settings.keyedBy == .none { return true }
        if case .rebuild(let rebuild) = stage { return rebuild.needsAllPartitions }
        return false
    }

    /// Does one piece of the work; true when all of it is done.
    func advance() throws(SessionFailure) -> Bool {
        switch stage {
        case .start: try start()
        case .group:
            if let group = groups.first { try begin(group) } else { stage = .done }
        case .suspended(let check):
            guard let isUnchanged = try check.advance() else { break }
            if isUnchanged { finish(check.suspended.shard) } else { load(groups[0]) }
        case .state(let loader):
            if try loader.advance() { try replay(loader) }
        case .input(let replay):
            if try replay.advance() { finish(replay.shard) }
        case .rebuild(let rebuild):
            guard try rebuild.advance() else { break }
            self.rebuild = rebuild
            shards = rebuild.shards
            for shard in shards { shard.aggregate.markEverythingPending() }
            referenceRejected = rebuild.referenceRejected
            needsCheckpoint = true
            stage = .done
        case .done: return true
        }
        return false
    }

    private func start() throws(SessionFailure) {
        placement = StatePlacement(
            keyedBy: tools.settings.keyedBy, statePartitionCount: try checkedStatePartitionCount())
        committed = try tools.session.committed(partitions)
        // Once is enough: partitions that this process has rebuilt may come back to it.
        if tools.settings.rebuilds, !rebuilt.contains(partitions) {
            stage = .rebuild(Rebuild(tools, placement, partitions, committed))
            return
        }
        let isShared = tools.settings.keyedBy == .none && !partitions.isEmpty
        groups = isShared ? [partitions] : partitions.map { [$0] }
        stage = .group
    }

    private func checkedStatePartitionCount() throws(SessionFailure) -> Int {
        let settings = tools.settings
        let state = try sizes.stateCount(settings)
        let input = try sizes.inputCount(settings)
        guard settings.keyedBy == .none || state == input else {
            let partitions = Counted.text(input, "partition")
            throw .misconfigured(
                "\(settings.inputTopic) has \(partitions) and \(settings.stateTopic) has \(state); with "
                    + "input.keyed_by: product they must have the same number. If the input topic got more "
                    + "partitions, the events of one product are now in two of them: set input.keyed_by: none with "
                    + "one worker and start once with --rebuild. Or write the events to a new topic keyed by "
                    + "product_id, and start there with another kafka.group_id, state.topic and alerts.topic.")
        }
        return state
    }

    private func begin(_ group: [Partition]) throws(SessionFailure) {
        let match = suspended.firstIndex { $0.shard.partitions == group }
        guard let match else { return load(group) }
        let candidate = suspended.remove(at: match)
        let isWhereItWas = candidate.shard.inputs.allSatisfy { committed[$0.partition] == $0.committed }
        guard isWhereItWas else { return load(group) }
        stage = .suspended(SuspendedCheck(session: tools.session, suspended: candidate))
    }

    private func load(_ group: [Partition]) { stage = .state(StateLoader(tools, placement, group)) }

    private func replay(_ loader: StateLoader<S>) throws(SessionFailure) {
        let group = groups[0]
        let plan = try plan(group, loader.stored)
        if plan.needsCheckpoint { needsCheckpoint = true }
        if group.contains(Partition(0)) { referenceRejected = loader.stored.referenceRejected }
        let shard = Shard(
            aggregate: try loader.takeAggregate(), inputs: plan.inputs,
            history: tools.history(placement, checkpointsMs: plan.inputs.map { loader.stored.checkpointMs(of: $0) }))
        stage = .input(tools.replay(shard, to: plan.targets))
    }

    private func plan(_ group: [Partition], _ stored: StoredState) throws(SessionFailure) -> RecoveryPlan {
        do throws(SessionFailure) {
            return try RecoveryPlan(stored, group, committed, rebuilds: false, tools)
        } catch {
            // A member that does not know yet that it was evicted compares its offsets with state that others have
            // written since.
            guard error.isFinal, try tools.session.committed(partitions) != committed else { throw error }
            throw .outdated("the group's offsets have moved while the state was read")
        }
    }

    private func finish(_ shard: Shard) {
        shard.aggregate.markEverythingPending()
        shards.append(shard)
        groups.removeFirst()
        stage = .group
    }
}

/// A shard kept while its partitions are away, and the ends of its state partitions at that time.
struct SuspendedShard {
    let shard: Shard
    let stateEnds: [PartitionPosition]
}

/// Checks whether anything was written for a suspended shard since it was suspended.
final class SuspendedCheck<S: TopicSource> {
    let suspended: SuspendedShard
    private let session: S
    private var reader: S.Reader?

    init(session: S, suspended: SuspendedShard) {
        self.session = session
        self.suspended = suspended
    }

    /// Whether nothing was; nil while that is not known.
    func advance() throws(SessionFailure) -> Bool? {
        if reader == nil {
            reader = try session.reader(
                .state, suspended.stateEnds.map { TopicSpan($0.partition, from: $0.offset) })
        }
        guard let count = try reader?.poll(waitMs: 100) else { return true }
        return count > 0 ? false : nil
    }
}
