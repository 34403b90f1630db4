internal import Foundation
import Inventory
import Pipeline

extension NotifyWorker {
    /// Takes over partitions: reads what was told from the state topic, then the alert topic from the group's offsets.
    func begin(_ partitions: [Partition]) throws(SessionFailure) {
        work = nil
        try session.assign([])
        try recover(partitions)
        counts.change { $0.isMember = true }
    }

    func recover(_ partitions: [Partition]) throws(SessionFailure) {
        pending = partitions
        guard !partitions.isEmpty else {
            pending = nil
            return
        }
        guard let total = try session.partitionCount(.input) else {
            throw .unavailable("alerts.topic: topic \(settings.alertTopic) does not exist any more")
        }
        let stored = try session.partitionCount(.state) ?? 0
        guard total == stored else {
            throw .misconfigured(
                "notify.state_topic: \(settings.stateTopic) has \(stored) partitions, but \(settings.alertTopic) has "
                    + "\(total); it needs as many. "
                    + "Set another notify.group_id, under which all that stands is told again")
        }
        var notifier = Notifier(policies, origin: settings.groupID, at: now)
        notifier.spacingFactor = Double(total) / Double(partitions.count)
        // Offsets first: they are stable only when a predecessor's transaction has ended, and with it its records.
        let committed = try session.committed(partitions)
        try restore(partitions, &notifier)
        var starts: [Partition: Offset] = [:]
        var goals: [Partition: Offset] = [:]
        for partition in partitions {
            let bounds = try session.bounds(.input, partition)
            var start = committed[partition] ?? bounds.lowerBound
            // Each change that was read has left a record, so without any the topic was deleted meanwhile.
            if start > bounds.lowerBound, try session.bounds(.state, partition).upperBound.rawValue == 0 {
                logger.warning(
                    "notify.state_topic is empty, though messages were read; reading all again to tell what stands",
                    metadata: ["partition": "\(settings.stateTopic)[\(partition.rawValue)]"])
                start = bounds.lowerBound
            }
            if committed[partition] == nil, bounds.lowerBound.rawValue > 0 {
                logger.warning(
                    "the alert topic lost its first messages; alerts that only those hold are told when they change",
                    metadata: [
                        "partition": "\(settings.alertTopic)[\(partition.rawValue)]", "from": "\(start.rawValue)",
                    ])
            }
            if start < bounds.lowerBound || start > bounds.upperBound {
                logger.warning(
                    "the alert topic lacks changes since the last start; alerts that ended meanwhile may stand on",
                    metadata: [
                        "partition": "\(settings.alertTopic)[\(partition.rawValue)]", "from": "\(start.rawValue)",
                        "to": "\(bounds.lowerBound.rawValue)",
                    ])
                start = bounds.lowerBound
            }
            starts[partition] = start
            goals[partition] = bounds.upperBound
        }
        notifier.takeOver(unstored, at: now)
        try session.assign(starts.map { PartitionPosition($0.key, $0.value) })
        work = Work(
            notifier: notifier, partitions: partitions, positions: starts, goals: goals, committedAt: now,
            refreshedAt: policies.map { _ in now })
        pending = nil
        countedAt = 0
        logger.notice(
            "partitions assigned",
            metadata: [
                "partitions": "\(partitions.map(\.rawValue).sorted())", "pairs": "\(notifier.pairCount)",
            ])
    }

    private func restore(_ partitions: [Partition], _ notifier: inout Notifier) throws(SessionFailure) {
        let reader = try session.reader(.state, partitions.map { TopicSpan($0) })
        failureRecords = FailureRecords()
        var latest: [Data: (partition: Int32, value: Data)] = [:]
        while let count = try reader.poll(waitMs: 100) {
            onProgress()
            for index in 0..<count {
                let record = reader.record(index)
                guard let key = record.key.map({ Data($0) }) else { continue }
                if let receiver = FailureRecords.receiver(key) {
                    failureRecords.restore(
                        receiver, partition: record.partition.rawValue, isThere: record.value != nil)
                    continue
                }
                latest[key] = record.value.map { (record.partition.rawValue, Data($0)) }
            }
        }
        for (key, record) in latest {
            guard notifier.restore(key: key, partition: record.partition, value: record.value, at: now) else {
                throw .misconfigured(
                    "notify.state_topic: \(settings.stateTopic)[\(record.partition)]: a record "
                        + "under the key \(String(decoding: key, as: UTF8.self)) is no record of this release; a "
                        + "newer one may have written it")
            }
        }
    }

    /// Waits for the answers under way, commits them, and gives all partitions back.
    func release() throws(SessionFailure) {
        pending = nil
        if work != nil {
            // What is only sent again need not be waited for.
            for thread in threads where thread.isRefreshing { thread.cancel() }
            awaitOutcomes()
            do throws(SessionFailure) {
                if work?.isUncommitted == true { try commit() }
            } catch {
                // The next owner reads what was committed before. A rebalance must be answered all the same.
                logger.warning("the last answers are not stored, and may be sent again: \(error.message)")
                session.discardProducer()
                isPrepared = false
            }
            giveUp()
        }
        try session.unassign()
    }

    /// Gives the partitions up without a word: they belong to others, so requests under way end soon.
    func drop() throws(SessionFailure) {
        for thread in threads where thread.isBusy { thread.cancel() }
        abandon()
        try session.unassign()
    }

    /// Forgets the state once what is under way was answered.
    func abandon() {
        awaitOutcomes()
        giveUp()
        pending = nil
    }

    private func giveUp() {
        unstored += work?.notifier.answers ?? []
        work = nil
    }

    /// Every job ends by itself, because requests have time-outs.
    private func awaitOutcomes() {
        while threads.contains(where: \.isBusy) {
            takeOutcomes()
            onProgress()
            session.pause(ms: 5)
        }
    }

    // MARK: Failures

    /// After a transaction that can only be aborted, the same is tried again; after other failures the state is read
    /// again, as after a crash.
    func handle(_ failure: SessionFailure) throws(StopReason) {
        counts.change { $0.trouble = failure.message }
        if case .mustAbort(let message, _) = failure, work != nil, (try? session.abort()) != nil {
            if failures == 0 { logger.warning("Kafka: \(message). Trying again") }
            failures += 1
            work?.isUncommitted = true
            session.pause(ms: min(5_000, 50 << Int64(min(failures, 7))))
            return
        }
        switch failure {
        case .misconfigured(let message): throw StopReason(.configuration, message)
        case .fatal(let message): throw StopReason(.internalError, message)
        case .fenced(let message):
            fencings = fencings.filter { now - $0 < 60_000 } + [now]
            guard fencings.count > 3 else { break }
            throw StopReason(
                .configuration,
                message + " (again and again: two daemons share one kafka.transactional_id or "
                    + "kafka.group_instance_id; each stockd notify on one host needs its own)")
        case .offsetOutOfRange, .unavailable, .mustAbort, .unknownOutcome, .outdated: break
        }
        if failures == 0 { logger.warning("Kafka: \(failure.message). Reading the state again") }
        failures += 1
        let partitions = pending ?? work?.partitions
        abandon()
        session.discardProducer()
        isPrepared = false
        pending = partitions
        session.pause(ms: min(5_000, 50 << Int64(min(failures, 7))))
    }
}
