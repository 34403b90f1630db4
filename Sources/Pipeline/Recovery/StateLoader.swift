import Inventory
import Wire

/// Reads the state of one shard.
final class StateLoader<S: TopicSource> {
    private(set) var stored = StoredState()
    private let settings: PipelineSettings
    private let placement: StatePlacement
    private let inputs: [Partition]
    private let reader: StateReader<S>
    /// Stock entries and movements are restored into it at once; nil once taken.
    private var aggregate: Aggregate?
    /// Records, not deleted, in another partition than stockd would write them to.
    private var misplaced: [StateLocation: Offset] = [:]

    init(_ tools: RecoveryTools<S>, _ placement: StatePlacement, _ inputs: [Partition]) {
        settings = tools.settings
        self.placement = placement
        self.inputs = inputs
        reader = StateReader(tools, placement.partitions(of: inputs))
        aggregate = tools.emptyAggregate(inputs: inputs.count)
    }

    /// Reads some more; true when everything was read.
    func advance() throws(SessionFailure) -> Bool {
        try reader.advance { location, key, record, writtenMs in
            guard !placement.isMisplaced(key, in: location.partition) else {
                misplaced[StateLocation(partition: location.partition, key: key)] =
                    record == nil ? nil : location.offset
                return
            }
            stored.take(key, record, writtenMs)
            switch (key, record) {
            case (.entries(let bucket), .entries(_, let entries)?):
                aggregate?.restore(bucket: bucket, entries: entries)
            case (.movements, .movements(let images)?) where settings.mayFollowRows:
                aggregate?.restore(images)
            case (.movements(let block), nil) where settings.mayFollowRows:
                aggregate?.restore(MovementImages(block, known: 0, images: []))
            default: break
            }
        }
    }

    /// The shard's aggregate as of the checkpoint, with what was published since.
    func takeAggregate() throws(SessionFailure) -> Aggregate {
        guard var taken = aggregate.take() else { throw .fatal("the stored state was taken twice") }
        try checkPlacement()
        // All records of a checkpoint store the same counts of the shard. A new partition has no record.
        let checkpoint = inputs.lazy.compactMap { self.stored.checkpoints[$0] }.first
        let pairs = Int(checkpoint?.pairs ?? 0)
        taken.truncate(toPairs: pairs)
        taken.finishRestoringEntries()
        try check("stock entries", found: stored.entryCount(ofPairs: pairs), promised: pairs)
        for (index, input) in inputs.enumerated() {
            guard let summary = stored.checkpoints[input]?.dedupe else { continue }
            let isWhole = taken.restoreIDs(input: index, summary, stored.ids(of: input))
            if !isWhole { throw incomplete("remembered event ids of partition \(input.rawValue)") }
        }
        if settings.mayFollowRows {
            taken.finishRestoringMovements(truncated: checkpoint?.truncated)
            try check("movements of events", found: taken.movementCount, promised: Int(checkpoint?.movements ?? 0))
        }
        let alerts = stored.alerts.values.count { $0.incident > 0 }
        // More alerts are fine: commits publish them between checkpoints. Only a rebuild deletes any.
        let promised = Int(checkpoint?.publishedAlerts ?? 0)
        if alerts < promised { try check("published alerts", found: alerts, promised: promised) }
        // Before the published alerts: a pair known only by them is in no checkpoint, and must stay dirty.
        taken.markClean()
        restorePublished(into: &taken)
        return taken
    }

    private func restorePublished(into aggregate: inout Aggregate) {
        for (pair, alert) in stored.alerts { aggregate.restore(alert, of: pair) }
        for (pair, fingerprint) in stored.stockFingerprints {
            aggregate.restore(stockFingerprint: fingerprint, of: pair)
        }
        for (product, fingerprint) in stored.rollupFingerprints {
            aggregate.restore(rollupFingerprint: fingerprint, of: product)
        }
    }

    private func check(_ what: String, found: Int, promised: Int) throws(SessionFailure) {
        guard found != promised else { return }
        throw .misconfigured(
            "\(settings.stateTopic) is incomplete: its checkpoint counts \(promised) \(what), but the topic holds "
                + "\(found). Was the topic, or part of it, deleted? Start once with --rebuild to recompute the stock "
                + "from the log. Open alerts whose record is lost are then raised again, from incident 1 on.")
    }

    private func incomplete(_ what: String) -> SessionFailure {
        .misconfigured(
            "\(settings.stateTopic) is incomplete: some of the \(what) that its checkpoint counts are missing. Was "
                + "the topic, or part of it, deleted? Start once with --rebuild to recompute the stock from the log."
        )
    }

    private func checkPlacement() throws(SessionFailure) {
        guard let (location, offset) = misplaced.min(by: { $0.value < $1.value }) else { return }
        throw .misconfigured(
            "\(settings.stateTopic)[\(location.partition.rawValue)] at offset \(offset.rawValue) is not in "
                + "the partition that stockd writes its key to: the topic's partition count was changed, so "
                + "stockd cannot tell older from newer records of one key. Set state.topic, alerts.topic "
                + "and the topics of outputs to new names and start once with --rebuild. With the old "
                + "alerts.topic every open alert would be raised there a second time.")
    }
}
