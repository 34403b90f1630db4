import BenchmarkInput
import Foundation
import Inventory
import Kafka
import Logging

/// What needs a broker: topics of events, each read by a process of its own, all in the same run.
final class EndToEnd {
    let options: Options
    let report: Report
    let embedded: EmbeddedCluster?
    let client: ClientSettings
    private let admin: Admin
    let stem = "stockd-bench-\(getpid())-\(Int(Date().timeIntervalSince1970))"
    private var made: [String] = []

    init(options: Options, report: Report) throws {
        self.options = options
        self.report = report
        let quiet = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        embedded = options.brokers == nil ? try EmbeddedCluster(logger: quiet) : nil
        client = ClientSettings(
            bootstrapServers: options.brokers ?? embedded?.bootstrapServers ?? "", clientID: "stockd-bench",
            logger: quiet)
        admin = try Admin(client)
    }

    func run() throws {
        defer {
            admin.close(deadlineMs: 2_000)
            embedded?.close()
        }
        if options.groups.contains("e2e") { try compare() }
        if options.groups.contains("growth") { try measureGrowth() }
        if options.groups.contains("latency") { try measureLatency() }
        if options.groups.contains("resident") { try measureMemory() }
        if options.groups.contains("memory") { try ReadersBenchmark(bench: self).run() }
        if options.groups.contains("notify") { try NotifyBenchmark(bench: self).run() }
        if options.groups.contains("postgres") { try PostgresBenchmark(bench: self).run() }
        if embedded == nil { try admin.deleteTopics(made, timeoutMs: 20_000) }
    }

    /// The embedded cluster keeps 5 MB a partition.
    var events: Int { embedded == nil ? options.events : min(options.events, 180_000) }

    private var place: String { options.brokers.map { "BROKERS=\($0)" } ?? "the embedded cluster" }

    func create(_ names: [String], partitions: Int32? = nil, temporary: Bool = true) throws {
        let partitions = partitions ?? options.partitions
        for name in names { try embedded?.createTopic(name, partitions: partitions) }
        guard embedded == nil else { return }
        try admin.createTopics(
            names.map { name in
                // The daemon refuses a state topic that is not compacted.
                TopicSpec(
                    name, partitions: partitions,
                    config: name.hasSuffix("-state") ? ["cleanup.policy": "compact"] : [:])
            }, timeoutMs: 20_000)
        if temporary { made += names }
    }

    /// Whether a group has committed everything that a topic holds.
    func isRead(_ group: String, _ topic: String) throws -> Bool {
        let partitions = Array(0..<options.partitions)
        let committed = try? admin.committed(by: group, topic: topic, partitions: partitions, timeoutMs: 10_000)
        return try committed
            == Dictionary(
                uniqueKeysWithValues: partitions.map { partition in
                    (partition, try admin.watermarks(of: topic, partition, timeoutMs: 10_000).high)
                })
    }

    func child(_ scenario: String, _ topic: String, events: Int, pairs: Int, _ tag: String) throws
        -> Measurement
    {
        try Child.run(
            [
                "--child", scenario, "--brokers", client.bootstrapServers, "--topic", topic, "--events",
                "\(events)", "--pairs", "\(pairs)", "--tag", tag,
            ],
            // The limit is what a program gets that links librdkafka and nothing else.
            allocator: scenario == "bare" || scenario == "bare_shop" ? "libc.so.6" : nil)
    }

    /// The bare consumer and stockd, in turn, on one topic; with texts and for a shop on topics of their own.
    private func compare() throws {
        var scenarios = options.scenarios
        // The shop has a topic of its own, so it is compared with a bare consumer of that topic.
        if let index = scenarios.firstIndex(of: "shop") { scenarios.insert("bare_shop", at: index) }
        let inputs = try produce(scenarios)
        var results: [String: [Measurement]] = [:]
        for repetition in 0..<options.repetitions {
            for scenario in scenarios {
                let tag = "\(stem)-\(scenario)-\(repetition)"
                if !scenario.hasPrefix("bare") {
                    try create(["state", "alerts", "dlq"].map { "\(tag)-\($0)" })
                }
                results[scenario, default: []].append(
                    try child(scenario, inputs[scenario] ?? "", events: events, pairs: options.pairs, tag))
            }
        }
        summarise(scenarios, results)
        if options.keepsTopic, let topic = inputs["exactly_once"] ?? inputs["bare"] { print("  kept \(topic)") }
    }

