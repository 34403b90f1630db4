import Foundation
import Inventory
import Kafka
public import Pipeline
import Wire

/// Puts the events of dead letters back on the topic and partition they came from, each once.
///
/// One Kafka transaction holds an event and the mark that says it was put back; the marks are read after
/// `initTransactions`, which ends any other replay of the group. So neither a crash nor two operators at once
/// put an event back twice.
public final class DeadLetterReplay {
    public struct Options: Sendable {
        /// Only says what would be done.
        public var isDryRun = false
        /// Also puts back what was put back before.
        public var again = false
        public init() {}
    }

    public enum Outcome: Equatable, Sendable {
        case replayed
        /// In a dry run.
        case wouldBeReplayed
        case already(String)
        /// Cannot be put back, and why.
        case refused(String)
    }

    private let box: DeadLetterBox
    private let options: Options
    private let report: (DeadLetter, Outcome) -> Void
    private var producer: ReplayProducer?
    private var marks: ReplayMarks
    private let partitionCounts: [String: Int]
    /// Decided and not reported yet; those to be put back are not committed.
    private var pending: [(letter: DeadLetter, outcome: Outcome)] = []
    private var pendingBytes = 0

    /// - Parameter report: called once for each letter, in order, when its outcome stands.
    public init(
        _ box: DeadLetterBox, _ options: Options, report: @escaping (DeadLetter, Outcome) -> Void
    ) throws(WorkerStop) {
        self.box = box
        self.options = options
        self.report = report
        let admin = box.admin
        let inputs = [box.configuration.input.topic]
        partitionCounts = try forKafka("input.topic") { () throws(KafkaError) in
            try admin.describe(inputs, timeoutMs: 10_000)
        }
        if !options.isDryRun { producer = try ReplayProducer(box) }
        box.forgetMarks()
        do throws(WorkerStop) {
            marks = try box.marks()
        } catch {
            producer?.close()
            throw error
        }
    }

    /// Puts back what the filter lets through. When it throws, what was reported so far stands.
    public func run(_ filter: DeadLetterFilter) throws(WorkerStop) {
        try box.forEach(filter) { (letter) throws(WorkerStop) in
            let outcome = decide(letter)
            pending.append((letter, outcome))
            pendingBytes += (letter.key?.count ?? 0) + (letter.value?.count ?? 0) + 512
            if pending.count >= 500 || pendingBytes >= 4 << 20 { try settle() }
        }
        try settle()
    }

    public func close() { producer?.close() }

    private func decide(_ letter: DeadLetter) -> Outcome {
        guard let source = letter.source else {
            return .refused("it has no __stockd.errors headers, so stockd did not write it")
        }
        guard let count = partitionCounts[source.topic] else {
            // An old reference row would come after newer ones of its key, and win over them.
            return .refused(
                "it is from \(source.topic), and only events of \(box.configuration.input.topic) are put back; "
                    + "have a row of reference data sent again by its source")
        }
        guard source.partition < count else {
            return .refused("\(source.topic) has \(count) partitions now, and none \(source.partition)")
        }
        if !letter.omittedBytes.isEmpty {
            let parts = letter.omittedBytes.sorted { $0.key < $1.key }.map {
                "\($0.key) of \($0.value) bytes"
            }
            return .refused(
                "its \(parts.joined(separator: " and ")) was left out; the whole event may still be \(source)"
            )
        }
        if let mark = marks[letter], !options.again { return .already(mark.replayedAt) }
        let now = Timestamp(microseconds: Int64(Date().timeIntervalSince1970) * 1_000_000)
        marks[letter] = ReplayMark(
            replayedAt: RFC3339.string(now), deadLetter: letter.position.description,
            times: (marks[letter]?.times ?? 0) + 1)
        return options.isDryRun ? .wouldBeReplayed : .replayed
    }

    /// Commits what is pending, then reports it.
    private func settle() throws(WorkerStop) {
        let chosen = pending.filter { $0.outcome == .replayed }.map(\.letter)
        if let producer, !chosen.isEmpty {
            try producer.putBack(
                chosen.compactMap { letter in
                    guard let mark = marks[letter], let key = ReplayMark.key(of: letter) else { return nil }
                    return ReplayProducer.Piece(letter: letter, markKey: key, mark: mark.json)
                })
        }
        for (letter, outcome) in pending { report(letter, outcome) }
        pending = []
        pendingBytes = 0
    }
}
