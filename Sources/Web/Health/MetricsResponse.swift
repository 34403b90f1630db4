import Inventory
import Pipeline
import Wire

/// Everything Prometheus is told; the names are listed in docs/metrics.md.
struct MetricsResponse {
    let source: WebSource
    let startedAt: Timestamp
    let traffic: WebTraffic.Counts
    let streams: Int

    func content(nowMicroseconds: Int64) -> ResponseContent {
        var out = MetricsWriter()
        let counts = source.counts()
        let snapshot = source.store.snapshot()
        out.family("stockd_build_info", .gauge, "The release that runs; always 1.")
        out.sample("stockd_build_info", [("release", source.release), ("librdkafka", source.libraryVersion)], 1)
        out.single(
            "stockd_ready", .gauge, "1 when recovered, connected to Kafka and not falling behind.",
            Readiness(source).isReady ? 1 : 0)
        writeEvents(counts, &out)
        writeTransactions(counts, &out)
        writeViews(snapshot, nowMicroseconds, &out)
        if let tables = source.tables() {
            TableMetrics(counts: tables.views, startedAt: startedAt).write(nowMicroseconds: nowMicroseconds, &out)
            AlertTableMetrics(counts: tables.alerts, startedAt: startedAt).write(
                nowMicroseconds: nowMicroseconds, &out)
        }
        writeWorkers(counts, &out)
        writePartitions(snapshot, &out)
        writeTraffic(&out)
        KafkaMetrics(source.statistics.latest).write(&out)
        writeProcess(&out)
        return ResponseContent("text/plain; version=0.0.4; charset=utf-8", Array(out.text.utf8))
    }

    private func sum(_ counts: [Telemetry.Counts], _ path: KeyPath<Telemetry.Counts, Int>) -> Int {
        counts.reduce(0) { $0 + $1[keyPath: path] }
    }

    private func writeEvents(_ counts: [Telemetry.Counts], _ out: inout MetricsWriter) {
        var input = InputCounts()
        for count in counts { input.add(count.input) }
        out.family(
            "stockd_events_total", .counter, "Input records by outcome.", by: "outcome",
            input.byOutcome.map { ($0, $1) })
        // Every series exists from the start: Prometheus sees no increase in the first sample of one.
        let noRejections = Dictionary(uniqueKeysWithValues: BadEvent.Reason.allCases.map { ($0.rawValue, 0) })
        let reasons = counts.reduce(into: noRejections) {
            $0.merge($1.rejectedByReason, uniquingKeysWith: +)
        }
        let noSkips = Dictionary(
            uniqueKeysWithValues: SkipReason.allCases.filter { $0 != .tombstone }.map { ($0.rawValue, 0) })
        let skips = noSkips.merging(input.skippedByKind) { $0 + $1 }
        out.family(
            "stockd_rejected_events_total", .counter, "Rejected events and rows, by reason.", by: "reason",
            reasons.sorted { $0.key < $1.key }.map { ($0, $1) })
        out.family(
            "stockd_skipped_messages_total", .counter,
            "Messages of a connector that hold no row, by kind, without tombstones.",
            by: "kind", skips.sorted { $0.key < $1.key }.map { ($0, $1) })
        out.single(
            "stockd_unknown_type_events_total", .counter, "Events whose type is not in events.types.",
            sum(counts, \.unknownTypes))
        out.histogram(
            "stockd_event_latency_seconds",
            "From Kafka timestamp to commit, for the oldest and newest record sampled in each transaction.",
            counts.reduce(Histogram.latencies) { $0 + $1.latencies })
    }

    private func writeTransactions(_ counts: [Telemetry.Counts], _ out: inout MetricsWriter) {
        out.family(
            "stockd_transactions_total", .counter, "Kafka transactions by outcome.", by: "outcome",
            [
                ("committed", sum(counts, \.committed)), ("aborted", sum(counts, \.aborted)),
                ("unknown", sum(counts, \.unknownOutcome)),
            ])
        out.histogram(
            "stockd_commit_duration_seconds", "From consolidation to Kafka's response to the commit.",
            counts.reduce(Histogram.commits) { $0 + $1.commits })
        out.single(
            "stockd_messages_sent_total", .counter, "Messages to alert, dead-letter and output topics.",
            sum(counts, \.messages))
        out.single(
            "stockd_alert_changes_total", .counter, "Alert changes that were committed.",
            sum(counts, \.alertChanges))
    }

