import BenchmarkInput
import Foundation
import Inventory
import Kafka
import Logging

/// One topic of events, read by each scenario in turn, each in a process of its own, in the same run.
struct EndToEnd {
    let options: Options
    let report: Report

    func run() throws {
        let quiet = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        let embedded = options.brokers == nil ? try EmbeddedCluster(logger: quiet) : nil
        defer { embedded?.close() }
        let brokers = options.brokers ?? embedded?.bootstrapServers ?? ""
        let client = ClientSettings(bootstrapServers: brokers, clientID: "stockd-bench", logger: quiet)
        let events = embedded == nil ? options.events : min(options.events, 180_000)
        let stem = "stockd-bench-\(getpid())-\(Int(Date().timeIntervalSince1970))"
        let input = options.topic ?? "\(stem)-events"
        let admin = try Admin(client)
        defer { admin.close(deadlineMs: 2_000) }
        func create(_ names: [String]) throws {
            for name in names { try embedded?.createTopic(name, partitions: options.partitions) }
            guard embedded == nil else { return }
            try admin.createTopics(
                names.map { TopicSpec($0, partitions: options.partitions) }, timeoutMs: 20_000)
        }
        if options.topic == nil, options.groups.contains("e2e") {
            try create([input])
            try Producing(client: client, topic: input, partitions: options.partitions)
                .send(events, pairs: options.pairs, alertEvery: options.alertEvery)
        }
        var results: [String: [Measurement]] = [:]
        var made: [String] = []
        for repetition in 0..<(options.groups.contains("e2e") ? options.repetitions : 0) {
            for scenario in options.scenarios {
                let tag = "\(stem)-\(scenario)-\(repetition)"
                if scenario != "bare" {
                    let names = ["state", "alerts", "dlq"].map { "\(tag)-\($0)" }
                    try create(names)
                    made += names
                }
                results[scenario, default: []].append(
                    try Child.run(
                        [
                            "--child", scenario, "--brokers", brokers, "--topic", input, "--events",
                            "\(events)", "--pairs", "\(options.pairs)", "--tag", tag,
                        ] + (options.wakesFetchers ? ["--wake"] : [])))
            }
        }
        if options.groups.contains("latency") {
            for scenario in options.scenarios where scenario != "bare" {
                for rate in options.rates {
                    let tag = "\(stem)-\(scenario)-latency-\(rate)"
                    let names = ["events", "state", "alerts", "dlq"].map { "\(tag)-\($0)" }
                    try create(names)
                    made += names
                    try LatencyBenchmark(client: client, options: options, report: report)
                        .run(scenario, rate: rate, input: names[0], tag: tag)
                }
            }
        }
        if options.groups.contains("resident") {
            for pairs in [10_000, 100_000, 1_000_000] where embedded == nil || pairs <= 100_000 {
                let tag = "\(stem)-\(pairs)"
                let names = ["events", "state", "alerts", "dlq"].map { "\(tag)-\($0)" }
                try create(names)
                made += names
                try Producing(client: client, topic: names[0], partitions: options.partitions)
                    .send(pairs, pairs: pairs, alertEvery: nil)
                var measurement = try Child.run([
                    "--child", "exactly_once", "--brokers", brokers, "--topic", names[0], "--events",
                    "\(pairs)",
                    "--pairs", "\(pairs)", "--tag", tag,
                ])
                measurement.group = "resident"
                measurement.name = "exactly once, \(Report.text(Double(pairs))) pairs"
                report.add(measurement)
            }
        }
        summarise(results, embedded == nil ? "BROKERS=\(brokers)" : "the embedded cluster")
        guard embedded == nil else { return }
        if options.keepsTopic { print("  kept \(input)") }
        try admin.deleteTopics(
            made + (options.topic == nil && !options.keepsTopic ? [input] : []), timeoutMs: 20_000)
    }

    /// The repetition with the median rate stands for its scenario.
    private func summarise(_ results: [String: [Measurement]], _ place: String) {
        func median(_ scenario: String) -> Measurement? {
            let sorted = (results[scenario] ?? []).sorted {
                $0.figures["events_per_s", default: 0] < $1.figures["events_per_s", default: 0]
            }
            return sorted.isEmpty ? nil : sorted[sorted.count / 2]
        }
        let bare = median("bare")
        for scenario in options.scenarios {
            guard var measurement = median(scenario) else { continue }
            let rates = (results[scenario] ?? []).compactMap { $0.figures["events_per_s"] }
            measurement.figures["events_per_s_best"] = rates.max()
            if let bare, scenario != "bare" {
                for name in ["events_per_s", "events_per_cpu_s"] {
                    let ratio = measurement.figures[name, default: 0] / bare.figures[name, default: 1]
                    measurement.figures["\(name)_ratio_to_bare"] = ratio
                }
            }
            measurement.note += (measurement.note.isEmpty ? "" : ", ") + "median of \(rates.count), \(place)"
            report.add(measurement)
        }
    }
}

/// Fills the input topic.
private struct Producing {
    let client: ClientSettings
    let topic: String
    let partitions: Int32

    /// Without keys, 256 events at a time to each partition in turn, as a producer's sticky partitioner does.
    func send(_ events: Int, pairs: Int, alertEvery: Int?) throws {
        let producer = try TransactionalProducer(
            client, ProducerSettings(transactionalID: nil), name: "events")
        defer { producer.close(deadlineMs: 5_000) }
        let handle = try producer.topic(topic)
        let text = EventText(
            events: events, pairs: min(pairs, events), stocking: true, alertEvery: alertEvery)
        for index in 0..<text.count {
            try text.withEvent(index) { bytes in
                try producer.produce(
                    handle, partition: Int32(index / 256) % partitions, key: nil, value: bytes)
            }
            if index % 1_000 == 0 { producer.serve() }
        }
        try producer.flush(deadlineMs: 120_000)
    }
}
