import AllocationCounter
import BenchmarkInput
import Foundation
import Inventory
import Kafka
import Postgres
import TemporaryServers

/// What the tables in PostgreSQL cost and how late they are: real daemons beside a PostgreSQL of the benchmark's own.
struct PostgresBenchmark {
    let bench: EndToEnd

    private var options: Options { bench.options }

    func run() throws {
        do {
            let server = try TemporaryServer(settings: ["max_wal_size=4GB"])
            defer { server.close() }
            try measureLatency(server, interval: "100ms")
            try measureLatency(server, interval: "10ms")
            for pairs in [100_000, 1_000_000] where bench.embedded == nil || pairs <= 100_000 {
                try measureFill(server, pairs: pairs)
            }
            try measureLoss(server)
        } catch let failure as TemporaryServer.Failure {
            throw BenchFailure(failure.message)
        } catch let error as PostgresError {
            throw BenchFailure("PostgreSQL: \(error)")
        }
    }

    private func start(
        _ tag: String, input: String, pairs: Int, _ server: TemporaryServer?, interval: String = "100ms"
    ) throws -> DaemonProcess {
        try DaemonProcess(
            program: options.program, brokers: bench.client.bootstrapServers, stem: tag, input: input, pairs: pairs,
            // With its page, as daemons have it: both read the same model.
            hasPage: true,
            postgres: server.map { "url: \"\($0.connection)\", schema: \"\(tag)\", interval: \(interval)" })
    }

    private func create(_ tag: String, input: Bool = true) throws {
        let names = (input ? ["events"] : []) + ["state", "alerts", "dlq"]
        try bench.create(names.map { "\(tag)-\($0)" })
    }

    // MARK: Latency

    /// Each event changes an alert. The times are from the moment at which a `read_committed` consumer has the change
    /// to the one at which the row is visible to another session.
    private func measureLatency(_ server: TemporaryServer, interval: String) throws {
        let tag = "\(bench.stem)-tables-\(interval)"
        try create(tag)
        let (input, pairs) = ("\(tag)-events", options.latencyPairs)
        let daemon = try start(tag, input: input, pairs: pairs, server, interval: interval)
        defer { daemon.close() }
        try daemon.wait("it is ready") { daemon.log.contains(": ready") }
        let connection = try Connection(ConnectionSettings(url: server.connection))
        try daemon.wait("the tables are made") {
            try connection.run("SELECT to_regclass($1)", [.text("\"\(tag)\".alert_positions")]).first?[0] != nil
        }
        for rate in options.rates {
            let watch = try VisibilityWatch(bench.client, alerts: "\(tag)-alerts", server.connection, schema: tag)
            let count = rate * options.seconds
            try AlertFlow(client: bench.client, topic: input, partitions: options.partitions, pairs: pairs)
                .send(count, rate: rate) { watch.begin() }
            let (views, changes) = try watch.finish(count)
            for (name, times) in [("low_stock_alerts", views), ("alert_changes", changes)] {
                bench.report.add(
                    Measurement(
                        group: "postgres", name: "\(name), interval \(interval), \(rate) events/s",
                        figures: [
                            "p50_ms": times[times.count / 2] / 1e6, "p99_ms": times[times.count * 99 / 100] / 1e6,
                            "max_ms": (times.last ?? 0) / 1e6,
                        ], note: "committed change read to row visible, \(times.count) changes, \(pairs) pairs"))
            }
        }
        try daemon.stop()
    }

    // MARK: Fill

    /// All rows of all pairs into empty tables, by a daemon that knows the pairs from its checkpoint.
    private func measureFill(_ server: TemporaryServer, pairs: Int) throws {
        let tag = "\(bench.stem)-fill-\(pairs)"
        try create(tag)
        try Producing(client: bench.client, topic: "\(tag)-events", partitions: options.partitions)
            .send(pairs, pairs: pairs, alertEvery: 2)
        let before = try start(tag, input: "\(tag)-events", pairs: pairs, nil)
        defer { before.close() }
        try before.wait("it has read everything") { try bench.isRead(tag, "\(tag)-events") }
        sleep(2)
        let bare = before.residentBytes
        try before.stop()
        let daemon = try start(tag, input: "\(tag)-events", pairs: pairs, server)
        defer { daemon.close() }
        let first = try awaitFill(1, daemon)
        sleep(3)
        let grown = (daemon.residentBytes - bare) / Double(pairs)
        report("fill, \(Report.text(Double(pairs))) pairs", first, ["bytes_per_pair": grown])
        let connection = try Connection(ConnectionSettings(url: server.connection))
        try connection.run("DROP TABLE \"\(tag)\".low_stock_alerts")
        report("fill after a lost table, \(Report.text(Double(pairs))) pairs", try awaitFill(2, daemon))
        try daemon.stop()
        let next = try start(tag, input: "\(tag)-events", pairs: pairs, server)
        defer { next.close() }
        let again = try awaitFill(1, next)
        report(
            "comparison after a restart, \(Report.text(Double(pairs))) pairs", again,
            ["pairs_per_s": Double(pairs) / again.seconds])
        try next.stop()
    }

