import Inventory
import Kafka
import Wire

/// A topic that holds a whole table: the newest message of each key must be its row.
struct TableTopicAudit {
    private struct Row {
        /// As of the state; nil for no row.
        var value: [UInt8]?
        /// What came later, perhaps before the state was read.
        var others: [[UInt8]?] = []
    }

    let topic: String
    private let subject: AuditReport.Subject
    /// What the topic held before the state was read.
    private let bounds: [Int32: Range<Int64>]
    private var rows: [[UInt8]: Row] = [:]

    init(_ subject: AuditReport.Subject, topic: String, bounds: [Int32: Range<Int64>]) {
        self.subject = subject
        self.topic = topic
        self.bounds = bounds
    }

    mutating func take(_ record: Record) {
        guard let key = record.key else { return }
        let value = record.value.map { Array($0) }
        if bounds[record.partition]?.contains(record.offset) == true {
            rows[Array(key), default: Row()].value = value
        } else {
            rows[Array(key), default: Row()].others.append(value)
        }
    }

    /// Compares a row that the log gives.
    mutating func compare(key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, _ report: inout AuditReport) {
        report.count(subject, 1)
        let expected = Array(value)
        let row = rows.removeValue(forKey: Array(key))
        guard row?.value != expected, row?.others.contains(expected) != true else { return }
        report.add(
            subject, String(decoding: key, as: UTF8.self), found: Self.text(row?.others.last ?? row?.value),
            expected: Self.text(expected))
    }

    /// Reports the rows that the log does not give; only behind all of `compare`.
    func concludeRest(_ report: inout AuditReport) {
        for (key, row) in rows {
            guard let value = row.value, !row.others.contains(nil) else { continue }
            report.count(subject, 1)
            report.add(
                subject, String(decoding: key, as: UTF8.self), found: Self.text(value), expected: Self.text(nil))
        }
    }

    private static func text(_ value: [UInt8]?) -> String {
        value.map { String(decoding: $0, as: UTF8.self) } ?? "no row"
    }
}