    private func writeViews(_ snapshot: ViewStore.Snapshot, _ now: Int64, _ out: inout MetricsWriter) {
        let tally = snapshot.workers.reduce(ShownTally()) { $0 + ($1?.tally ?? ShownTally()) }
        // Each alert is in one sample, so sums by either label are right.
        out.family("stockd_alerts", .gauge, "Open alerts.")
        for level in AlertLevel.allCases {
            out.sample("stockd_alerts", [("severity", level.severity.name), ("level", level.name)], tally[level])
        }
        out.single(
            "stockd_pairs", .gauge, "Pairs of product and warehouse that are known.",
            snapshot.workers.reduce(0) { $0 + ($1?.pairs ?? 0) })
        out.single("stockd_stock_rows", .gauge, "Rows of the stock table.", tally.rows)
        let catalog = snapshot.workers.compactMap { $0?.shards.first?.catalog }.first
        out.single("stockd_products", .gauge, "Products in the reference data.", catalog?.products.count ?? 0)
        out.single(
            "stockd_thresholds", .gauge, "Thresholds of one product in one warehouse in the reference data.",
            catalog?.thresholds.count ?? 0)
        out.single("stockd_warehouses", .gauge, "Warehouses in the reference data.", catalog?.warehouses.count ?? 0)
        out.single(
            "stockd_id_names", .gauge,
            "Different texts that a shard's pairs have as ids, in the shard with the most; 0 when ids are integers.",
            snapshot.workers.flatMap { $0?.shards ?? [] }.map(\.names).max() ?? 0)
        out.single(
            "stockd_id_names_limit", .gauge, "As many as ids.max_names allows; 0 when these ids are integers.",
            source.ids.areNumbers ? 0 : source.ids.maxNames)
        let freshness = Freshness(snapshot, now: monotonicMicroseconds(), wall: now)
        out.single(
            "stockd_view_age_seconds", .gauge, "How long ago the views were last known to be current.",
            freshness.asOf == nil
                ? Double(now - startedAt.microseconds) / 1_000_000
                : Double(freshness.ageMicroseconds) / 1_000_000)
        let publishing = source.store.publishing
        out.single(
            "stockd_view_publishes_total", .counter, "Snapshots that workers gave to readers.",
            publishing.count)
        out.single(
            "stockd_view_publish_seconds_total", .counter, "Time that workers spent on these snapshots.",
            Double(publishing.microseconds) / 1_000_000)
    }

    private func writeWorkers(_ counts: [Telemetry.Counts], _ out: inout MetricsWriter) {
        let workers = counts.enumerated().map { (name: "\($0)", counts: $1) }
        out.family(
            "stockd_worker_running", .gauge, "1 when its partitions are recovered and read.", by: "worker",
            workers.map { ($0.name, $0.counts.isRunning ? 1 : 0) })
        out.family(
            "stockd_recovery_progress_ratio", .gauge, "Share of the recovery done, 0 to 1.", by: "worker",
            workers.map { ($0.name, $0.counts.recoveredShare) })
        out.single("stockd_rebalances_total", .counter, "Assignments of partitions.", sum(counts, \.rebalances))
        out.single("stockd_recoveries_total", .counter, "Recoveries completed.", sum(counts, \.recoveries))
        out.single("stockd_fencings_total", .counter, "Times another producer took over.", sum(counts, \.fencings))
    }

    private func writePartitions(_ snapshot: ViewStore.Snapshot, _ out: inout MetricsWriter) {
        let positions = snapshot.workers.flatMap { $0?.positions ?? [] }.sorted {
            $0.partition < $1.partition
        }
        let lags = source.lags.lags.sorted { $0.key < $1.key }.map { ("\($0.rawValue)", $1) }
        func family(_ name: String, _ help: String, _ samples: [(String, Int64)]) {
            out.family(name, .gauge, help, by: "partition", samples)
        }
        family(
            "stockd_consumer_offset", "The committed input offset, the next to be read.",
            positions.map { ("\($0.partition.rawValue)", $0.offset.rawValue) })
        family("stockd_log_end_offset", "The input log's end as last seen.", lags.map { ($0, $1.end) })
        family("stockd_consumer_lag_messages", "Uncommitted input records.", lags.map { ($0, $1.messages) })
        family(
            "stockd_partition_progressing", "0 when stalled or falling behind, else 1.",
            lags.map { ($0, $1.trend == .ok || $1.trend == .unknown ? 1 : 0) })
    }

    private func writeTraffic(_ out: inout MetricsWriter) {
        out.family("stockd_http_requests_total", .counter, "HTTP requests by route and status.")
        for (key, count) in traffic.requests.sorted(by: {
            ($0.key.route, $0.key.code) < ($1.key.route, $1.key.code)
        }) {
            out.sample("stockd_http_requests_total", [("route", key.route), ("code", "\(key.code)")], count)
        }
        out.single("stockd_http_connections", .gauge, "HTTP connections open.", traffic.connections)
        out.single(
            "stockd_http_refused_connections_total", .counter, "HTTP connections refused at the limit.",
            traffic.refused)
        out.single("stockd_http_stream_clients", .gauge, "Connected readers of /v1/changes.", streams)
        out.single(
            "stockd_http_dropped_streams_total", .counter,
            "HTTP connections closed because the client did not read.", traffic.dropped)
    }

    private func writeProcess(_ out: inout MetricsWriter) {
        let facts = ProcessFacts()
        out.single("process_resident_memory_bytes", .gauge, "Resident memory size in bytes.", facts.residentBytes)
        out.single("process_cpu_seconds_total", .counter, "User and system CPU time in seconds.", facts.cpuSeconds)
        out.single("process_open_fds", .gauge, "Open file descriptors.", facts.openFiles)
        out.single(
            "process_start_time_seconds", .gauge, "Start time since the Unix epoch in seconds.",
            Double(startedAt.microseconds) / 1_000_000)
    }
}
