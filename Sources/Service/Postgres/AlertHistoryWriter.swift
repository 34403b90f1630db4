import Inventory
import Kafka
import Logging
import Pipeline
import Postgres

/// Carries messages from the alert topic to the table while this process has the lease.
///
/// Not safe to share: the thread of `AlertHistory` owns it.
final class AlertHistoryWriter {
    /// What one step did.
    struct Step {
        var rows = 0
        var skipped = 0
        var lost: Int64 = 0
        /// When every message was in the table, in monotonic microseconds; nil while more wait.
        var currentAt: Int64?
        /// How long to wait before the next one.
        var pauseMs: Int64 = 0
        /// Begin again with the lease: another process may have it, or the topic has other partitions.
        var isStale = false
    }

    private let settings: AlertHistory.Settings
    private let connection: Connection
    private let logger: Logger
    private let admin: Admin
    private let reader: PartitionReader
    /// The next offset of each partition, as the database has it.
    private var positions: [Int32: Int64]
    /// The timestamp of the message before that, until it was compared with the topic's.
    private var unverified: [Int32: Int64]
    private var lost: Int64 = 0
    private var batch = AlertChangeBatch()
    private var renewed = ContinuousClock.now
    private var checked = ContinuousClock.now
    /// The readers' positions at the last check.
    private var passed: [Int32: Int64] = [:]

    private var skipsLogged = 0

    /// Somebody who writes other messages to the topic must not fill the log.
    private static let skipsLogged = 10
    private static let batchRows = 2_000
    private static let batchBytes = 2 << 20
    /// How often to look for new partitions, and for one that is silently not fetched any more.
    private static let checkEvery = Duration.seconds(30)

    init(
        _ settings: AlertHistory.Settings, _ connection: Connection, _ known: [Int32: AlertChangeTable.Position],
        _ logger: Logger
    ) throws {
        self.settings = settings
        self.connection = connection
        self.logger = logger
        admin = try Admin(settings.client, name: "alert-history-admin")
        let plan = try AlertHistoryPlan(known, try Self.bounds(admin, settings.topic), settings.topic)
        for gap in plan.gaps {
            logger.warning(
                "the alert topic no longer holds messages that alert_changes lacks; going on with the oldest it has",
                metadata: [
                    "partition": "\(settings.topic)[\(gap.partition)]", "from": "\(gap.from)", "to": "\(gap.to)",
                ])
        }
        lost = plan.gaps.reduce(0) { $0 + $1.to - $1.from }
        // Another process may have the lease by now; then the first step says so.
        if !plan.starts.isEmpty { _ = try settings.table.begin(at: plan.starts, connection) }
        positions = plan.positions
        unverified = plan.unverified
        reader = try PartitionReader(settings.client, topic: settings.topic, from: plan.reading, name: "alert-history")
    }

    func close() {
        reader.close(deadlineMs: 1_000)
        admin.close(deadlineMs: 1_000)
    }

    private static func bounds(_ admin: Admin, _ topic: String) throws(KafkaError) -> [Int32: Watermarks] {
        var bounds: [Int32: Watermarks] = [:]
        for partition in 0..<Int32(try admin.describe([topic], timeoutMs: 10_000)[topic] ?? 0) {
            bounds[partition] = try admin.watermarks(of: topic, partition, timeoutMs: 10_000)
        }
        return bounds
    }

    // MARK: Steps

    /// Waits for messages, writes them, and keeps the lease.
    func step() throws -> Step {
        let began = ContinuousClock.now
        let now = monotonicMicroseconds()
        var step = Step(lost: lost)
        lost = 0
        switch try reader.poll(maxRecords: Self.batchRows, waitMs: 100) {
        case .records(let count): try take(count, &step)
        case .offsetOutOfRange: step.isStale = true
        case .idle, .rebalance: break
        }
        if ContinuousClock.now - renewed > .milliseconds(AlertChangeTable.renewalMs) {
            step.isStale = try !settings.table.renew(connection) || step.isStale
            renewed = .now
        }
        if ContinuousClock.now - checked > Self.checkEvery { step.isStale = try !isComplete() || step.isStale }
        // A full batch is a backlog: no reason to wait.
        if step.rows + step.skipped < Self.batchRows {
            step.currentAt = now
            if step.rows > 0 { step.pauseMs = max(0, settings.intervalMs - (.now - began).milliseconds) }
        }
        return step
    }

    private func take(_ count: Int, _ step: inout Step) throws {
        for index in 0..<count {
            let record = reader.batch[index]
            guard try isNew(record) else { continue }
            batch.append(
                record.partition, record.offset, at: Timestamp(microseconds: record.timestampMs * 1_000),
                key: record.key, value: record.value, position: positions[record.partition] ?? 0)
            if batch.byteCount >= Self.batchBytes { try write(&step) }
        }
        try write(&step)
    }

    private func write(_ step: inout Step) throws {
        guard batch.count > 0, !step.isStale else { return }
        defer { batch.removeAll() }
        guard let skipped = try settings.table.append(batch, connection) else {
            step.isStale = true
            return
        }
        renewed = .now
        for (partition, next) in batch.nextOffsets { positions[partition] = next }
        step.rows += batch.count - skipped.count
        step.skipped += skipped.count
        defer { skipsLogged += skipped.count }
        for message in skipped.prefix(max(0, Self.skipsLogged - skipsLogged)) {
            logger.warning(
                "a message of the alert topic is not stockd's and became no row of alert_changes",
                metadata: [
                    "partition": "\(settings.topic)[\(message.partition)]", "offset": "\(message.offset)",
                    "reason": "\(message.reason)",
                ])
        }
    }

    /// Whether the message is to be written. The last one that was written is read again: if it has another timestamp,
    /// the topic was recreated, and its offsets mean other messages.
    private func isNew(_ record: Record) throws -> Bool {
        let partition = record.partition
        guard let position = positions[partition], record.offset < position else { return true }
        if let writtenAt = unverified.removeValue(forKey: partition), record.offset == position - 1,
            record.timestampMs != writtenAt
        {
            throw AlertHistoryPlan.recreated(settings.topic, partition)
        }
        return false
    }

    /// Whether no partition was added, and none stands still before its end.
    private func isComplete() throws -> Bool {
        checked = .now
        guard let count = try admin.describe([settings.topic], timeoutMs: 10_000)[settings.topic] else { return true }
        guard count == positions.count else { return false }
        defer { for partition in positions.keys { passed[partition] = reader.position(of: partition) } }
        for partition in positions.keys {
            guard let position = reader.position(of: partition), passed[partition] == position else { continue }
            if try reader.stableEnd(of: partition, timeoutMs: 10_000) > position { return false }
        }
        return true
    }
}
