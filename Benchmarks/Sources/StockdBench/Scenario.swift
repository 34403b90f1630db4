import AllocationCounter
import Foundation
import Inventory
import Kafka
import Logging
import Pipeline
import Synchronization

/// One reader of the whole input topic, from its assignment to the last event (and its commit).
struct Scenario {
    private let name: String
    private let options: Options
    private let input: String
    private let client: ClientSettings
    private static let limitNs: Int64 = 300_000_000_000

    init(_ name: String, _ options: Options) throws {
        guard let brokers = options.brokers, let topic = options.topic else {
            throw BenchFailure("a scenario needs --brokers and --topic")
        }
        self.name = name
        self.options = options
        input = topic
        client = ClientSettings(
            bootstrapServers: brokers, clientID: "stockd-bench",
            logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })
    }

    func run() throws -> Measurement {
        switch name {
        case "bare", "bare_mimalloc", "bare_shop": try bare()
        case "exactly_once": try stockd()
        case "texts": try stockd(ids: IDs(event: .text, product: .text, warehouse: .text))
        case "shop": try stockd(isShop: true)
        // A checkpoint later all threads have given back what they do not need.
        case "resident": try stockd(settleNs: 6_000_000_000)
        case "checkpoint": try checkpoint()
        case "serve": try serve()
        default: throw BenchFailure("no scenario is called \(name)")
        }
    }

    private struct Mark {
        let wall = wall_ns()
        let cpu = process_cpu_ns()
    }

    private func result(from start: Mark, to end: Mark, _ note: String = "") -> Measurement {
        let events = Double(options.events)
        return Measurement(
            group: "end-to-end", name: name,
            figures: [
                "events_per_s": events * 1e9 / Double(end.wall - start.wall),
                "events_per_cpu_s": events * 1e9 / Double(max(end.cpu - start.cpu, 1)),
                "peak_resident_mb": Double(ProcessMemory.peakResidentBytes) / 1e6,
            ], note: note)
    }

    /// The library's batch consumer; what it reads is discarded.
    private func bare() throws -> Measurement {
        let consumer = try Consumer(client, ConsumerSettings(groupID: options.tag, topic: input))
        defer { consumer.close(deadlineMs: 3_000) }
        var start = Mark()
        var count = 0
        while count < options.events {
            if wall_ns() - start.wall > Self.limitNs { throw BenchFailure("only \(count) events came") }
            switch try consumer.poll(maxRecords: 10_000, waitMs: 100) {
            case .records(let polled): count += polled
            case .rebalance(.assigned(let partitions)):
                try consumer.assign(partitions.map { .beginning($0) })
                start = Mark()
            case .idle: break
            case .rebalance, .offsetOutOfRange: throw BenchFailure("the partitions were taken away")
            }
        }
        return result(from: start, to: Mark())
    }

    /// The daemon's worker, from the moment it is recovered to the commit of the last event.
    private func stockd(
        settleNs: Int64 = 500_000_000, ids: IDs = .integers, isShop: Bool = false
    ) throws -> Measurement {
        let stockd = try StockdWorker(
            client, input: input, tag: options.tag, pairs: options.pairs, ids: ids, isShop: isShop)
        defer { stockd.close() }
        try stockd.start(limitNs: Self.limitNs)
        let start = Mark()
        let readyMs = Double(start.wall - options.spawnedNs) / 1e6
        let (worker, telemetry) = (stockd.worker, stockd.telemetry)
        let end = try drive(worker, telemetry)
        let counts = telemetry.snapshot
        var measurement = result(
            from: start, to: end, "\(counts.alertChanges) alert changes in \(counts.committed) transactions")
        measurement.figures["ready_ms"] = readyMs
        measurement.figures["resident_mb"] = try Self.settledResidentMB(worker, afterNs: settleNs)
        return measurement
    }

    /// How long the pipeline stands still while the state of every pair is written.
    private func checkpoint() throws -> Measurement {
        let stockd = try StockdWorker(
            client, input: input, tag: options.tag, pairs: options.pairs,
            checkpointIntervalMs: 3_000)
        defer { stockd.close() }
        try stockd.start(limitNs: Self.limitNs)
        let begun = wall_ns()
        _ = try drive(stockd.worker, stockd.telemetry)
        var holds: [Int64] = []
        while wall_ns() - begun < 6_000_000_000 {
            let before = stockd.telemetry.snapshot.commits
            _ = try stockd.worker.step()
            // Not the step: that begins with waiting for records, up to 100 ms.
            let after = stockd.telemetry.snapshot.commits
            if after.count > before.count { holds.append(after.sumMs - before.sumMs) }
        }
        return Measurement(
            group: "end-to-end", name: "checkpoint of every pair",
            figures: ["longest_hold_ms": Double(holds.max() ?? 0)],
            note: "\(options.pairs) pairs; each transaction: \(holds)")
    }

    /// Works until the parent ends this process.
    private func serve() throws -> Measurement {
        let stockd = try StockdWorker(client, input: input, tag: options.tag, pairs: options.pairs)
        try stockd.start(limitNs: Self.limitNs)
        print("ready")
        fflush(nil)
        while true { _ = try stockd.worker.step() }
    }

    /// The memory that is left in use once what was fetched is worked off, and a while later.
    private static func settledResidentMB(_ worker: KafkaWorker, afterNs ns: Int64) throws -> Double {
        let enough = wall_ns() + ns
        repeat { _ = try worker.step() } while wall_ns() < enough
        return Double(ProcessMemory.residentBytes) / 1e6
    }

    private func drive(_ worker: KafkaWorker, _ telemetry: Telemetry) throws -> Mark {
        let begun = wall_ns()
        while true {
            let committed = telemetry.snapshot.committed
            _ = try worker.step()
            let counts = telemetry.snapshot
            if counts.input.applied >= options.events, counts.committed > committed { return Mark() }
            if wall_ns() - begun > Self.limitNs {
                throw BenchFailure("only \(counts.input.applied) events were applied: \(counts)")
            }
        }
    }
}
