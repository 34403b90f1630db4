import Foundation
import Inventory
import Kafka
public import Pipeline
import Wire

/// Sends the events of dead letters again to the topic and partition they came from, each once.
///
/// One Kafka transaction holds an event and the record that says it was redriven; the records are read after
/// `initTransactions`, which ends any other redrive of the group. So neither a crash nor two operators at once
/// send an event twice.
public final class DeadLetterRedrive {
    public struct Options: Sendable {
        /// Only says what would be done.
        public var isDryRun = false
        /// Also redrives what was redriven before.
        public var again = false
        public init() {}
    }

    public enum Outcome: Equatable, Sendable {
        case redriven
        /// In a dry run.
        case wouldBeRedriven
        case already(String)
        /// Cannot be redriven, and why.
        case refused(String)
    }

    private let box: DeadLetterBox
    private let options: Options
    private let report: (DeadLetter, Outcome) -> Void
    private var producer: RedriveProducer?
    private var records: RedriveRecords
    private let partitionCounts: [String: Int]
    /// Decided and not reported yet; those to be redriven are not committed.
    private var pending: [(deadLetter: DeadLetter, outcome: Outcome)] = []
    private var pendingBytes = 0

    /// - Parameter report: called once for each dead letter, in order, when its outcome is final.
    public init(
        _ box: DeadLetterBox, _ options: Options, report: @escaping (DeadLetter, Outcome) -> Void
    ) throws(StopReason) {
        self.box = box
        self.options = options
        self.report = report
        let admin = box.admin
        let inputs = [box.configuration.input.topic]
        partitionCounts = try forKafka("input.topic") { () throws(KafkaError) in
            try admin.describe(inputs, timeoutMs: 10_000)
        }
        if !options.isDryRun { producer = try RedriveProducer(box) }
        box.forgetRecords()
        do throws(StopReason) {
            records = try box.records()
        } catch {
            producer?.close()
            throw error
        }
    }

    /// Redrives what the filter lets through. When it throws, the reported outcomes are final.
    public func run(_ filter: DeadLetterFilter) throws(StopReason) {
        try box.forEach(filter) { (deadLetter) throws(StopReason) in
            let outcome = decide(deadLetter)
            pending.append((deadLetter, outcome))
            pendingBytes += (deadLetter.key?.count ?? 0) + (deadLetter.value?.count ?? 0) + 512
            if pending.count >= 500 || pendingBytes >= 4 << 20 { try sendPending() }
        }
        try sendPending()
    }

    public func close() { producer?.close() }

    private func decide(_ deadLetter: DeadLetter) -> Outcome {
        guard let source = deadLetter.source else {
            return .refused("it has no __stockd.errors headers, so stockd did not write it")
        }
        guard let count = partitionCounts[source.topic] else {
            // An old reference row would overwrite newer ones of its key.
            return .refused(
                "it is from \(source.topic), and only events of \(box.configuration.input.topic) are "
                    + "redriven; to repair a reference row, send the row again from its source")
        }
        guard source.partition < count else {
            let now = Counted.text(count, "partition")
            return .refused("\(source.topic) has \(now) now; there is no \(source.partition)")
        }
        if !deadLetter.omittedBytes.isEmpty {
            let parts = deadLetter.omittedBytes.sorted { $0.key < $1.key }.map {
                "\($0.key) of \($0.value) bytes"
            }
            return .refused(
                "its \(parts.joined(separator: " and ")) was left out; the whole event may still be at "
                    + "\(source)"
            )
        }
        if let record = records[deadLetter], !options.again { return .already(record.redrivenAt) }
        let now = Timestamp(microseconds: Int64(Date().timeIntervalSince1970) * 1_000_000)
        records[deadLetter] = RedriveRecord(
            redrivenAt: RFC3339.string(now), deadLetter: deadLetter.position.description,
            times: (records[deadLetter]?.times ?? 0) + 1)
        return options.isDryRun ? .wouldBeRedriven : .redriven
    }

    /// Commits what is pending, then reports it.
    private func sendPending() throws(StopReason) {
        let chosen = pending.filter { $0.outcome == .redriven }.map(\.deadLetter)
        if let producer, !chosen.isEmpty {
            try producer.redrive(
                chosen.compactMap { deadLetter in
                    guard let record = records[deadLetter], let key = RedriveRecord.key(of: deadLetter) else {
                        return nil
                    }
                    return RedriveProducer.Piece(deadLetter: deadLetter, recordKey: key, record: record.json)
                })
        }
        for (deadLetter, outcome) in pending { report(deadLetter, outcome) }
        pending = []
        pendingBytes = 0
    }
}
