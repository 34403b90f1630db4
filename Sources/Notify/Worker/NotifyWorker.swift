internal import Foundation
internal import Glibc
import Inventory
public import Logging
public import Pipeline

/// Follows the alert topic as a member of a consumer group and tells the receivers.
///
/// A turn: answers, messages, plan, one transaction of records and offsets, and only then the notifications of the
/// plan. A record says what is about to be told, so a successor knows what was perhaps told.
///
/// One thread drives it.
public final class NotifyWorker<S: Session> {
    /// What it needs to know besides the receivers.
    public struct Settings: Sendable {
        public var groupID: String
        public var alertTopic: String
        public var stateTopic: String

        public init(groupID: String, alertTopic: String, stateTopic: String) {
            self.groupID = groupID
            self.alertTopic = alertTopic
            self.stateTopic = stateTopic
        }
    }

    let session: S
    let settings: Settings
    let policies: [Policy]
    let logger: Logger
    let counts: NotifyTelemetry
    let threads: [ReceiverThread]
    let refreshEvery: [Duration?]
    private let clock: NotifyClock
    /// Nil without partitions.
    var work: Work?
    /// Partitions that the group gave and that are not recovered yet.
    var pending: [Partition]?
    /// The producer is ready.
    var isPrepared = false
    /// Answers that could not be committed before the state was given up.
    var unstored: [Notifier.Answer] = []
    var failures = 0
    var countedAt: Int64 = 0
    /// When others took over the transactional id, lately.
    var fencings: [Int64] = []
    /// Called while something takes long.
    let onProgress: @Sendable () -> Void
    var failureRecords = FailureRecords()

    /// The state of the partitions that this member has.
    struct Work {
        var notifier: Notifier
        var partitions: [Partition]
        var positions: [Partition: Offset]
        /// The ends of the partitions when they were assigned. Nothing is told before they are reached: what is over
        /// by then is not told at all.
        var goals: [Partition: Offset]
        /// Planned, and not sent before its intent is committed.
        var planned: [Notifier.Send] = []
        /// Something was read that is not committed.
        var isUncommitted = false
        var committedAt: Int64
        /// When each receiver was last sent again what stands.
        var refreshedAt: [Int64]
    }

    public init(
        session: S, settings: Settings, receivers: [(policy: Policy, receiver: any Receiver)],
        counts: NotifyTelemetry, logger: Logger, onProgress: @escaping @Sendable () -> Void = {}
    ) {
        self.onProgress = onProgress
        self.session = session
        self.settings = settings
        policies = receivers.map(\.policy)
        refreshEvery = receivers.map { $0.receiver.refreshEvery }
        threads = receivers.map { ReceiverThread($0.policy.name, $0.receiver) }
        self.counts = counts
        self.logger = logger
        clock = NotifyClock()
    }

    /// Milliseconds since the epoch, as of the start by the system's clock, and without its jumps since.
    var now: Int64 { clock.now }

    /// One turn.
    /// - Throws: when only an operator can help.
    public func step() throws(StopReason) {
        do throws(SessionFailure) {
            if !isPrepared {
                try session.prepareTransactions()
                isPrepared = true
            }
            if let pending { try recover(pending) }
            takeOutcomes()
            try poll()
            try turn()
            if failures > 0, work?.isUncommitted != true {
                failures = 0
                counts.change { $0.trouble = nil }
                logger.notice("Kafka works again")
            }
        } catch {
            try handle(error)
        }
        count()
    }

    /// Ends: waits for answers that are under way, commits, and leaves the group.
    public func end() {
        do throws(SessionFailure) {
            try release()
        } catch {
            logger.warning("what the receivers answered last is not stored; it may be sent again: \(error.message)")
        }
        for thread in threads { thread.stop() }
    }

    // MARK: A turn

    private func poll() throws(SessionFailure) {
        switch try session.poll(maxRecords: 1_000, waitMs: waitMs) {
        case .records(let count): try apply(count)
        case .idle: work?.takePositions(session)
        case .assigned(let partitions): try begin(partitions)
        case .revoked: try release()
        case .lost:
            logger.warning("the group gave this member's partitions to others")
            try drop()
        }
    }

    private var waitMs: Int64 {
        guard let work else { return 200 }
        if work.isUncommitted { return 5 }
        if threads.contains(where: \.isBusy) { return 10 }
        guard work.isCaughtUp, let next = work.notifier.nextTime(after: now) else { return 100 }
        return min(100, max(1, next - now))
    }

    private func apply(_ count: Int) throws(SessionFailure) {
        guard work != nil else { return }
        for index in 0..<count {
            let record = session.record(index)
            guard let key = record.key, let value = record.value else { continue }
            do throws(NotAChange) {
                let alert = try Alert(message: Data(value))
                let time = min(now, session.timestampMs(index) ?? now)
                work?.notifier.apply(alert, key: Data(key), partition: record.partition.rawValue, at: time)
                counts.change { $0.changes += 1 }
            } catch {
                try skip(record, error)
            }
        }
        work?.isUncommitted = true
        work?.takePositions(session)
    }

