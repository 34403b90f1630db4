import AllocationCounter
import BenchmarkInput
import Foundation
import Inventory
import Kafka
import Logging
import Pipeline
import Synchronization

import struct Histogram.Histogram

/// How late an alert is: from the moment its event was due to be produced until a `read_committed` consumer
/// has it, over Kafka both ways. stockd works in a process of its own; every event changes an alert.
///
/// Events are due at fixed times, whatever the producer or the broker does: a pause shows in full.
struct LatencyBenchmark {
    let client: ClientSettings
    let options: Options
    let report: Report

    private var pairs: Int { options.latencyPairs }
    /// Every so manieth pair alerts; the number divides that of the pairs and the events.
    private var alertEvery: Int { options.alertEvery ?? 1 }

    func run(_ scenario: String, rate: Int, input: String, tag: String) throws {
        let worker = Process()
        worker.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        worker.environment = Child.environment()
        worker.arguments = [
            "--child", "serve", "--brokers", client.bootstrapServers, "--topic", input, "--tag",
            tag,
            "--pairs", "\(pairs)",
        ]
        let output = Pipe()
        worker.standardOutput = output
        try worker.run()
        defer {
            worker.terminate()
            worker.waitUntilExit()
        }
        guard let line = try output.fileHandleForReading.read(upToCount: 5), line.count == 5 else {
            throw BenchFailure("the worker did not get ready")
        }
        // First an event of each pair, which does not count.
        let count = pairs + rate * options.seconds
        let due = DueTimes(pairs: pairs)
        let reading = AlertReading(
            client: client, topic: "\(tag)-alerts", tag: tag, due: due, count: count / alertEvery,
            warm: pairs / alertEvery)
        let thread = Thread { reading.run() }
        thread.start()
        try reading.waitUntilAssigned()
        try produce(count, rate: rate, to: input, due, reading)
        let histogram = try reading.result()
        func ms(_ percentile: Double) -> Double { Double(histogram.valueAtPercentile(percentile)) / 1e3 }
        report.add(
            Measurement(
                group: "latency", name: "\(scenario), \(rate) events/s",
                figures: [
                    "p50_ms": ms(50), "p99_ms": ms(99), "p99_9_ms": ms(99.9), "max_ms": ms(100),
                ], note: "event due to committed alert read, \(histogram.totalCount) alerts, \(pairs) pairs"))
    }

    private func produce(
        _ count: Int, rate: Int, to input: String, _ due: DueTimes, _ reading: AlertReading
    ) throws {
        var settings = ProducerSettings(transactionalID: nil)
        settings.lingerMs = 0
        let producer = try TransactionalProducer(client, settings, name: "events")
        defer { producer.close(deadlineMs: 5_000) }
        let topic = try producer.topic(input)
        var start: Int64 = 0
        for index in 0..<count {
            if index == pairs {
                try producer.flush(deadlineMs: 60_000)
                reading.waitUntilWarm()
                start = wall_ns() + 100_000_000
            }
            let pair = index % pairs
            if index >= pairs {
                let dueNs = start + Int64(index - pairs) * 1_000_000_000 / Int64(rate)
                sleep(until: dueNs)
                if pair % alertEvery == 0 { due.set(dueNs, of: pair) }
            }
            let text = event(index, pair)
            try text.withUnsafeBytes { bytes in
                try producer.produce(
                    topic, partition: Int32(index) % options.partitions, key: nil, value: bytes)
            }
            producer.serve()
        }
        try producer.flush(deadlineMs: 10_000)
    }

