import Inventory
import OracleSupport
import TestSupport
import Wire

/// Reads the output topics as a consumer would, and notices what no consumer should ever see.
struct AlertConsumer {
    let oracle: SQLOracle
    let everyColumn: Bool
    private let ids: IDs
    /// The kinds of change seen so far.
    private(set) var kinds: Set<ChangeKind> = []
    private var alerts: [Pair: AlertChange] = [:]
    private var incidents: [Pair: UInt32] = [:]

    init(oracle: SQLOracle, everyColumn: Bool, _ ids: IDs) {
        self.ids = ids
        self.oracle = oracle
        self.everyColumn = everyColumn
    }

    /// Takes the messages of one commit in order. Returns what is wrong with them, or nil.
    mutating func take(_ changes: [OutputChange]) throws -> String? {
        var keys: Set<String> = []
        for change in changes {
            let (topic, key, value) = message(change)
            if !keys.insert(topic + key.exact).inserted { return "\(topic) has \(key) twice in one commit" }
            try oracle.publish(to: topic, key: key, value: value)
            if case .alert(let alert, let entry) = change, let trouble = judge(alert, entry) {
                return "\(trouble): \(alert)"
            }
        }
        return nil
    }

    /// The change must follow from the one before it, and say something new.
    private mutating func judge(_ alert: AlertChange, _ entry: PublishedAlert) -> String? {
        kinds.insert(alert.kind)
        let before = alerts[alert.pair]
        alerts[alert.pair] = alert.kind == .resolved ? nil : alert
        if alert.previousSeverity != before?.severity { return "not the severity published before" }
        let units = alert.severity == nil ? 0 : alert.row?.oversoldUnits ?? -1
        if alert.severity != entry.level?.severity || units != Int128(entry.oversoldUnits)
            || alert.incident != entry.incident || alert.since != entry.since
        {
            return "what is remembered differs from what was sent"
        }
        if alert.previousOversoldUnits.map({ Int128($0) }) != before?.row?.oversoldUnits {
            return "not the oversold units published before"
        }
        let expected: ChangeKind
        switch (Self.rank(before), Self.rank(alert)) {
        case (nil, nil): return "nothing turned into nothing"
        case (nil, .some): expected = .raised
        case (.some, nil): expected = .resolved
        case (.some(let old), .some(let new)):
            expected = new == old ? .updated : new > old ? .escalated : .eased
        }
        if alert.kind != expected { return "should be \(expected)" }
        if expected == .updated, !everyColumn || before?.row?.alertLine(ids) == alert.row?.alertLine(ids) {
            return "an update of no column"
        }
        if alert.severity != alert.row?.severity { return "the row has another severity" }
        if expected == .raised {
            incidents[alert.pair, default: 0] += 1
            if alert.since != alert.row?.lastUpdated { return "since is not the row's time" }
        } else if alert.since != before?.since {
            return "since changed within the incident"
        }
        return alert.incident == incidents[alert.pair] ? nil : "not the incident's number"
    }

    /// The rank of the message's level.
    private static func rank(_ alert: AlertChange?) -> Int? {
        guard let alert, let severity = alert.severity, let row = alert.row else { return nil }
        return row.currentStock < 0
            ? 5 : ["WARNING", "LOW", "CRITICAL", "OUT_OF_STOCK"].firstIndex(of: severity.name)
    }

    private func message(_ change: OutputChange) -> (topic: String, key: String, value: String?) {
        switch change {
        case .alert(let alert, _):
            let value = alert.kind == .resolved ? nil : Self.text { AlertEncoder.change(alert, ids, into: &$0) }
            return ("inventory_alerts", Self.text { AlertEncoder.key(alert.pair, ids, into: &$0) }, value)
        case .stock(let pair, let row, _):
            let value = row.map { row in Self.text { AlertEncoder.stock(row, ids, into: &$0) } }
            return ("stock_topic", Self.text { AlertEncoder.key(pair, ids, into: &$0) }, value)
        case .rollup(let product, let row, _):
            let value = row.map { row in Self.text { AlertEncoder.rollup(row, ids, into: &$0) } }
            return ("rollup_topic", Self.text { AlertEncoder.key(product, ids, into: &$0) }, value)
        }
    }

    private static func text(_ body: (inout ByteWriter) -> Void) -> String {
        var out = ByteWriter(capacity: 512)
        body(&out)
        return String(decoding: out.bytes, as: UTF8.self)
    }
}
