import Inventory
import Wire

/// The offsets between which each input partition of a shard is read again, computed from what is stored.
struct RecoveryPlan {
    /// `next` is the offset to begin at; so is `committed` until the replay ends.
    private(set) var inputs: [Shard.Input] = []
    /// The committed offset to reach, by input.
    private(set) var targets: [Offset] = []
    /// By input, the offset up to which a rebuild compares its stock with the stored one.
    private(set) var audited: [Offset] = []
    /// By input, the offset from which nobody has read before, if it is below the target.
    private(set) var unread: [Offset?] = []
    /// A checkpoint must follow at once: at least one partition has no stored state, or none that is still valid.
    private(set) var needsCheckpoint: Bool

    private let settings: PipelineSettings
    private let rebuilds: Bool

    init<S: TopicSource>(
        _ stored: StoredState, _ partitions: [Partition], _ committed: [Partition: Offset], rebuilds: Bool,
        _ tools: RecoveryTools<S>
    ) throws(SessionFailure) {
        settings = tools.settings
        self.rebuilds = rebuilds
        needsCheckpoint = rebuilds
        if !rebuilds { try checkState(stored, partitions) }
        let isOfOtherTopic = stored.checkpoints.values.contains {
            $0.setting("input.topic") != tools.settings.inputTopic
        }
        // A partition that was added later is counted from its first record.
        let isGrown = partitions.contains { stored.checkpoints[$0] != nil }
        for partition in partitions {
            let bounds = try tools.session.bounds(.input, partition)
            guard !isOfOtherTopic else {
                try addUnread(partition, bounds, committed[partition], tools)
                continue
            }
            let checkpoint = stored.checkpoints[partition]
            let known = KnownOffsets(
                partition: partition, checkpoint: checkpoint, position: stored.positions[partition],
                group: committed[partition], bounds: bounds)
            if known.isFirstStart {
                needsCheckpoint = true
                let base = isGrown && !rebuilds ? bounds.lowerBound : try base(partition, bounds, tools)
                add(partition, ReplaySpan(base: base, from: base, to: base), audited: base)
            } else if try known.isRecreated(stored.writtenMs[partition], tools.session) {
                try addRecreated(known, tools)
            } else {
                let span = try known.span(rebuilds: rebuilds, settings, tools.telemetry)
                if let checkpoint, try acceptsChange(checkpoint, span) { needsCheckpoint = true }
                if span.isShortened { needsCheckpoint = true }
                add(partition, span, audited: checkpoint?.offset ?? span.from)
            }
        }
    }

    private mutating func add(
        _ partition: Partition, _ span: ReplaySpan, audited: Offset, unread: Offset? = nil
    ) {
        inputs.append(
            Shard.Input(
                partition: partition, base: span.base, next: span.from, committed: span.from,
                checkpoint: audited))
        targets.append(span.to)
        self.unread.append(unread)
        self.audited.append(max(span.from, min(audited, span.to)))
    }

    /// A partition of which nothing was counted yet. The rebuild reads what it holds, so that alerts follow from all
    /// of it at once.
    private mutating func addUnread<S: TopicSource>(
        _ partition: Partition, _ bounds: Range<Offset>, _ group: Offset?, _ tools: RecoveryTools<S>
    ) throws(SessionFailure) {
        let base = try base(partition, bounds, tools)
        let end = max(base, bounds.upperBound)
        add(
            partition, ReplaySpan(base: base, from: base, to: end), audited: end,
            unread: max(base, min(group ?? base, end)))
    }

    /// The counted offsets are of a deleted log; nothing of the present one was counted.
    private mutating func addRecreated<S: TopicSource>(
        _ known: KnownOffsets, _ tools: RecoveryTools<S>
    ) throws(SessionFailure) {
        if rebuilds { return try addUnread(known.partition, known.bounds, nil, tools) }
        guard settings.acceptsDataLoss else { throw known.recreated }
        needsCheckpoint = true
        let first = known.bounds.lowerBound
        tools.telemetry.acceptedRecreatedTopic(known.partition, from: first)
        add(known.partition, ReplaySpan(base: first, from: first, to: first), audited: first)
    }

    private func base<S: TopicSource>(
        _ partition: Partition, _ bounds: Range<Offset>, _ tools: RecoveryTools<S>
    ) throws(SessionFailure) -> Offset {
        switch settings.start {
        case .latest: return bounds.upperBound
        case .timestamp(let time): return try tools.session.offset(at: time, partition)
        case .earliest:
            if bounds.lowerBound.rawValue > 0 {
                tools.telemetry.beginningIsGone(partition, missing: bounds.lowerBound.rawValue)
            }
            return bounds.lowerBound
        }
    }

    // MARK: What an operator has to decide

    private func checkState(_ stored: StoredState, _ partitions: [Partition]) throws(SessionFailure) {
        if stored.isOfOtherInput(than: settings) {
            let what =
                stored.checkpoints.values.first?.difference(to: settings.fingerprint)
                ?? "input.keyed_by=none became product"
            throw .misconfigured(
                "settings that shape the stored state have changed: \(what). Set them back, or start one "
                    + "daemon with workers: 1 once with --rebuild (recompute everything from the log).")
        }
        for checkpoint in stored.checkpoints.values { try checkSettings(checkpoint) }
        if let first = stored.vanished(partitions).first {
            throw .misconfigured(
                "events of \(settings.inputTopic)[\(first.rawValue)] were counted, but the topic has no such "
                    + "partition any more: it was recreated with fewer. Start once with --rebuild to count what it "
                    + "holds now.")
        }
    }

    private func checkSettings(_ checkpoint: CheckpointRecord) throws(SessionFailure) {
        let changed = checkpoint.changedSettings(settings.fingerprint)
        // Plain events and rows have different state, and so have integers and texts.
        let mayAccept = !changed.contains {
            $0 == "input.format" || $0.hasPrefix("ids.") && $0 != "ids.max_names"
        }
        guard !changed.isEmpty, !(mayAccept && settings.acceptsConfigChange) else { return }
        if changed == [CheckpointRecord.group] {
            throw .misconfigured(
                "\(settings.stateTopic) is the state of the consumer group "
                    + "\(checkpoint.setting(String(CheckpointRecord.group)) ?? ""), and kafka.group_id is "
                    + "\(settings.groupID). Give each group a state.topic of its own. If the group was renamed and "
                    + "nothing runs under its former name, start once with --accept-config-change.")
        }
        let acceptance =
            mayAccept ? " or --accept-config-change (keep the stock, apply the new rule from here on)" : ""
        throw .misconfigured(
            "settings that shape the stored state have changed: \(checkpoint.difference(to: settings.fingerprint)). "
                + "Set them back, or start once with --rebuild (recompute everything from the log)\(acceptance).")
    }

    /// Whether new rules begin here. They must not read again what was counted by the old ones.
    private func acceptsChange(_ checkpoint: CheckpointRecord, _ span: ReplaySpan) throws(SessionFailure)
        -> Bool
    {
        let changed = rebuilds ? [] : checkpoint.changedSettings(settings.fingerprint)
        guard !changed.isEmpty else { return false }
        guard span.from == span.to || changed == [CheckpointRecord.group] else {
            throw .misconfigured(
                "--accept-config-change: \(span.to.rawValue - span.from.rawValue) offsets of "
                    + "\(settings.inputTopic)[\(checkpoint.partition.rawValue)] were counted with the old "
                    + "settings since the last checkpoint. Set the settings back, start, and stop stockd "
                    + "with SIGTERM, which writes a checkpoint; then start with the new settings.")
        }
        return true
    }
}
