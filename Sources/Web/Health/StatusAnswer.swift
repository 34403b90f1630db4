import Inventory
import Pipeline

/// How things stand, for `stockd top` and for people.
struct StatusAnswer {
    let source: WebSource
    let startedAt: Timestamp
    let eventsPerSecond: Double

    func answer(nowMicroseconds: Int64) -> Answer {
        let counts = source.counts()
        let moment = source.store.moment()
        let readiness = Readiness(source)
        var json = JSONWriter()
        json.open("{")
        json.name("release")
        json.text(source.release)
        json.name("started_at")
        json.instant(startedAt)
        json.name("uptime_seconds")
        json.number((nowMicroseconds - startedAt.microseconds) / 1_000_000)
        json.name("ready")
        json.boolean(readiness.isReady)
        json.name("reasons")
        json.open("[")
        for reason in readiness.reasons { json.text(reason) }
        json.close("]")
        json.name("group_id")
        json.text(source.groupID)
        json.name("input_topic")
        json.text(source.inputTopic)
        json.name("delivery")
        json.text(source.delivery)
        let freshness = Freshness(moment, now: monotonicMicroseconds(), wall: nowMicroseconds)
        json.freshness(freshness)
        writeTotals(counts, moment, &json)
        writeWorkers(counts, moment, &json)
        writePartitions(moment, &json)
        json.close("}")
        var answer = Answer(Media.json.contentType, json.bytes)
        answer.reflect(freshness)
        return answer
    }

    private func writeTotals(
        _ counts: [Telemetry.Counts], _ moment: ViewStore.Moment, _ json: inout JSONWriter
    ) {
        func sum(_ path: KeyPath<Telemetry.Counts, Int>) -> Int64 {
            Int64(counts.reduce(0) { $0 + $1[keyPath: path] })
        }
        func object(_ name: String, _ fields: [(String, Int64)]) {
            json.name(name)
            json.open("{")
            for (name, value) in fields {
                json.name(name)
                json.number(value)
            }
            json.close("}")
        }
        object(
            "events",
            [
                ("applied", sum(\.applied)), ("duplicate", sum(\.duplicates)),
                ("below_window", sum(\.belowWindow)), ("tombstone", sum(\.tombstones)), ("bad", sum(\.bad)),
                ("unknown_type", sum(\.unknownTypes)),
                ("updated", sum(\.updated)), ("deleted", sum(\.deleted)), ("truncated", sum(\.truncated)),
                ("stale", sum(\.stale)), ("skipped", sum(\.skippedCount)),
            ])
        json.name("events_per_second")
        json.value { $0.append(utf8: "\((eventsPerSecond * 10).rounded() / 10)") }
        object("transactions", [("committed", sum(\.committed)), ("aborted", sum(\.aborted))])
        let tally = moment.cuts.reduce(ShownTally()) { $0 + ($1?.tally ?? ShownTally()) }
        json.name("pairs")
        json.number(Int64(moment.cuts.reduce(0) { $0 + ($1?.pairs ?? 0) }))
        json.name("stock_rows")
        json.number(Int64(tally.rows))
        object("alerts", Severity.allCases.reversed().map { ($0.name, Int64(tally[$0])) })
    }

    private func writeWorkers(
        _ counts: [Telemetry.Counts], _ moment: ViewStore.Moment, _ json: inout JSONWriter
    ) {
        json.name("workers")
        json.open("[")
        for (number, worker) in counts.enumerated() {
            let cut = number < moment.cuts.count ? moment.cuts[number] : nil
            json.open("{")
            json.name("worker")
            json.number(Int64(number))
            json.name("status")
            json.text(worker.status)
            json.name("running")
            json.boolean(worker.isRunning)
            json.name("partitions")
            json.open("[")
            for position in cut?.positions ?? [] { json.number(Int64(position.partition.rawValue)) }
            json.close("]")
            json.name("events_applied")
            json.number(Int64(worker.applied))
            json.name("pairs")
            json.number(Int64(cut?.pairs ?? 0))
            json.close("}")
        }
        json.close("]")
    }

    private func writePartitions(_ moment: ViewStore.Moment, _ json: inout JSONWriter) {
        let lags = source.lags.lags
        json.name("partitions")
        json.open("[")
        for (number, cut) in moment.cuts.enumerated() {
            for position in cut?.positions ?? [] {
                let lag = lags[position.partition]
                json.open("{")
                json.name("partition")
                json.number(Int64(position.partition.rawValue))
                json.name("worker")
                json.number(Int64(number))
                json.name("offset")
                json.number(position.offset.rawValue)
                json.name("end_offset")
                json.number(lag?.end)
                json.name("lag")
                json.number(lag.map { max(0, $0.end - max($0.offset, position.offset.rawValue)) })
                json.name("trend")
                json.text((lag?.trend ?? .unknown).rawValue)
                json.close("}")
            }
        }
        json.close("]")
    }
}