    /// Waits until a daemon has written all rows for the nth time, and takes the figures of that time from its log.
    private func awaitFill(_ number: Int, _ daemon: DaemonProcess) throws -> (rows: Double, seconds: Double) {
        let fill = /wrote all rows of partition \d+ to PostgreSQL.*rows=(\d+).*took_ms=(\d+)/
        try daemon.wait("the tables are filled", within: 300) { daemon.log.matches(of: fill).count >= number }
        let last = daemon.log.matches(of: fill)[number - 1]
        return (Double(last.1) ?? 0, (Double(last.2) ?? 0) / 1_000)
    }

    private func report(
        _ name: String, _ fill: (rows: Double, seconds: Double), _ more: [String: Double] = [:]
    ) {
        let figures = ["rows": fill.rows, "seconds": fill.seconds, "rows_per_s": fill.rows / max(fill.seconds, 0.001)]
        bench.report.add(
            Measurement(
                group: "postgres", name: name, figures: figures.merging(more) { $1 },
                note: "three tables in one transaction; memory beside a daemon without PostgreSQL"))
    }

    // MARK: Loss

    /// A backlog, read by a daemon with the tables and by one without, in turn.
    private func measureLoss(_ server: TemporaryServer) throws {
        let input = "\(bench.stem)-backlog"
        try bench.create([input])
        try Producing(client: bench.client, topic: input, partitions: options.partitions)
            .send(bench.events, pairs: options.pairs, alertEvery: options.alertEvery)
        var rates: [Bool: [Double]] = [:]
        for repetition in 0..<options.repetitions {
            for hasTables in [false, true] {
                let tag = "\(bench.stem)-\(hasTables ? "with" : "without")-\(repetition)"
                try create(tag, input: false)
                let daemon = try start(tag, input: input, pairs: options.pairs, hasTables ? server : nil)
                defer { daemon.close() }
                try daemon.waitUntilApplied(bench.events)
                rates[hasTables, default: []].append(Double(bench.events) / daemon.cpuSeconds)
                try daemon.stop()
            }
        }
        let (without, with) = (median(rates[false]), median(rates[true]))
        bench.report.add(
            Measurement(
                group: "postgres", name: "backlog of \(Report.text(Double(bench.events))) events",
                figures: [
                    "events_per_cpu_s_without": without, "events_per_cpu_s_with": with,
                    "loss_percent": (1 - with / without) * 100,
                ], note: "median of \(options.repetitions), \(options.pairs) pairs, the daemon's threads alone"))
    }

    private func median(_ values: [Double]?) -> Double {
        let sorted = (values ?? []).sorted()
        return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    }
}

/// Events at a steady rate, each of which raises or resolves an alert.
struct AlertFlow {
    let client: ClientSettings
    let topic: String
    let partitions: Int32
    let pairs: Int

    /// Sends one event of every pair, calls `begin`, then sends those that count.
    func send(_ count: Int, rate: Int, begin: () -> Void) throws {
        var settings = ProducerSettings(transactionalID: nil)
        settings.lingerMs = 0
        let producer = try TransactionalProducer(client, settings, name: "events")
        defer { producer.close(deadlineMs: 5_000) }
        let topic = try producer.topic(topic)
        let base = Int(wall_ns() / 1_000)
        var start: Int64 = 0
        for index in 0..<pairs + count {
            if index == pairs {
                try producer.flush(deadlineMs: 60_000)
                // The events of every pair are through by then.
                sleep(4)
                begin()
                start = wall_ns() + 100_000_000
            }
            if index >= pairs { pause(until: start + Int64(index - pairs) * 1_000_000_000 / Int64(rate)) }
            let text = event(base + index, pair: index % pairs, round: index / pairs)
            try Array(text.utf8).withUnsafeBytes { bytes in
                try producer.produce(topic, partition: Int32(index) % partitions, key: nil, value: bytes)
            }
            producer.serve()
        }
        try producer.flush(deadlineMs: 10_000)
        // Every pair's stock is what it was: the next flow begins as this one did.
        for pair in 0..<pairs {
            let rounds = (count + pairs - 1 - pair) / pairs
            let text = event(base + pairs + count + pair, pair: pair, round: rounds % 2 == 0 ? -1 : -2)
            try Array(text.utf8).withUnsafeBytes { bytes in
                try producer.produce(topic, partition: Int32(pair) % partitions, key: nil, value: bytes)
            }
        }
        try producer.flush(deadlineMs: 60_000)
    }

    private func pause(until dueNs: Int64) {
        var due = timespec(tv_sec: Int(dueNs / 1_000_000_000), tv_nsec: Int(dueNs % 1_000_000_000))
        while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nil) == EINTR {}
    }

    /// 10 units, below the threshold of 60, then 100, then 10 again; -1 and -2 take the 10 or the 100 away.
    private func event(_ id: Int, pair: Int, round: Int) -> String {
        let (type, quantity) =
            switch round {
            case -1: ("SHIPPED", 10)
            case -2: ("SHIPPED", 100)
            case 0: ("RECEIVED", 10)
            default: round % 2 == 1 ? ("RECEIVED", 90) : ("SHIPPED", 90)
            }
        let product = EventText.firstProduct + pair / EventText.warehouses
        let warehouse = 10 + pair % EventText.warehouses
        return """
            {"event_id":\(id),"event_type":"\(type)","product_id":\(product),"warehouse_id":\(warehouse),\
            "quantity":\(quantity),"event_time":"2026-03-30T00:00:00Z"}
            """
    }
}
