import Inventory
import Pipeline

/// Follows the committed transactions in order and checks each against the specification.
struct CommitChecker {
    /// What consumers know of a pair's alert.
    struct Published: Equatable {
        var severity: String?
        var incident = 0
        var since: String?
        /// The row's columns as the last message gave them.
        var columns: [String: String] = [:]

        var level: String? { ExpectedStock.level(severity, oversold: columns["oversold_units"]) }
        /// The value that the next message must repeat.
        var oversoldUnits: String? { severity == nil ? nil : columns["oversold_units"] }
    }

    let settings: PipelineSettings
    let names: SimIDs
    private let written: [Int32: [Int64: SimInput]]
    private let keyedPartitions: Int32?
    private(set) var stock: ExpectedStock
    var published: [Pair: Published] = [:]
    private(set) var positions: [Int32: Int64] = [:]
    private(set) var problems: [String] = []
    private(set) var coverage = Coverage()
    /// By partition, the offsets that the commit advances over.
    private var taken: [Int32: Range<Int64>] = [:]
    private var sources: [Pair: [(Int32, Int64)]] = [:]
    /// The reference rows that each pair was last compared with.
    private var comparedWith: [Pair: ObjectIdentifier] = [:]
    var badOffsets: [[Int64]] = []
    /// Dead letters of reference topics: table, partition and offset.
    var referenceLetters: [[Int64]] = []

    init(
        _ settings: PipelineSettings, _ written: [Int32: [Int64: SimInput]], partitions: Int,
        _ names: SimIDs = SimIDs()
    ) {
        self.names = names
        self.settings = settings
        self.written = written
        keyedPartitions = settings.keyedBy == .product ? Int32(partitions) : nil
        stock = ExpectedStock(window: settings.dedupeWindow)
    }

    mutating func check(_ commit: SimTransaction) {
        let problemsBefore = problems.count
        advance(commit)
        checkDeadLetters(commit)
        var changed: Set<Pair> = []
        for (topic, record) in commit.records where topic == .alerts {
            guard let key = FlatJSON(record.key), let pair = names.pair(key) else {
                problems.append("an alert's key cannot be read")
                continue
            }
            if !changed.insert(pair).inserted {
                problems.append("\(Self.name(pair)) changes twice in a commit")
            }
            follow(pair, record, commit)
        }
        let catalog = ObjectIdentifier(commit.catalog)
        // Alerts stay right until an event, a message or another reference row changes them.
        for pair in stock.pairs where owns(commit, pair) {
            let isNews = comparedWith.updateValue(catalog, forKey: pair) != catalog
            if isNews || sources[pair] != nil || changed.contains(pair) { compare(pair, commit.catalog) }
        }
        let hasCheckpoint = commit.records.contains {
            $0.topic == .state && Self.isCheckpoint($0.record)
        }
        coverage.reached(hasCheckpoint ? .checkpointWritten : .checkpointSkipped)
        for index in problemsBefore..<problems.count {
            problems[index] = "commit #\(commit.number) of \(commit.id) \(commit.offsets): " + problems[index]
        }
    }

    private static func isCheckpoint(_ record: SimRecord) -> Bool {
        if case .checkpoint = read(record) { return true }
        return false
    }

    private func owns(_ commit: SimTransaction, _ pair: Pair) -> Bool {
        guard let keyedPartitions else { return true }
        return commit.owned.contains(pair.product.rawValue % keyedPartitions)
    }

    // MARK: The input

    mutating func advance(_ commit: SimTransaction) {
        sources = [:]
        taken = [:]
        badOffsets = []
        for partition in commit.offsets.keys.sorted() {
            let from = positions[partition] ?? 0
            let to = commit.offsets[partition] ?? 0
            guard from <= to else {
                problems.append("partition \(partition) goes back from \(from) to \(to)")
                continue
            }
            positions[partition] = to
            taken[partition] = from..<to
            for offset in from..<to { take(partition, offset) }
        }
    }

    private mutating func take(_ partition: Int32, _ offset: Int64) {
        switch written[partition]?[offset] {
        case .event(let id, let pair, let units, let second):
            if stock.count(id, pair, units, second, from: partition) {
                sources[pair, default: []].append((partition, offset))
            }
        case .change(let change):
            for pair in stock.follow(change) { sources[pair, default: []].append((partition, offset)) }
        case .bad: badOffsets.append([Int64(partition), offset])
        case .tombstone, nil: break
        }
    }

    mutating func checkDeadLetters(_ commit: SimTransaction) {
        var found: [[Int64]] = []
        for (topic, record) in commit.records where topic == .deadLetters {
            let headers = Dictionary(record.headers.map { ($0.name, $0.value ?? []) }) { $1 }
            func number(_ name: String) -> Int64? {
                headers["__stockd.errors.\(name)"].flatMap { Int64(String(decoding: $0, as: UTF8.self)) }
            }
            guard let partition = number("partition"), let offset = number("offset"),
                headers["__stockd.errors.reason"]?.isEmpty == false
            else {
                problems.append("a dead letter without its headers")
                continue
            }
            let topic = headers["__stockd.errors.topic"].map { String(decoding: $0, as: UTF8.self) }
            if let table = settings.referenceTopics.first(where: { $0.value.name == topic })?.key {
                referenceLetters.append([Int64(table.rawValue), partition, offset])
            } else {
                found.append([partition, offset])
            }
        }
        coverage.reached(.deadLetter, times: found.count)
        found.sort { $0.lexicographicallyPrecedes($1) }
        if found != badOffsets { problems.append("dead letters of \(found), bad events are \(badOffsets)") }
    }

