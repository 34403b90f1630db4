import AllocationCounter
import Foundation
import Kafka
import Synchronization
import TemporaryServers

/// How late a receiver is told: a real daemon, a real notifier, and a webhook of the benchmark's own. Both times are
/// taken in this process.
struct NotifyBenchmark {
    let bench: EndToEnd

    private var options: Options { bench.options }
    /// Few enough that each change of a pair is told before the next one comes.
    private static let pairs = 200
    private static let rate = 20

    func run() throws {
        let tag = "\(bench.stem)-notify"
        try bench.create(["events", "state", "alerts", "dlq", "notify-state"].map { "\(tag)-\($0)" })
        let told = Times()
        let receiver: LocalReceiver
        do {
            receiver = try LocalReceiver { told.add(request: $0, at: wall_ns()) }
        } catch {
            throw BenchFailure(error.message)
        }
        defer { receiver.close() }
        let daemon = try DaemonProcess(
            program: options.program, brokers: bench.client.bootstrapServers, stem: tag, input: "\(tag)-events",
            pairs: Self.pairs, postgres: nil,
            more: """
                notify:
                  listen: ~
                  receivers: {bench: {kind: webhook, wait: 0s, resolve_wait: 0s, group_wait: 0s, group_by: none}}
                """)
        defer { daemon.close() }
        let notifier = try DaemonProcess(
            beside: daemon, program: options.program, "notify",
            ["STOCKD_NOTIFY_RECEIVERS_BENCH_URL": "http://127.0.0.1:\(receiver.port)/"])
        defer { notifier.close() }
        try daemon.wait("it is ready") { daemon.log.contains(": ready") }
        try notifier.wait("it follows the topic") { notifier.log.contains("partitions assigned") }
        let committed = Times()
        let watch = try AlertWatch(bench.client, "\(tag)-alerts", committed)
        let count = Self.rate * options.seconds
        try AlertFlow(
            client: bench.client, topic: "\(tag)-events", partitions: options.partitions, pairs: Self.pairs
        ).send(count, rate: Self.rate) {
            committed.begin()
            told.begin()
        }
        try notifier.wait("everything is told") { told.count >= count && committed.count >= count }
        watch.stop()
        let delays = told.delays(since: committed, atMost: count)
        bench.report.add(
            Measurement(
                group: "notify", name: "webhook, \(Self.rate) changes/s",
                figures: [
                    "p50_ms": delays[delays.count / 2] / 1e6, "p99_ms": delays[delays.count * 99 / 100] / 1e6,
                    "max_ms": (delays.last ?? 0) / 1e6,
                ], note: "committed change read to request received, \(delays.count) changes, \(Self.pairs) pairs"))
        try notifier.stop()
        try daemon.stop()
    }
}

/// When each change of each pair was seen, in their order.
private final class Times: Sendable {
    private struct State {
        var isOn = false
        var times: [String: [Int64]] = [:]
        var count = 0
    }

    private let state = Mutex(State())

    func begin() { state.withLock { $0.isOn = true } }
    var count: Int { state.withLock { $0.count } }

    func add(_ pair: String, at time: Int64) {
        state.withLock {
            guard $0.isOn else { return }
            $0.times[pair, default: []].append(time)
            $0.count += 1
        }
    }

    func add(request body: [UInt8], at time: Int64) {
        let object = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
        for alert in object?["alerts"] as? [[String: Any]] ?? [] {
            if let message = alert["alert"] as? [String: Any] { add(message: message, at: time) }
        }
    }

    func add(message: [String: Any], at time: Int64) {
        guard let product = message["product_id"] as? Int, let warehouse = message["warehouse_id"] as? Int else {
            return
        }
        add("\(product)/\(warehouse)", at: time)
    }

    /// From the n-th time of each pair there to the n-th here, in ns and in order.
    func delays(since other: Times, atMost count: Int) -> [Double] {
        let (mine, theirs) = (state.withLock { $0.times }, other.state.withLock { $0.times })
        let pairs = theirs.flatMap { pair, times in zip(times, mine[pair] ?? []) }
        // This process's consumer may have it later than the notifier's.
        return pairs.sorted { $0.0 < $1.0 }.prefix(count).map { Double(max(0, $0.1 - $0.0)) }.sorted()
    }
}

/// Notes when each alert change can be read as committed.
private final class AlertWatch: @unchecked Sendable {
    private let reader: PartitionReader
    private let isStopping = Atomic<Bool>(false)
    private let ended = DispatchSemaphore(value: 0)

    init(_ client: ClientSettings, _ topic: String, _ times: Times) throws {
        let admin = try Admin(client)
        defer { admin.close(deadlineMs: 1_000) }
        let partitions = Int32(try admin.describe([topic], timeoutMs: 10_000)[topic] ?? 0)
        reader = try PartitionReader(
            client, topic: topic, from: (0..<partitions).map { .beginning($0) }, name: "alert-watch")
        Thread.detachNewThread { [self] in
            while !isStopping.load(ordering: .relaxed) {
                guard case .records(let count)? = try? reader.poll(maxRecords: 1_000, waitMs: 50) else { continue }
                let now = wall_ns()
                for index in 0..<count {
                    guard let value = reader.batch[index].value else { continue }
                    let object = try? JSONSerialization.jsonObject(with: Data(value)) as? [String: Any]
                    if let object { times.add(message: object, at: now) }
                }
            }
            reader.close(deadlineMs: 1_000)
            ended.signal()
        }
    }

    func stop() {
        isStopping.store(true, ordering: .relaxed)
        ended.wait()
    }
}
