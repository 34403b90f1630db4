import Foundation
import Kafka
import Logging

/// Runs the daemon for a long while under a steady load, and says from time to time what it takes: memory, lag, and
/// how much the state topic holds. Memory has to stay flat once all pairs are known.
struct Soak {
    private let options: Options
    private let name = "stockd-soak-\(getpid())-\(Int(Date().timeIntervalSince1970))"
    private let quiet = Logger(label: "soak") { _ in SwiftLogNoOpLogHandler() }
    private static let products = 2_000
    private static let warehouses = 10
    private static let rate = 1_000

    init(_ options: Options) { self.options = options }

    func run() throws {
        let embedded = options.brokers == nil ? try EmbeddedCluster(logger: quiet) : nil
        defer { embedded?.close() }
        let client = ClientSettings(
            bootstrapServers: options.brokers ?? embedded?.bootstrapServers ?? "", clientID: name,
            logger: quiet)
        let admin = try Admin(client)
        defer { admin.close(deadlineMs: 2_000) }
        let topics = ["in", "alerts", "dlq", "state"].map { "\(name)-\($0)" }
        for topic in topics.prefix(3) {
            try embedded?.createTopic(topic, partitions: 3)
            if embedded == nil {
                try admin.createTopics(
                    [TopicSpec(topic, partitions: 3, replicationFactor: 1)], timeoutMs: 20_000)
            }
        }
        // The daemon makes the state topic of a real cluster itself, compacted.
        try embedded?.createTopic(topics[3], partitions: 3)
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(name)
        try writeFiles(to: directory, brokers: client.bootstrapServers)
        defer { try? FileManager.default.removeItem(at: directory) }
        let daemon = Process()
        daemon.executableURL = URL(fileURLWithPath: options.program)
        daemon.environment = Child.environment()
        daemon.arguments = ["run", "--config", directory.appendingPathComponent("stockd.yaml").path]
        daemon.standardError = FileHandle(forWritingAtPath: directory.appendingPathComponent("log").path)
        daemon.standardOutput = daemon.standardError
        try daemon.run()
        defer { if daemon.isRunning { kill(daemon.processIdentifier, SIGKILL) } }
        try load(client, admin, daemon, directory)
        daemon.terminate()
        daemon.waitUntilExit()
        if embedded == nil { try admin.deleteTopics(topics, timeoutMs: 20_000) }
        guard daemon.terminationStatus == 0 else { throw BenchFailure("the daemon ended with an error") }
    }

    private func writeFiles(to directory: URL, brokers: String) throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        func write(_ file: String, _ text: String) throws {
            try Data(text.utf8).write(to: directory.appendingPathComponent(file))
        }
        try write("log", "")
        try write(
            "products.csv",
            "product_id,product_name,category,reorder_threshold,unit_price\n"
                + (1...Self.products).map { "\($0),Product \($0),Test,60,1.50\n" }.joined())
        try write(
            "warehouses.csv",
            "warehouse_id,warehouse_name,region\n"
                + (1...Self.warehouses).map { "\($0),Warehouse \($0),Test\n" }.joined())
        try write(
            "stockd.yaml",
            """
            kafka: {brokers: "\(brokers)", group_id: \(name)}
            input: {topic: \(name)-in}
            alerts: {topic: \(name)-alerts}
            dead_letters: {topic: \(name)-dlq}
            reference: {products: {file: products.csv}, warehouses: {file: warehouses.csv}}
            http: {listen: ~}

            """)
    }

    private func load(_ client: ClientSettings, _ admin: Admin, _ daemon: Process, _ directory: URL) throws {
        let producer = try TransactionalProducer(client, ProducerSettings(transactionalID: nil), name: "soak")
        defer { producer.close(deadlineMs: 5_000) }
        let input = try producer.topic("\(name)-in")
        let seconds = Double(options.seconds)
        let interval = min(30, max(1, seconds / 20))
        print("  minute  resident_mb  events_sent     lag  state_records  state_mb  live_state_mb")
        let begin = Date()
        var sent = 0
        var nextReport = interval
        var resident: [Double] = []
        while -begin.timeIntervalSinceNow < seconds {
            guard daemon.isRunning else { throw BenchFailure("the daemon ended: \(log(directory))") }
            while sent < Int(-begin.timeIntervalSinceNow * Double(Self.rate)) {
                try Array(event(sent).utf8).withUnsafeBytes {
                    try producer.produce(input, partition: Int32(sent % 3), key: nil, value: $0)
                }
                sent += 1
            }
            producer.serve()
            usleep(20_000)
            guard -begin.timeIntervalSinceNow >= nextReport else { continue }
            nextReport += interval
            resident.append(try report(-begin.timeIntervalSinceNow, sent, daemon, directory))
        }
        try producer.flush(deadlineMs: 30_000)
        let settled = resident.dropFirst(resident.count / 3)
        if let first = settled.first, let last = settled.last {
            print(String(format: "  resident from a third of the time on: %.1f MB to %.1f MB", first, last))
        }
    }

    /// Orders of all pairs in turn, in and out by about the same.
    private func event(_ number: Int) -> String {
        let pair = number % (Self.products * Self.warehouses)
        let isOut = number / (Self.products * Self.warehouses) % 2 == 1
        return #"{"event_id":\#(number + 1),"event_type":"\#(isOut ? "SHIPPED" : "RECEIVED")","#
            + #""product_id":\#(pair / Self.warehouses + 1),"warehouse_id":\#(pair % Self.warehouses + 1),"#
            + #""quantity":\#(50 + number % 21),"event_time":\#(1_775_000_000 + number / 100)}"#
    }

    private func report(_ elapsed: Double, _ sent: Int, _ daemon: Process, _ directory: URL) throws -> Double {
        let status = try String(
            contentsOfFile: "/proc/\(daemon.processIdentifier)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        let resident = (line.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0) / 1024
        let state = try stateSummary(directory)
        func sum(_ field: String) -> Double {
            state.reduce(0) { $0 + (($1[field] as? NSNumber)?.doubleValue ?? 0) }
        }
        print(
            String(
                format: "  %6.2f  %11.1f  %11d  %6.0f  %13.0f  %8.2f  %13.2f", elapsed / 60, resident, sent,
                max(0, Double(sent) - sum("position")), sum("records"), sum("bytes") / 1e6,
                sum("live_bytes") / 1e6))
        fflush(nil)
        return resident
    }

    /// What `stockd state` says of each partition.
    private func stateSummary(_ directory: URL) throws -> [[String: Any]] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: options.program)
        process.environment = Child.environment()
        process.arguments = [
            "state", "--format", "json", "--config", directory.appendingPathComponent("stockd.yaml").path,
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return data.split(separator: UInt8(ascii: "\n")).compactMap {
            (try? JSONSerialization.jsonObject(with: $0)) as? [String: Any]
        }
    }

    private func log(_ directory: URL) -> String {
        (try? String(contentsOf: directory.appendingPathComponent("log"), encoding: .utf8)) ?? ""
    }
}
