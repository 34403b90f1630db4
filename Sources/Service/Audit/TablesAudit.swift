import Inventory
import Kafka
import Pipeline
import Postgres
import Wire

/// The tables in PostgreSQL.
struct TablesAudit {
    private let connection: Connection
    private let schema: Schema
    private var rows: TableRows

    /// Reads the tables; nil when none are configured.
    init?(_ configuration: Configuration) throws(StopReason) {
        guard let settings = configuration.connectionSettings else { return nil }
        let schema = configuration.postgresSchema
        (connection, rows) = try Self.forPostgres { () throws(PostgresError) in
            let connection = try Connection(settings)
            if let problem = Schema.problem(with: connection) { throw PostgresError(refusal: problem) }
            if let problem = try schema.conflict(connection, with: configuration.viewsSource) {
                throw PostgresError(refusal: problem)
            }
            return (connection, try TableRows(connection, schema, alertTopic: configuration.alerts.topic))
        }
        self.schema = schema
    }

    private static func forPostgres<T>(_ body: () throws(PostgresError) -> T) throws(StopReason) -> T {
        do throws(PostgresError) { return try body() } catch {
            let isLasting = error.needsOperator || error.isOfMissingTable
            throw StopReason(isLasting ? .configuration : .unavailable, "postgres.url: \(error)")
        }
    }

    /// How far the rows are. Rows that are further than the committed offsets count as if they stood there.
    func positions(upTo committed: [Partition: Offset]) -> [Partition: Offset] {
        rows.positions.filter { committed[$0.key] != nil }.merging(committed) { min($0, $1) }
            .filter { rows.positions[$0.key] != nil }
    }

    /// Compares the rows of a shard's products.
    mutating func compare(_ replay: EventReplay, _ shard: Int, _ ids: IDs, _ report: inout AuditReport) {
        replay.forEachStockRow(ofShard: shard) { row in
            Self.compare(TableRows.stock(row, ids), &rows.stock, .stockTable, &report)
            if let alert = TableRows.alert(row, ids) { Self.compare(alert, &rows.alerts, .alertTable, &report) }
        }
        replay.forEachRollupRow(ofShard: shard) { row in
            Self.compare(TableRows.rollup(row, ids), &rows.rollup, .rollupTable, &report)
        }
    }

    private static func compare(
        _ expected: TableRows.Expected, _ rows: inout [String: String], _ subject: AuditReport.Subject,
        _ report: inout AuditReport
    ) {
        report.count(subject, 1)
        let found = rows.removeValue(forKey: expected.key)
        if found == expected.text { return }
        report.add(subject, expected.key, found: found ?? "no row", expected: expected.text)
    }

    /// Reports the rows that no shard has.
    func conclude(isWhole: Bool, _ report: inout AuditReport) {
        guard isWhole else { return }
        for (subject, rows) in [
            (AuditReport.Subject.stockTable, rows.stock), (.alertTable, rows.alerts), (.rollupTable, rows.rollup),
        ] {
            report.count(subject, rows.count)
            for (key, text) in rows { report.add(subject, key, found: text, expected: "no row") }
        }
    }

    /// - Parameters:
    ///   - bounds: what the alert topic holds.
    ///   - isCompacted: rows of messages that compaction has removed stay.
    func alertChanges(_ topic: String, _ bounds: [Int32: Range<Int64>], isCompacted: Bool) -> Changes {
        let ranges = bounds.reduce(into: [Int32: Range<Int64>]()) { ranges, bound in
            guard let known = rows.alertRanges[bound.key], known.upperBound > bound.value.lowerBound else { return }
            ranges[bound.key] = max(known.lowerBound, bound.value.lowerBound)..<known.upperBound
        }
        return Changes(connection, AlertChangeComparison(schema), topic, ranges, isCompacted)
    }

    /// The messages of the alert topic beside the rows of `alert_changes`.
    struct Changes {
        private let connection: Connection
        private let comparison: AlertChangeComparison
        private let topic: String
        /// The offsets to compare, by partition of the alert topic; what is compared is taken away.
        private var ranges: [Int32: Range<Int64>]
        private var batches: [Int32: AlertChangeBatch] = [:]
        private let isCompacted: Bool
        private static let rowsAtOnce = 5_000

        fileprivate init(
            _ connection: Connection, _ comparison: AlertChangeComparison, _ topic: String,
            _ ranges: [Int32: Range<Int64>], _ isCompacted: Bool
        ) {
            self.connection = connection
            self.comparison = comparison
            self.topic = topic
            self.ranges = ranges
            self.isCompacted = isCompacted
        }

        mutating func take(_ record: Record, _ report: inout AuditReport) throws(StopReason) {
            guard let range = ranges[record.partition], range.contains(record.offset) else { return }
            batches[record.partition, default: AlertChangeBatch()].append(
                record.partition, record.offset, at: Timestamp(microseconds: record.timestampMs * 1_000),
                key: record.key, value: record.value, position: range.lowerBound)
            guard (batches[record.partition]?.count ?? 0) >= Self.rowsAtOnce else { return }
            try compare(record.partition, upTo: record.offset + 1, &report)
        }

        /// Compares the rest.
        mutating func finish(_ report: inout AuditReport) throws(StopReason) {
            for (partition, range) in ranges { try compare(partition, upTo: range.upperBound, &report) }
        }

        private mutating func compare(
            _ partition: Int32, upTo end: Int64, _ report: inout AuditReport
        ) throws(StopReason) {
            guard let range = ranges[partition], range.lowerBound < end else { return }
            let batch = batches.removeValue(forKey: partition) ?? AlertChangeBatch()
            ranges[partition] = end..<max(end, range.upperBound)
            report.count(.alertChanges, batch.count)
            let found = try TablesAudit.forPostgres { () throws(PostgresError) in
                try comparison.differences(batch, partition, range.lowerBound..<end, connection)
            }
            for difference in found where !(isCompacted && difference.kind == .needless) {
                let found =
                    switch difference.kind {
                    case .missing: "no row"
                    case .needless: "a row without a message"
                    case .differs: "a row with other columns than the message"
                    }
                report.add(
                    .alertChanges, "\(topic)[\(partition)] at offset \(difference.offset)", found: found,
                    expected: difference.kind == .needless ? "no row" : "the message's row")
            }
        }
    }
}
