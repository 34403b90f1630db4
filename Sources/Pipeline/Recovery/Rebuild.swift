import Inventory
import Wire

/// Recomputes the state of all assigned partitions from the log: `--rebuild`, and the only way to a changed
/// `input.keyed_by` or `input.topic`.
///
/// It reads the published alerts from whichever partition has them, counts the stock again, and compares it with the
/// stored one. The worker's first transaction writes the whole new state, a tombstone for every record that is not
/// written again, and the alerts that differ. Until it commits, the old state stays valid.
final class Rebuild<S: TopicSource> {
    private enum Stage {
        case survey(StateReader<S>)
        /// Up to the offsets of the stored stock; the index is the shard's.
        case audited(InputReplay<S>, Int)
        /// Up to the committed offsets.
        case committed(InputReplay<S>, Int)
        case done
    }

    private let tools: RecoveryTools<S>
    private let placement: StatePlacement
    private let partitions: [Partition]
    private let committed: [Partition: Offset]
    private var stage: Stage
    private var survey = StateSurvey()
    private var plan: RecoveryPlan?
    private(set) var shards: [Shard] = []
    private(set) var needsAllPartitions: Bool

    init(
        _ tools: RecoveryTools<S>, _ placement: StatePlacement, _ partitions: [Partition],
        _ committed: [Partition: Offset]
    ) {
        self.tools = tools
        self.placement = placement
        self.partitions = partitions
        self.committed = committed
        needsAllPartitions = tools.settings.keyedBy == .none
        stage = .survey(StateReader(tools, placement.partitions(of: partitions)))
    }

    /// The stored state records.
    var standing: Set<StateLocation> { survey.locations }
    /// Published rows whose ids were of another kind.
    var formerRows: [FormerRow] { survey.formerRows }
    /// How far rejected reference rows were sent.
    private(set) var referenceRejected = ReferenceOffsets()

    /// Does one piece of the work; true when the shards are complete.
    func advance() throws(SessionFailure) -> Bool {
        switch stage {
        case .survey(let reader):
            let isRead = try reader.advance { location, key, record, writtenMs in
                survey.take(key, record, writtenMs, in: location.partition)
            }
            if isRead { try makePlan() }
        case .audited(let replay, let index):
            if try replay.advance() { replayToAudited(index + 1) }
        case .committed(let replay, let index):
            if try replay.advance() { replayToCommitted(index + 1) }
        case .done: return true
        }
        return false
    }

    private func makePlan() throws(SessionFailure) {
        if !needsAllPartitions, survey.isOfOtherInput(than: tools.settings) {
            // Other members' state partitions hold part of the state, too.
            needsAllPartitions = true
            survey = StateSurvey()
            stage = .survey(StateReader(tools, placement.all))
            return
        }
        let stored = survey.offsets
        referenceRejected = stored.referenceRejected
        let plan = try RecoveryPlan(stored, partitions, committed, rebuilds: true, tools)
        self.plan = plan
        let groups = placement.keyedBy == .none ? [plan.inputs] : plan.inputs.map { [$0] }
        shards = groups.map { inputs in
            Shard(
                aggregate: tools.emptyAggregate(inputs: inputs.count), inputs: inputs,
                history: tools.history(placement, checkpointsMs: inputs.map { _ in nil }))
        }
        replayToAudited(0)
    }

    private func replayToAudited(_ index: Int) {
        guard index < shards.count else {
            if !survey.hasFormerIDs { RebuildAudit(survey.entryImages).report(shards, tools.telemetry) }
            return replayToCommitted(0)
        }
        stage = .audited(replay(index, to: plan?.audited), index)
    }

    private func replayToCommitted(_ index: Int) {
        stage = index < shards.count ? .committed(replay(index, to: plan?.targets), index) : .done
    }

    private func replay(_ index: Int, to offsets: [Offset]?) -> InputReplay<S> {
        let inputs = placement.keyedBy == .none ? 0..<partitions.count : index..<index + 1
        let replay = tools.replay(shards[index], to: Array((offsets ?? [])[inputs]))
        replay.unread = Array((plan?.unread ?? [])[inputs])
        return replay
    }

    // MARK: What was published

    /// Gives the shards what was published. Which of two contradicting alerts counts depends on the pair's level. So
    /// call this after each join with new reference tables.
    func restorePublished() {
        var owners: [ProductID: Shard] = [:]
        for shard in shards { shard.aggregate.forEachEntry { owners[$0.pair.product] = shard } }
        for (pair, found) in survey.alerts { restore(pair, found, owners[pair.product]) }
        for (pair, fingerprint) in survey.stockFingerprints {
            (owners[pair.product] ?? shards.first)?.aggregate.restore(stockFingerprint: fingerprint, of: pair)
        }
        for (product, fingerprint) in survey.rollupFingerprints {
            (owners[product] ?? shards.first)?.aggregate
                .restore(rollupFingerprint: fingerprint, of: product)
        }
    }

    /// A pair whose product has no events has no row, so one shard resolves its alert. The others remember the number
    /// of its incident: whichever gets events of the product counts on from there.
    private func restore(_ pair: Pair, _ found: [(Partition, PublishedAlert)], _ owner: Shard?) {
        let alerts = found.map(\.1)
        if let owner {
            let now = owner.aggregate.level(of: pair)
            return owner.aggregate.restore(PublishedAlert.merged(alerts, now: now), of: pair)
        }
        var alert = PublishedAlert.merged(alerts, now: nil)
        let holders = Set(found.map(\.0))
        for shard in shards where needsAllPartitions || holders.contains(shard.partitions[0]) {
            shard.aggregate.restore(alert, of: pair)
            alert.level = nil
            alert.oversoldUnits = 0
            alert.fingerprint = 0
        }
    }
}

/// The state that a rebuild replaces with the worker's first transaction.
struct FormerState {
    /// The stored records; those that are not written again are deleted.
    let standing: Set<StateLocation>
    /// Published rows whose ids were of another kind, to take back.
    let rows: [FormerRow]
    /// How far rejected reference rows were sent.
    let referenceRejected: ReferenceOffsets
    /// To be called after each join with newer reference rows, until that transaction has committed.
    let restorePublished: () -> Void

    init<S: TopicSource>(_ rebuild: Rebuild<S>) {
        standing = rebuild.standing
        rows = rebuild.formerRows
        referenceRejected = rebuild.referenceRejected
        restorePublished = rebuild.restorePublished
    }
}

extension PublishedAlert {
    /// The alert that counts as published of a pair whose level is `now`.
    ///
    /// Nobody can tell which of several contradicting alerts was published last. So one with another level than `now`
    /// counts, and the right one is published again. A resolved alert contradicts none with a later incident.
    static func merged(_ alerts: [PublishedAlert], now: AlertLevel?) -> PublishedAlert {
        let newest = alerts.max { $0.incident < $1.incident } ?? PublishedAlert()
        let standing = alerts.filter { $0.level != nil }
        guard let oldest = standing.map(\.incident).min() else { return newest }
        let rivals = standing + alerts.filter { $0.level == nil && $0.incident >= oldest }
        var chosen = rivals.first { $0.level != now } ?? rivals[0]
        chosen.incident = newest.incident
        if rivals.contains(where: { $0.fingerprint != chosen.fingerprint }) {
            chosen.fingerprint = ~chosen.fingerprint
        }
        return chosen
    }
}
