import Inventory
import Kafka
import Pipeline
import Wire

/// The alert topic from its beginning: each message must follow from the one before it for its pair, and the last one
/// must be the alert that the log gives.
struct AlertTopicAudit {
    private static let subject = AuditReport.Subject.alerts

    private let configuration: Configuration
    private let topic: String
    /// Where the topic began before the state was read, and where it ended.
    private let bounds: [Int32: Range<Int64>]
    private let committed: [Partition: Offset]
    /// Whether compaction removes messages that newer ones of their key replace.
    private let isCompacted: Bool
    private var chains: [Pair: AlertChain] = [:]
    /// What messages say of the stock behind the events that they name.
    var claims = StockClaims()
    private var ids: IDs { configuration.ids.table }

    /// - Parameters:
    ///   - bounds: of the stable messages, before the state was read.
    ///   - committed: the audited offsets.
    init(
        _ configuration: Configuration, bounds: [Int32: Range<Int64>], isCompacted: Bool,
        committed: [Partition: Offset]
    ) {
        self.configuration = configuration
        topic = configuration.alerts.topic
        self.bounds = bounds
        self.isCompacted = isCompacted
        self.committed = committed
    }

    /// Whether every message of the topic is still there.
    private var isWhole: Bool { !isCompacted && bounds.values.allSatisfy { $0.lowerBound == 0 } }

    mutating func take(_ record: Record, _ report: inout AuditReport) {
        report.count(Self.subject, 1)
        let place = "\(topic)[\(record.partition)] at offset \(record.offset)"
        let alert: AuditedAlert
        do throws(AuditMistake) {
            alert = try AuditedAlert(key: record.key, value: record.value, configuration.alerts.format, ids)
        } catch {
            return report.add(Self.subject, place, found: error.found, expected: error.expected)
        }
        let mistake = chains[alert.pair, default: AlertChain()].take(
            alert, isWhole: isWhole, isBefore: isBefore(alert, record))
        if let mistake, !isCompacted {
            report.add(
                Self.subject, place, found: "\(ids.string(alert.pair)): \(mistake.found)", expected: mistake.expected)
        }
        if isAudited(record), let source = alert.change?.source,
            source.offset >= committed[source.partition] ?? Offset(0)
        {
            report.add(
                Self.subject, place, found: "\(ids.string(alert.pair)): source \(source.partition):\(source.offset)",
                expected: "an event before the committed offsets")
        }
        // Only where one partition has all events of a pair is their order known.
        if configuration.input.keyedBy == .product, let source = alert.change?.source, let columns = alert.columns {
            claims.add(alert.pair, source, columns, place: (record.partition, record.offset))
        }
    }

    /// Whether a message was published before the state was read.
    private func isAudited(_ record: Record) -> Bool { bounds[record.partition]?.contains(record.offset) == true }

    /// Whether a message is of a transaction before the audited offsets; nil when that cannot be told.
    private func isBefore(_ alert: AuditedAlert, _ record: Record) -> Bool? {
        if isAudited(record) { return true }
        guard let source = alert.change?.source, let end = committed[source.partition] else { return nil }
        return source.offset < end
    }

    /// Compares the last message of each pair with its row.
    /// - Parameter incidents: the number of each pair's last incident, by the state topic.
    mutating func conclude(_ replay: EventReplay, incidents: [Pair: UInt32], _ report: inout AuditReport) {
        for shard in replay.shardPartitions.indices {
            replay.forEachStockRow(ofShard: shard) { row in
                guard let level = row.level else { return }
                // Before the call: it would keep a copy of all chains meanwhile.
                let chain = chains.removeValue(forKey: row.pair)
                compare(chain, row, level, incidents[row.pair], &report)
            }
        }
        for (pair, chain) in chains {
            guard let level = chain.audited?.level, !chain.others.contains(where: { $0.level == nil }) else {
                continue
            }
            report.add(
                Self.subject, ids.string(pair), found: "\(level.name) in the last message", expected: "no alert")
        }
    }

    private func compare(
        _ chain: AlertChain?, _ row: StockRow, _ level: AlertLevel, _ incident: UInt32?,
        _ report: inout AuditReport
    ) {
        let place = ids.string(row.pair)
        let last = (chain?.audited).map { [$0] } ?? []
        let all = last + (chain?.others ?? [])
        if all.isEmpty {
            // Retention may have deleted it.
            guard isWhole || isCompacted else { return }
            return report.add(Self.subject, place, found: "no message", expected: level.name)
        }
        guard !all.contains(where: { isRight($0, row, level, incident) }) else { return }
        report.add(
            Self.subject, place, found: "\(text(all[all.count - 1])) in the last message",
            expected: text(
                AlertChain.Standing(level: level, incident: incident ?? 0, columns: AuditedAlert.Columns(row))))
    }

    private func isRight(
        _ standing: AlertChain.Standing, _ row: StockRow, _ level: AlertLevel, _ incident: UInt32?
    ) -> Bool {
        guard standing.level == level else { return false }
        if configuration.alerts.format == .changes, let incident, incident != standing.incident { return false }
        return configuration.alerts.emit == .severity || standing.columns == AuditedAlert.Columns(row)
    }

    private func text(_ standing: AlertChain.Standing) -> String {
        guard let level = standing.level else { return "no alert" }
        var text = level.name
        if standing.incident > 0 { text += " incident \(standing.incident)" }
        if configuration.alerts.emit == .row, let columns = standing.columns { text += " (\(columns.text))" }
        return text
    }
}
