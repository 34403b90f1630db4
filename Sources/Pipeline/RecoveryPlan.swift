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
    /// From where on nobody has read before though it lies before the target, by lane.
    private(set) var unread: [Offset?] = []
    /// Where the input ends, by partition; of another topic's nothing.
    private(set) var ends: [Partition: Offset] = [:]
    /// Nothing was ever stored for at least one of the partitions, or what was stored does not hold any more:
    /// a checkpoint is to follow at once.
    private(set) var isNew = false
    /// What is stored is of another input topic, whose offsets say nothing of this one's.
    let isOfOtherTopic: Bool

    init<L: Log>(
        stored: StoredState, group: [Partition], committed: [Partition: Offset], settings: PipelineSettings,
        rebuilds: Bool, log: L, telemetry: Telemetry
    ) throws(LogFailure) {
        var settings = settings
        settings.rebuilds = rebuilds
        isNew = rebuilds
        isOfOtherTopic = stored.isOfOtherTopic(than: settings)
        for barrier in stored.barriers.values { try Self.checkSettings(barrier, settings) }
        guard !isOfOtherTopic else {
            try checkMayChangeTopic(stored, settings)
            for partition in group {
                try addUnknown(partition, committed[partition], settings, log, telemetry)
            }
            return
        }
        try Self.checkVanished(stored.vanished(group), settings)
        // A partition that came later belongs to the history from its first record on. A barrier of no generation
        // may, without transactions, be what is left of a first start that did not get through.
        let isGrown = group.contains { partition in
            guard let barrier = stored.barriers[partition] else { return false }
            return barrier.stamp.generation > 0 || settings.delivery == .exactlyOnce
                || committed[partition] != nil
        }
        for partition in group {
            let bounds = try log.bounds(.input, partition)
            ends[partition] = bounds.upperBound
            let known = KnownOffsets(
                partition: partition, barrier: stored.barriers[partition],
                position: stored.ledger.positions[partition], group: committed[partition], bounds: bounds)
            if known.isFirstStart {
                isNew = true
                let base =
                    isGrown
                    ? bounds.lowerBound : try Self.base(partition, bounds, settings, log, telemetry)
                add(partition, ReplaySpan(base: base, from: base, to: base), barrier: base)
            } else if try known.isOfLogMadeAnew(stored.writtenMs[partition], log) {
                try addMadeAnew(known, settings, log, telemetry)
            } else {
                let span = try known.span(settings, telemetry)
                if let barrier = known.barrier, try acceptsChange(barrier, span, settings) { isNew = true }
                if span.isShortened { isNew = true }
                // The group is to hear of offsets that it had not been told when the barrier was written.
                if settings.delivery == .atLeastOnce, committed[partition] != span.to { isNew = true }
                add(partition, span, barrier: known.barrier?.offset ?? span.from)
            }
        }
    }

    /// A partition of a topic that another one's state is followed by. A rebuild reads what it holds, so that
    /// alerts follow from all of it at once; otherwise it is begun like at a first start.
    private mutating func addUnknown<L: Log>(
        _ partition: Partition, _ group: Offset?, _ settings: PipelineSettings, _ log: L,
        _ telemetry: Telemetry
    ) throws(LogFailure) {
        isNew = true
        let bounds = try log.bounds(.input, partition)
        if let group, !settings.rebuilds {
            throw .misconfigured(
                "the consumer group has committed offset \(group.rawValue) of "
                    + "\(settings.inputTopic)[\(partition.rawValue)], so it has read this topic before, and whether "
                    + "the stock holds those events nobody can say. Start once with --rebuild to recompute "
                    + "everything from it, or delete the group's offsets of the topic "
                    + "(kafka-consumer-groups --delete-offsets) to count it from input.start.")
        }
        let base = try Self.base(partition, bounds, settings, log, telemetry)
        let end = settings.rebuilds ? max(base, bounds.upperBound) : base
        add(
            partition, ReplaySpan(base: base, from: base, to: end), barrier: end,
            unread: max(base, min(group ?? base, end)))
    }

    /// What was counted is of a log that is no more, and nothing of the one that stands.
    private mutating func addMadeAnew<L: Log>(
        _ known: KnownOffsets, _ settings: PipelineSettings, _ log: L, _ telemetry: Telemetry
    ) throws(LogFailure) {
        guard !settings.rebuilds else {
            return try addUnknown(known.partition, nil, settings, log, telemetry)
        }
        guard settings.acceptsDataLoss else { throw known.madeAnew }
        isNew = true
        let first = known.bounds.lowerBound
        telemetry.acceptedLogMadeAnew(known.partition, from: first)
        add(known.partition, ReplaySpan(base: first, from: first, to: first), barrier: first)
    }

    /// Cells can be kept only where they stand for all that was committed: what lies behind their barrier is in
    /// the other topic, which is not read any more.
    private func checkMayChangeTopic(
        _ stored: StoredState, _ settings: PipelineSettings
    ) throws(LogFailure) {
        guard !settings.rebuilds else { return }
        guard settings.delivery == .exactlyOnce else {
            throw .misconfigured(
                "--accept-config-change: with delivery: at_least_once the stock is recomputed from the input at each "
                    + "start, so that of another topic cannot be kept. Start once with --rebuild to count what "
                    + "\(settings.inputTopic) holds.")
        }
        for (partition, barrier) in stored.barriers.sorted(by: { $0.key < $1.key }) {
            let position = stored.ledger.positions[partition] ?? barrier.offset
            guard position != barrier.offset else { continue }
            throw Self.notStoppedInOrder(position.rawValue - barrier.offset.rawValue, partition, barrier)
        }
    }

    private static func notStoppedInOrder(
        _ count: Int64, _ partition: Partition, _ barrier: Barrier
    ) -> LogFailure {
        let topic = barrier.setting("input.topic") ?? "the input"
        return .misconfigured(
            "--accept-config-change: \(count) offsets of \(topic)[\(partition.rawValue)] were counted by the old "
                + "settings since the last checkpoint. Put the settings back, start, and stop in good order "
                + "(SIGTERM), which writes a checkpoint; then start with the new ones.")
    }

    private mutating func add(
        _ partition: Partition, _ span: ReplaySpan, barrier: Offset, unread: Offset? = nil
    ) {
        lanes.append(
            Shard.Lane(
                partition: partition, base: span.base, next: span.from, committed: span.from,
                barrier: barrier))
        targets.append(span.to)
        self.unread.append(unread)
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

    /// Whether new rules begin here; what was counted by the old ones must not be read again by the new.
    private func acceptsChange(
        _ barrier: Barrier, _ span: ReplaySpan, _ settings: PipelineSettings
    ) throws(LogFailure) -> Bool {
        guard !settings.rebuilds else { return false }
        let changed = barrier.changedSettings(settings.fingerprint)
        guard !changed.isEmpty else { return false }
        // Where the state lies is no rule of how to count. Releases that counted no generations recomputed the state
        // without transactions at each start, by the rules of the day.
        let isRecomputed = settings.delivery == .atLeastOnce && barrier.stamp.generation == 0
        guard
            span.from == span.to || changed == ["input.keyed_by"] || changed == [Barrier.group]
                || isRecomputed
        else {
            throw Self.notStoppedInOrder(
                span.to.rawValue - span.from.rawValue, barrier.partition, barrier)
        }
        return true
    }

    private static func checkSettings(
        _ barrier: Barrier, _ settings: PipelineSettings
    ) throws(LogFailure) {
        guard !settings.rebuilds, !settings.acceptsConfigChange else { return }
        let changed = barrier.changedSettings(settings.fingerprint)
        guard !changed.isEmpty else { return }
        if changed == [Barrier.group] { throw isOfOtherGroup(barrier, settings) }
        throw .misconfigured(
            "settings that shape the stored state have changed: \(barrier.difference(to: settings.fingerprint)). "
                + "Put them back, or start once with --rebuild (recompute everything from the log) or "
                + "--accept-config-change (keep the stock, apply the new rule from here on).")
    }

    private static func isOfOtherGroup(_ barrier: Barrier, _ settings: PipelineSettings) -> LogFailure {
        .misconfigured(
            "\(settings.stateTopic) is the state of the consumer group "
                + "\(barrier.setting(String(Barrier.group)) ?? ""), and kafka.group_id is \(settings.groupID). "
                + "Give each group a state.topic of its own. If the group was renamed and nothing runs under its "
                + "former name, start once with --accept-config-change.")
    }
}
