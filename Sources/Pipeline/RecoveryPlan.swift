import Inventory
import Wire

/// From where to where each input partition of a shard is read again, worked out from what is stored.
struct RecoveryPlan {
    /// `next` is where to begin reading; `committed` likewise until the replay is through.
    private(set) var lanes: [Shard.Lane] = []
    /// The committed offset to reach, by lane.
    private(set) var targets: [Offset] = []
    /// Nothing was ever stored for at least one of the partitions.
    private(set) var isFirstStart = false
    /// The stored cells are not to be used.
    private(set) var startsEmpty = false

    init<L: Log>(
        stored: StoredState, group: [Partition], committed: [Partition: Offset], settings: PipelineSettings,
        log: L, telemetry: Telemetry
    ) throws(LogFailure) {
        startsEmpty = settings.rebuilds
        for partition in group {
            let bounds = try log.bounds(.input, partition)
            let known = KnownOffsets(
                partition: partition, barrier: stored.barriers[partition],
                position: stored.positions[partition], group: committed[partition], bounds: bounds)
            if known.isFirstStart {
                isFirstStart = true
                let base = try Self.base(partition, bounds, settings, log, telemetry)
                add(partition, base: base, from: base, to: base)
            } else {
                try add(known, settings, telemetry)
            }
        }
    }

    private mutating func add(_ partition: Partition, base: Offset, from: Offset, to: Offset) {
        lanes.append(Shard.Lane(partition: partition, base: base, next: from, committed: from))
        targets.append(to)
    }

    private mutating func add(
        _ known: KnownOffsets, _ settings: PipelineSettings, _ telemetry: Telemetry
    ) throws(LogFailure) {
        if let barrier = known.barrier { try Self.checkSettings(barrier, settings) }
        let target = try known.target(settings, telemetry)
        guard let barrier = known.barrier else {
            // Only a rebuild comes here: `target` refuses to go on without a barrier otherwise.
            return try add(
                known, base: known.bounds.lowerBound, from: known.bounds.lowerBound, target, settings)
        }
        let from = settings.rebuilds ? barrier.base : barrier.offset
        try add(known, base: barrier.base, from: from, target, settings)
    }

    private mutating func add(
        _ known: KnownOffsets, base: Offset, from: Offset, _ target: Offset, _ settings: PipelineSettings
    ) throws(LogFailure) {
        var from = from
        if from < target, from < known.bounds.lowerBound {
            guard settings.acceptsDataLoss else {
                throw .offsetOutOfRange(
                    known.partition,
                    "the state is to be brought forward from offset \(from.rawValue), but the log begins at "
                        + "\(known.bounds.lowerBound.rawValue)")
            }
            from = min(known.bounds.lowerBound, target)
        }
        add(known.partition, base: base, from: from, to: target)
    }

    private static func base<L: Log>(
        _ partition: Partition, _ bounds: Range<Offset>, _ settings: PipelineSettings, _ log: L,
        _ telemetry: Telemetry
    ) throws(LogFailure) -> Offset {
        switch settings.start {
        case .latest: return bounds.upperBound
        case .timestamp(let time): return try log.offset(at: time, partition)
        case .earliest:
            if bounds.lowerBound.rawValue > 0 {
                telemetry.beginningIsGone(partition, missing: bounds.lowerBound.rawValue)
            }
            return bounds.lowerBound
        }
    }

    private static func checkSettings(
        _ barrier: Barrier, _ settings: PipelineSettings
    ) throws(LogFailure) {
        guard barrier.settings != settings.fingerprint, !settings.rebuilds, !settings.acceptsConfigChange
        else { return }
        let old = barrier.settings.split(separator: "\n")
        let new = settings.fingerprint.split(separator: "\n")
        let changes =
            old.filter { !new.contains($0) }.map { "no longer \($0)" }
            + new.filter { !old.contains($0) }.map { "now \($0)" }
        throw .misconfigured(
            "settings that shape the stored state have changed: \(changes.joined(separator: "; ")). Put them "
                + "back, or start once with --rebuild (recompute everything from the log) or "
                + "--accept-config-change (keep the stock, apply the new rule from here on).")
    }
}

/// What Kafka and the state topic say of one input partition.
struct KnownOffsets {
    let partition: Partition
    let barrier: Barrier?
    /// The offset committed with the newest transaction, as the state topic tells it.
    let position: Offset?
    /// The offset committed in the consumer group.
    let group: Offset?
    let bounds: Range<Offset>

    var isFirstStart: Bool { barrier == nil && position == nil && group == nil }

    /// The committed offset to bring the state to.
    func target(_ settings: PipelineSettings, _ telemetry: Telemetry) throws(LogFailure) -> Offset {
        guard barrier != nil || settings.rebuilds else {
            throw .misconfigured(
                "the consumer group has committed offset \(group?.rawValue ?? position?.rawValue ?? 0) of "
                    + "\(settings.inputTopic)[\(partition.rawValue)], but \(settings.stateTopic) holds no "
                    + "state for it: the topic was deleted, or the group id belongs to another program. Start once "
                    + "with --rebuild to recompute the stock from the log, or choose another kafka.group_id.")
        }
        let target = try settings.delivery == .exactlyOnce ? agreed(settings, telemetry) : acknowledged
        guard target <= bounds.upperBound else {
            throw .offsetOutOfRange(
                partition,
                "offset \(target.rawValue) is committed, but the log ends at \(bounds.upperBound.rawValue)")
        }
        return target
    }

    /// Without transactions the ledger may run ahead of the group, never behind.
    private var acknowledged: Offset { group ?? barrier?.offset ?? bounds.lowerBound }

    /// With transactions both move as one; where they differ somebody else moved the group's.
    private func agreed(
        _ settings: PipelineSettings, _ telemetry: Telemetry
    ) throws(LogFailure) -> Offset {
        guard let stored = position ?? barrier?.offset else { return group ?? bounds.lowerBound }
        guard let group else {
            telemetry.groupOffsetIsGone(partition, using: stored)
            return stored
        }
        if group == stored { return group }
        if group > stored, settings.acceptsDataLoss { return stored }
        throw .misconfigured(
            "the consumer group's offset of \(settings.inputTopic)[\(partition.rawValue)] is \(group.rawValue), "
                + "but stockd committed \(stored.rawValue): something else uses the group id, or the offsets "
                + "were reset. Counting from there would falsify stock. Set the group's offset back to "
                + "\(stored.rawValue).")
    }
}