    // MARK: The alerts

    private mutating func follow(_ pair: Pair, _ record: SimRecord, _ commit: SimTransaction) {
        let before = published[pair] ?? Published()
        var now = before
        guard settings.alertFormat == .changes else {
            now.severity = FlatJSON(record.value)?["alert_severity"]
            now.columns = FlatJSON(record.value)?.fields ?? [:]
            if now == before || settings.outputs.emit == .severity && now.level == before.level {
                problems.append("\(Self.name(pair)) is published again unchanged")
            }
            published[pair] = now
            return
        }
        guard let message = FlatJSON(record.value) else {
            problems.append("\(Self.name(pair)): the message cannot be read")
            return
        }
        now.severity = message["alert_severity"]
        now.incident = Int(message["incident"] ?? "") ?? -1
        now.since = message["since"]
        now.columns = message.fields
        published[pair] = now
        let expected = stock.row(pair, commit.catalog)
        let raisesNow = before.severity == nil && now.severity != nil
        let kind = Self.kind(before.level, now.level)
        note(kind)
        if before.severity == now.severity, before.level != now.level { coverage.reached(.levelAlone) }
        let since = raisesNow ? expected.map { ExpectedStock.instant($0.second) } : before.since
        for (what, isRight) in [
            ("previous_severity", message["previous_severity"] == before.severity),
            ("previous_oversold_units", message["previous_oversold_units"] == before.oversoldUnits),
            ("change", message["change"] == kind),
            ("incident", now.incident == before.incident + (raisesNow ? 1 : 0)),
            ("since", now.since == since),
            ("current_stock", message["current_stock"] == expected.map { String($0.stock) }),
            ("reorder_threshold", message["reorder_threshold"] == expected?.threshold.map { String($0) }),
            ("last_updated", message["last_updated"] == expected.map { ExpectedStock.instant($0.second) }),
            ("oversold_units", message["oversold_units"] == expected.map { String(max(0, -$0.stock)) }),
            ("source", hasRightSource(pair, message)),
            ("news", kind != "NOTHING" && (kind != "UPDATED" || settings.outputs.emit == .row)),
        ] where !isRight {
            problems.append(
                "\(Self.name(pair)): wrong \(what) in \(message.fields.sorted { $0.key < $1.key }); before: "
                    + "\(before.level ?? "-") #\(before.incident), expected \(String(describing: expected))"
            )
        }
    }

    private func hasRightSource(_ pair: Pair, _ message: FlatJSON) -> Bool {
        // A truncation takes back rows of all partitions. Only the worker knows in which order it applied two
        // partitions' changes, and so which of them changed something.
        if settings.simulatesRows, settings.onTruncate == .apply,
            let partition = message["source.partition"].flatMap({ Int32($0) }),
            let offset = message["source.offset"].flatMap({ Int64($0) }),
            taken[partition]?.contains(offset) == true
        {
            return true
        }
        guard let events = sources[pair] else {
            return message["source"] == nil && message["source.offset"] == nil
        }
        return events.contains { partition, offset in
            message["source.partition"] == String(partition) && message["source.offset"] == String(offset)
                // It is the newest of its partition.
                && !events.contains { $0.0 == partition && $0.1 > offset }
        }
    }

    private static func kind(_ before: String?, _ now: String?) -> String {
        switch (before, now) {
        case (nil, nil): "NOTHING"
        case (nil, _): "RAISED"
        case (_, nil): "RESOLVED"
        case (let before?, let now?):
            before == now
                ? "UPDATED" : ExpectedStock.rank(now) > ExpectedStock.rank(before) ? "ESCALATED" : "EASED"
        }
    }

    private mutating func note(_ kind: String) {
        if let probe = Probe(rawValue: kind.lowercased()) { coverage.reached(probe) }
    }

    /// Checks that the published table equals `low_stock_alerts` at each commit.
    mutating func compare(_ pair: Pair, _ catalog: Catalog) {
        let expected = stock.row(pair, catalog)
        let known = published[pair] ?? Published()
        if known.severity != expected?.severity || known.level != expected?.level {
            problems.append(
                "\(Self.name(pair)) is published as \(known.level ?? "-"), the view has "
                    + String(describing: expected))
        }
        guard settings.outputs.emit == .row, known.severity != nil, let expected else { return }
        if known.columns["current_stock"] != String(expected.stock)
            || known.columns["product_name"] != expected.name
            || known.columns["warehouse_name"] != expected.warehouse
            || known.columns["reorder_threshold"] != expected.threshold.map({ String($0) })
            || known.columns["last_updated"] != ExpectedStock.instant(expected.second)
        {
            problems.append("\(Self.name(pair)): the published row \(known.columns) is not \(expected)")
        }
    }

    mutating func report(_ problem: String) { problems.append(problem) }

    mutating func reached(_ probe: Probe, times: Int = 1) { coverage.reached(probe, times: times) }

    static func name(_ pair: Pair) -> String { "\(pair.product.rawValue)/\(pair.warehouse.rawValue)" }
}