    /// One sleep: looking at the clock again and again would take processor time from what is measured.
    private func sleep(until dueNs: Int64) {
        var due = timespec(tv_sec: Int(dueNs / 1_000_000_000), tv_nsec: Int(dueNs % 1_000_000_000))
        while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nil) == EINTR {}
    }

    /// 10 units, below the threshold of 60, then 100, then 10 again, and so on: each event changes the alert.
    private func event(_ index: Int, _ pair: Int) -> [UInt8] {
        let round = index / pairs
        let (type, quantity) =
            pair % alertEvery > 0
            ? ("RECEIVED", 1_000)
            : round == 0 ? ("RECEIVED", 10) : round % 2 == 1 ? ("RECEIVED", 90) : ("SHIPPED", 90)
        let product = EventText.firstProduct + pair / EventText.warehouses
        let warehouse = 10 + pair % EventText.warehouses
        return Array(
            """
            {"event_id":\(index),"event_type":"\(type)","product_id":\(product),"warehouse_id":\(warehouse),\
            "quantity":\(quantity),"event_time":"2026-03-30T00:00:00Z"}
            """.utf8)
    }
}

/// When the last event of each pair was due, by the monotonic clock; 0 where it does not count.
final class DueTimes: Sendable {
    private let times: Mutex<[Int64]>

    init(pairs: Int) { times = Mutex(Array(repeating: 0, count: pairs)) }

    func set(_ ns: Int64, of pair: Int) { times.withLock { $0[pair] = ns } }
    func get(_ pair: Int) -> Int64 { times.withLock { $0.indices.contains(pair) ? $0[pair] : 0 } }
}

/// Reads the alerts on a thread of its own and notes how late each is.
private final class AlertReading: @unchecked Sendable {
    private let client: ClientSettings
    private let topic: String
    private let tag: String
    private let due: DueTimes
    private let count: Int
    /// So many come before the first that counts.
    private let warmCount: Int
    private var histogram = Histogram<UInt64>(highestTrackableValue: 60_000_000)
    private var failure: (any Error)?
    private let assigned = DispatchSemaphore(value: 0)
    private let warm = DispatchSemaphore(value: 0)
    private let finished = DispatchSemaphore(value: 0)

    init(client: ClientSettings, topic: String, tag: String, due: DueTimes, count: Int, warm: Int) {
        self.client = client
        self.topic = topic
        self.tag = tag
        self.due = due
        self.count = count
        warmCount = warm
    }

    func run() {
        do { try read() } catch { failure = error }
        assigned.signal()
        warm.signal()
        finished.signal()
    }

    func waitUntilAssigned() throws {
        assigned.wait()
        if let failure { throw failure }
    }

    /// Until the events before the first that counts have their alerts.
    func waitUntilWarm() { warm.wait() }

    func result() throws -> Histogram<UInt64> {
        finished.wait()
        if let failure { throw failure }
        return histogram
    }

    private func read() throws {
        let consumer = try Consumer(client, ConsumerSettings(groupID: "\(tag)-alerts", topic: topic))
        defer { consumer.close(deadlineMs: 3_000) }
        var seen = 0
        var newest = wall_ns()
        while seen < count {
            if wall_ns() - newest > 60_000_000_000 {
                throw BenchFailure("only \(seen) of \(count) alerts came")
            }
            switch try consumer.poll(maxRecords: 1_000, waitMs: 100) {
            case .records(let polled):
                newest = wall_ns()
                for index in 0..<polled { note(consumer.batch[index], at: newest) }
                if seen < warmCount, seen + polled >= warmCount { warm.signal() }
                seen += polled
            case .rebalance(.assigned(let partitions)):
                try consumer.assign(partitions.map { .beginning($0) })
                assigned.signal()
            case .idle: break
            case .rebalance, .offsetOutOfRange: throw BenchFailure("the partitions were taken away")
            }
        }
    }

    private func note(_ record: Record, at now: Int64) {
        guard let key = record.key else { return }
        let numbers = key.split { !(0x30...0x39).contains($0) }.map { digits in
            digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        }
        guard numbers.count == 2 else { return }
        let dueNs = due.get((numbers[0] - EventText.firstProduct) * EventText.warehouses + numbers[1] - 10)
        if dueNs > 0 { histogram.record(UInt64(max(0, now - dueNs) / 1_000)) }
    }
}
