import Inventory
import Pipeline

/// The daemon's status, for `stockd top` and for people.
struct StatusResponse {
    let source: WebSource
    let startedAt: Timestamp
    let eventsPerSecond: Double

    func content(nowMicroseconds: Int64) -> ResponseContent {
        let counts = source.counts()
        let snapshot = source.store.snapshot()
        let readiness = Readiness(source)
        let freshness = Freshness(snapshot, now: monotonicMicroseconds(), wall: nowMicroseconds)
        return ResponseContent(reflecting: freshness) { json in
            json.field("release", source.release)
            json.field("started_at", startedAt)
            json.field("uptime_seconds", (nowMicroseconds - startedAt.microseconds) / 1_000_000)
            json.field("ready", readiness.isReady)
            json.array("reasons", readiness.reasons) { $0.text($1) }
            json.field("group_id", source.groupID)
            json.field("input_topic", source.inputTopic)
            json.freshness(freshness)
            writeTotals(counts, snapshot, &json)
            writeWorkers(counts, snapshot, &json)
            writePartitions(snapshot, &json)
        }
    }

    private func writeTotals(
        _ counts: [Telemetry.Counts], _ snapshot: ViewStore.Snapshot, _ json: inout JSONWriter
    ) {
        func sum(_ path: KeyPath<Telemetry.Counts, Int>) -> Int {
            counts.reduce(0) { $0 + $1[keyPath: path] }
        }
        var input = InputCounts()
        for count in counts { input.add(count.input) }
        json.object("events") { json in
            for (outcome, count) in input.byOutcome { json.field(outcome, count) }
            json.field("unknown_type", sum(\.unknownTypes))
        }
        json.name("events_per_second")
        json.value { $0.append(utf8: "\((eventsPerSecond * 10).rounded() / 10)") }
        json.object("transactions") { json in
            json.field("committed", sum(\.committed))
            json.field("aborted", sum(\.aborted))
        }
        let tally = snapshot.workers.reduce(ShownTally()) { $0 + ($1?.tally ?? ShownTally()) }
        json.field("pairs", snapshot.workers.reduce(0) { $0 + ($1?.pairs ?? 0) })
        json.field("stock_rows", tally.rows)
        json.object("alerts") { json in
            for level in AlertLevel.allCases.reversed() { json.field(level.name, tally[level]) }
        }
    }

    private func writeWorkers(
        _ counts: [Telemetry.Counts], _ snapshot: ViewStore.Snapshot, _ json: inout JSONWriter
    ) {
        json.array("workers", counts.enumerated()) { json, entry in
            let (number, counts) = entry
            let shown = number < snapshot.workers.count ? snapshot.workers[number] : nil
            json.object { json in
                json.field("worker", number)
                json.field("status", counts.status)
                json.field("running", counts.isRunning)
                json.array("partitions", shown?.positions ?? []) { $0.number($1.partition.rawValue) }
                json.field("events_applied", counts.input.applied)
                json.field("pairs", shown?.pairs ?? 0)
            }
        }
    }

    private func writePartitions(_ snapshot: ViewStore.Snapshot, _ json: inout JSONWriter) {
        let lags = source.lags.lags
        let rows = snapshot.workers.enumerated().flatMap { number, shown in
            (shown?.positions ?? []).map { (number, $0) }
        }
        json.array("partitions", rows) { json, row in
            let (number, position) = row
            let lag = lags[position.partition]
            json.object { json in
                json.field("partition", position.partition.rawValue)
                json.field("worker", number)
                json.field("offset", position.offset.rawValue)
                json.field("end_offset", lag?.end)
                json.field("lag", lag.map { max(0, $0.end - max($0.offset, position.offset.rawValue)) })
                json.field("trend", (lag?.trend ?? .unknown).rawValue)
            }
        }
    }
}