    /// Fills the topics that scenarios read.
    /// - Returns: the topic of each.
    private func produce(_ scenarios: [String]) throws -> [String: String] {
        var inputs: [String: String] = [:]
        for scenario in scenarios {
            let kind = scenario.hasSuffix("shop") ? "shop" : scenario == "texts" ? scenario : "events"
            let topic = kind == "events" ? options.topic ?? "\(stem)-\(kind)" : "\(stem)-\(kind)"
            let isThere = topic == options.topic || inputs.values.contains(topic)
            inputs[scenario] = topic
            if isThere { continue }
            try create([topic], temporary: kind != "events" || !options.keepsTopic)
            let producing = Producing(
                client: client, topic: topic, partitions: options.partitions, texts: kind == "texts")
            if kind == "shop" {
                try producing.sendShop(events, pairs: options.pairs)
            } else {
                try producing.send(events, pairs: options.pairs, alertEvery: options.alertEvery)
            }
        }
        return inputs
    }

    private func measureLatency() throws {
        for scenario in ["exactly_once"] where options.scenarios.contains(scenario) {
            for rate in options.rates {
                let tag = "\(stem)-\(scenario)-latency-\(rate)"
                let names = ["events", "state", "alerts", "dlq"].map { "\(tag)-\($0)" }
                try create(names)
                try LatencyBenchmark(client: client, options: options, report: report)
                    .run(scenario, rate: rate, input: names[0], tag: tag)
            }
        }
    }

    /// The resident set of a worker that has read one event of every pair.
    private func measureMemory() throws {
        for pairs in [10_000, 100_000, 1_000_000] where embedded == nil || pairs <= 100_000 {
            let tag = "\(stem)-\(pairs)"
            let names = ["events", "state", "alerts", "dlq"].map { "\(tag)-\($0)" }
            try create(names)
            try Producing(client: client, topic: names[0], partitions: options.partitions)
                .send(pairs, pairs: pairs, alertEvery: nil)
            var measurement = try child("resident", names[0], events: pairs, pairs: pairs, tag)
            measurement.group = "resident"
            measurement.name = "exactly once, \(Report.text(Double(pairs))) pairs"
            report.add(measurement)
        }
    }

    /// The repetition with the median rate stands for its scenario.
    private func summarise(_ scenarios: [String], _ results: [String: [Measurement]]) {
        func median(_ scenario: String) -> Measurement? {
            let sorted = (results[scenario] ?? []).sorted {
                $0.figures["events_per_s", default: 0] < $1.figures["events_per_s", default: 0]
            }
            return sorted.isEmpty ? nil : sorted[sorted.count / 2]
        }
        for scenario in scenarios {
            let bare = median(scenario == "shop" ? "bare_shop" : "bare")
            guard var measurement = median(scenario) else { continue }
            let rates = (results[scenario] ?? []).compactMap { $0.figures["events_per_s"] }
            measurement.figures["events_per_s_best"] = rates.max()
            if let bare, !scenario.hasPrefix("bare") {
                for name in ["events_per_s", "events_per_cpu_s"] {
                    let ratio = measurement.figures[name, default: 0] / bare.figures[name, default: 1]
                    measurement.figures["\(name)_ratio_to_bare"] = ratio
                }
            }
            let count = results[scenario]?.count ?? 0
            measurement.note += (measurement.note.isEmpty ? "" : ", ") + "median of \(count), \(place)"
            report.add(measurement)
        }
    }
}
