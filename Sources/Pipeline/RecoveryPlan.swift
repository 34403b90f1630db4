import Inventory
import Wire

/// From where to where each input partition of a shard is read again, worked out from what is stored.
struct RecoveryPlan {
    /// `next` is where to begin reading; `committed` likewise until the replay is through.
    private(set) var lanes: [Shard.Lane] = []
    /// The committed offset to reach, by lane.
    private(set) var targets: [Offset] = []
    /// The offset that the stored cells stand for, by lane; where none are stored, where reading begins.
    private(set) var barriers: [Offset] = []
    /// Nothing was ever stored for at least one of the partitions, or what was stored does not hold any more:
    /// a checkpoint is to follow at once.
    private(set) var isNew = false

    init<L: Log>(
        stored: StoredState, group: [Partition], committed: [Partition: Offset], settings: PipelineSettings,
        rebuilds: Bool, log: L, telemetry: Telemetry
    ) throws(LogFailure) {
        var settings = settings
        settings.rebuilds = rebuilds
        isNew = rebuilds
        try Self.checkVanished(stored.vanished(group), settings)
        // A partition that came later belongs to the history from its first record on. Without transactions a
        // barrier alone may be what is left of a first start that did not get through.
        let isGrown = group.contains {
            stored.barriers[$0] != nil && (settings.delivery == .exactlyOnce || committed[$0] != nil)
        }
        for partition in group {
            let bounds = try log.bounds(.input, partition)
            let known = KnownOffsets(
                partition: partition, barrier: stored.barriers[partition],
                position: stored.ledger.positions[partition], group: committed[partition], bounds: bounds)
            if known.isFirstStart {
                isNew = true
                let base =
                    isGrown
                    ? bounds.lowerBound : try Self.base(partition, bounds, settings, log, telemetry)
                add(partition, ReplaySpan(base: base, from: base, to: base), barrier: base)
            } else {
                if let barrier = known.barrier { try Self.checkSettings(barrier, settings) }
                let span = try known.span(settings, telemetry)
                if let barrier = known.barrier, try acceptsChange(barrier, span, settings) { isNew = true }
                if span.isShortened { isNew = true }
                add(partition, span, barrier: known.barrier?.offset ?? span.from)
            }
        }
    }

    private mutating func add(_ partition: Partition, _ span: ReplaySpan, barrier: Offset) {
        lanes.append(
            Shard.Lane(
                partition: partition, base: span.base, next: span.from, committed: span.from,
                barrier: barrier))
        targets.append(span.to)
        barriers.append(max(span.from, min(barrier, span.to)))
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

    private static func checkVanished(
        _ vanished: [Partition], _ settings: PipelineSettings
    ) throws(LogFailure) {
        guard let first = vanished.first, !settings.rebuilds else { return }
        throw .misconfigured(
            "events of \(settings.inputTopic)[\(first.rawValue)] were counted, but the topic has no such partition "
                + "any more: it was made anew with fewer. Start once with --rebuild to count what it holds now."
        )
    }

    /// Settings that decide where the state lies or which log it is of: no rule of how to count.
    private static let structural: [Substring] = ["input.topic", "input.keyed_by"]

    private static func byName(_ settings: String) -> [Substring: Substring] {
        let lines = settings.split(separator: "\n").map { line in
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (parts[0], parts.count > 1 ? parts[1] : "")
        }
        return Dictionary(lines) { $1 }
    }

    /// Whether new rules begin here; what was counted by the old ones must not be read again by the new.
    private func acceptsChange(
        _ barrier: Barrier, _ span: ReplaySpan, _ settings: PipelineSettings
    ) throws(LogFailure) -> Bool {
        guard barrier.settings != settings.fingerprint, !settings.rebuilds else { return false }
        // Without transactions the state is recomputed from the log at each start, by the rules of the day.
        guard span.from == span.to || settings.delivery == .atLeastOnce else {
            throw .misconfigured(
                "--accept-config-change: \(span.to.rawValue - span.from.rawValue) offsets of "
                    + "\(settings.inputTopic)[\(barrier.partition.rawValue)] were counted by the old settings since "
                    + "the last checkpoint. Put the settings back, start, and stop in good order (SIGTERM), which "
                    + "writes a checkpoint; then start with the new ones.")
        }
        return true
    }

    private static func checkSettings(
        _ barrier: Barrier, _ settings: PipelineSettings
    ) throws(LogFailure) {
        guard barrier.settings != settings.fingerprint else { return }
        let (old, new) = (byName(barrier.settings), byName(settings.fingerprint))
        let changed = Set(old.keys).union(new.keys).filter { old[$0] != new[$0] }.sorted()
        let text = changed.map { "\($0)=\(old[$0] ?? "") became \(new[$0] ?? "")" }.joined(separator: "; ")
        guard !changed.isEmpty else { return }
        guard !changed.contains(where: structural.contains) else {
            throw .misconfigured(
                "settings that the stored state is laid out by have changed: \(text). Put them back, or "
                    + "start a history of its own with another kafka.group_id (and alert topic).")
        }
        guard !settings.rebuilds, !settings.acceptsConfigChange else { return }
        throw .misconfigured(
            "settings that shape the stored state have changed: \(text). Put them "
                + "back, or start once with --rebuild (recompute everything from the log) or "
                + "--accept-config-change (keep the stock, apply the new rule from here on).")
    }
}
