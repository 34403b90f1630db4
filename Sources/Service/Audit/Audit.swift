public import Inventory
public import Kafka
public import Pipeline
import Wire

/// Recomputes everything from the log up to the committed offsets and compares it with what is stored and published:
/// `stockd audit`. It writes nothing, and the daemon may run.
public struct Audit {
    private let configuration: Configuration
    private let client: ClientSettings
    private let files: Catalog
    private let release: String
    private let note: (String) -> Void
    private let timeoutMs: Int32
    private var settings: PipelineSettings { configuration.pipelineSettings(release: release) }

    /// - Parameters:
    ///   - files: the reference tables that come from files.
    ///   - note: called with what a person should know although it is no difference.
    public init(
        _ configuration: Configuration, client: ClientSettings, files: Catalog, release: String,
        note: @escaping (String) -> Void
    ) {
        self.configuration = configuration
        self.client = client
        self.files = files
        self.release = release
        self.note = note
        timeoutMs = Int32(clamping: (configuration.kafka.brokerDeadline ?? .seconds(10)).milliseconds)
    }

    /// Compares. What differs is looked at a second time, as a newer reference row may be on its way or a table behind
    /// for a moment; only what differs both times is reported.
    /// - Throws: why nothing can be compared.
    public func run(_ progress: TopicReplay.Progress) throws(StopReason) -> AuditReport {
        let first = try look(AuditReport(), progress)
        return first.count == 0 ? first : try look(AuditReport(earlier: first), progress)
    }

    private func look(_ empty: AuditReport, _ progress: TopicReplay.Progress) throws(StopReason) -> AuditReport {
        var report = empty
        let stable = try forKafka("kafka.properties") { () throws(KafkaError) in
            try Admin(client, name: "audit", isCommitted: true)
        }
        defer { stable.close(deadlineMs: 2_000) }
        let topics = try TopicReplay(
            configuration, client: client, files: files, release: release, note: note)
        if let missing = topics.history.missing.first { throw Self.unavailable(missing) }
        if topics.history.isCompacted, settings.inputFormat.envelope == .json {
            throw Self.unavailable("\(configuration.input.topic) is compacted, so events are missing")
        }
        // The order counts: what was published before the state is read is surely in it.
        var outputs = try OutputAudit(configuration, client, stable, topics.admin, timeoutMs)
        let tables = try TablesAudit(configuration)
        let state = try StateCutReader(
            configuration: configuration, client: client, admin: topics.admin, stable: stable, release: release,
            timeoutMs: timeoutMs
        ).read()
        try check(state)
        try outputs.read(upTo: state, tables, &report)
        let replay = try topics.beginAudit()
        try read(topics, replay, state, tables, &outputs, &report, progress)
        report.events = replay.counts.byOutcome.reduce(0) { $0 + $1.value }
        report.positions = Dictionary(
            uniqueKeysWithValues: state.positions.map { ($0.key.rawValue, $0.value.rawValue) })
        let ids = configuration.ids.table
        report.count(.published, replay.comparePublished(with: state) { report.add($0, ids) })
        outputs.conclude(replay, state, &report)
        return report
    }

    private static func unavailable(_ reason: String) -> StopReason {
        StopReason(.unavailable, "\(reason); the stock cannot be recomputed from the log")
    }

    private func check(_ state: StateCut) throws(StopReason) {
        guard !state.positions.isEmpty else {
            throw StopReason(
                .configuration, "state.topic: \(configuration.stateTopic) is empty: no daemon of this group has run")
        }
        for checkpoint in state.checkpoints.values {
            guard checkpoint.changedSettings(settings.fingerprint).isEmpty else {
                throw StopReason(
                    .configuration,
                    "the stored stock was counted with other settings: "
                        + "\(checkpoint.difference(to: settings.fingerprint)). Give the daemon's configuration")
            }
        }
    }

    /// Reads the input up to the committed offsets, and on the way compares the stored stock and the tables where they
    /// stand.
    private func read(
        _ topics: TopicReplay, _ replay: EventReplay, _ state: StateCut, _ tables: TablesAudit?,
        _ outputs: inout OutputAudit, _ report: inout AuditReport, _ progress: TopicReplay.Progress
    ) throws(StopReason) {
        let stored = state.checkpoints.mapValues(\.offset)
        var tables = tables
        // The offsets of the stored stock and of the tables, whichever come first, and then the committed ones.
        let shown = tables?.positions(upTo: state.positions) ?? [:]
        let stops = [
            stored.merging(shown) { min($0, $1) }, stored.merging(shown) { max($0, $1) }, state.positions,
        ]
        var open = (stored: Set(replay.shardPartitions.indices), shown: Set(replay.shardPartitions.indices))
        let ids = configuration.ids.table
        for stop in stops {
            try topics.read(replay, upTo: stop, progress: progress) { source in
                outputs.compareClaims(at: source, replay, &report)
            }
            for (shard, partitions) in replay.shardPartitions.enumerated() {
                if partitions.allSatisfy({ stop[$0] == stored[$0] }), open.stored.remove(shard) != nil {
                    let pairs = replay.compareEntries(ofShard: shard, with: state) {
                        report.add($0, stored: $1, recomputed: $2, ids)
                    }
                    report.count(.stock, pairs)
                }
                if partitions.allSatisfy({ stop[$0] == shown[$0] }), open.shown.remove(shard) != nil {
                    tables?.compare(replay, shard, ids, &report)
                }
            }
        }
        if !open.stored.isEmpty {
            note("the stored stock of some partitions was not compared: their offsets fit no moment of the log")
        }
        tables?.conclude(isWhole: open.shown.isEmpty, &report)
        if tables != nil, !open.shown.isEmpty {
            note("the tables in PostgreSQL do not have all partitions yet, so only some rows were compared")
        }
    }
}

extension AuditReport {
    mutating func add(_ pair: Pair, stored: StoredEntry?, recomputed: StoredEntry?, _ ids: IDs) {
        func text(_ entry: StoredEntry?) -> String {
            guard let entry else { return "no events" }
            return "stock \(entry.stock), last_updated \(RFC3339.string(entry.lastUpdated)), "
                + Counted.text(Int(entry.events), "event")
        }
        add(.stock, ids.string(pair), found: text(stored), expected: text(recomputed))
    }

    /// What would have to be published, so that what is stored as published were right.
    mutating func add(_ change: OutputChange, _ ids: IDs) {
        switch change {
        case .alert(let alert, _):
            var (found, expected) = (alert.previousLevel?.name ?? "no alert", alert.level?.name ?? "no alert")
            if found == expected {
                found += " with another row"
                expected += alert.row.map { " (\(AuditedAlert.Columns($0).text))" } ?? ""
            }
            add(.published, ids.string(alert.pair), found: found, expected: expected)
        case .stock(let pair, let row, _):
            add(
                .published, "row of \(ids.string(pair))", found: "another row of the stock",
                expected: row.map { "stock \($0.currentStock)" } ?? "no row")
        case .rollup(let product, let row, _):
            add(
                .published, "row of product \(ids.string(product))", found: "another row of the rollup",
                expected: row.map { "total \($0.totalStock)" } ?? "no row")
        }
    }
}