    private func skip(_ record: TopicRecord, _ reason: NotAChange) throws(SessionFailure) {
        let at = "\(settings.alertTopic)[\(record.partition.rawValue)]@\(record.offset.rawValue)"
        if reason == .row {
            throw .misconfigured(
                "alerts.topic: \(at) holds a row of alerts.format: upsert, which does not say when an alert began; "
                    + "stockd notify needs a topic of alerts.format: changes")
        }
        counts.change { $0.skipped += 1 }
        // Somebody who writes other messages to the topic must not fill the log.
        guard counts.counts.skipped <= 10 else { return }
        logger.warning("skipped a message that is no change of an alert", metadata: ["message": "\(at)"])
    }

    private func turn() throws(SessionFailure) {
        guard work != nil else { return }
        // In place: a copy of the state would be dear.
        if work?.isCaughtUp == true {
            let busy = Set(threads.indices.filter { threads[$0].isBusy })
            let sends = work?.notifier.plan(at: now, busy: busy) ?? []
            work?.planned += sends
        }
        if work?.planned.isEmpty == false || isCommitDue { try commit() }
        for send in work?.planned ?? [] { threads[send.receiver].begin(.send(send.notification)) }
        work?.planned = []
        refresh()
    }

    private var isCommitDue: Bool {
        guard let work else { return false }
        return work.isUncommitted && now - work.committedAt >= 200 || work.notifier.recordCount >= 5_000
    }

    /// Sends again what stands to receivers that forget.
    private func refresh() {
        guard let work, work.isCaughtUp else { return }
        for index in policies.indices {
            guard let every = refreshEvery[index], !threads[index].isBusy,
                now - work.refreshedAt[index] >= Int64(every / .milliseconds(1))
            else { continue }
            self.work?.refreshedAt[index] = now
            let standing = work.notifier.standing(index)
            if !standing.isEmpty { threads[index].begin(.refresh(standing)) }
        }
    }

    func takeOutcomes() {
        for (index, thread) in threads.enumerated() {
            guard let (job, outcome) = thread.takeOutcome() else { continue }
            counts.note(outcome, job, index, policies[index].name, logger)
            failureRecords.note(
                outcome.failure, policies[index].name, partition: work?.partitions.map(\.rawValue).min() ?? 0, at: now)
            if !failureRecords.isEmpty { work?.isUncommitted = true }
            guard case .send = job else { continue }
            work?.notifier.answer(outcome, receiver: index, at: now, jitter: .random(in: 0...1))
            work?.isUncommitted = true
        }
    }

    /// Commits the records that changed together with the offsets.
    func commit() throws(SessionFailure) {
        guard let positions = work?.positions, !positions.isEmpty else { return }
        let records = work?.notifier.takeRecords() ?? []
        let failures = failureRecords.takeRecords()
        do throws(SessionFailure) {
            try session.begin()
            try session.sendOffsets(positions.map { PartitionPosition($0.key, $0.value) })
            for (key, partition, value) in records + failures { try send(key, Partition(partition), value) }
            try session.startCommit()
            try session.finishCommit()
        } catch {
            work?.notifier.putBack(records)
            failureRecords.putBack(failures)
            throw error
        }
        unstored = []
        work?.notifier.answers = []
        work?.isUncommitted = false
        work?.committedAt = now
        counts.change { $0.transactions += 1 }
    }

    private func send(_ key: Data, _ partition: Partition, _ value: Data?) throws(SessionFailure) {
        var failure: SessionFailure?
        key.withUnsafeBytes { key in
            func send(_ bytes: UnsafeRawBufferPointer?) {
                do throws(SessionFailure) {
                    try session.send(OutgoingMessage(topic: .state, partition: partition, key: key, value: bytes))
                } catch {
                    failure = error
                }
            }
            if let value { value.withUnsafeBytes { send($0) } } else { send(nil) }
        }
        if let failure { throw failure }
    }

    /// Once a second, because it looks at every pair.
    private func count() {
        guard now - countedAt >= 1_000 else { return }
        countedAt = now
        let work = work
        counts.change { counts in
            counts.partitions = work?.partitions.map(\.rawValue).sorted() ?? []
            counts.isCaughtUp = work?.isCaughtUp ?? false
            counts.pairs = work?.notifier.pairCount ?? 0
            for index in counts.receivers.indices { work?.notifier.count(index, into: &counts.receivers[index]) }
        }
    }
}

extension NotifyWorker.Work {
    var isCaughtUp: Bool { goals.allSatisfy { positions[$0.key].map { $0.rawValue } ?? 0 >= $0.value.rawValue } }

    mutating func takePositions(_ session: S) {
        for partition in partitions {
            if let position = session.position(partition), position != positions[partition] {
                positions[partition] = position
                isUncommitted = true
            }
        }
    }
}

/// A wall clock that goes on evenly from the start of the process, whatever is done to the system's clock; it also
/// counts the time for which the machine was suspended.
struct NotifyClock {
    private let offset = wallMicroseconds() - Self.sinceBoot

    var now: Int64 { (Self.sinceBoot + offset) / 1_000 }

    private static var sinceBoot: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}
