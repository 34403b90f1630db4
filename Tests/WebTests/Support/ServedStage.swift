import Foundation
import Inventory
import Logging
import ServiceLifecycle
import TestSupport

@testable import Pipeline
@testable import Web

/// Serves a stage over HTTP on a free port for the length of a test.
struct ServedStage {
    let stage: Stage
    let server: WebServer
    let port: Int

    static func open(
        _ stage: Stage = Stage(), _ change: (inout WebSettings) -> Void = { _ in },
        _ body: (ServedStage) async throws -> Void
    ) async throws {
        var settings = WebSettings(port: 0)
        change(&settings)
        var counts = Telemetry.Counts()
        counts.isRunning = true
        counts.status = "running"
        counts.recoveredShare = 1
        counts.rejectedByReason = ["invalid_json": 1, "a\"b\\c\n": 2]
        let lags = LagWatch()
        lags.observe([Partition(0): (offset: 10, end: 12)])
        let statistics = StatisticsShelf()
        statistics.put(Self.statistics, of: "worker0-consumer")
        var source = WebSource(
            store: stage.store, lags: lags, statistics: statistics,
            counts: { [counts] in [counts] },
            workers: 1, release: "0.0.0", libraryVersion: "2.0.2", groupID: "group", inputTopic: "orders")
        source.ids = stage.ids
        source.keepsHistory = stage.history != nil
        source.tables = { (TableCounts(), AlertTableCounts()) }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let server = WebServer(settings, source, logger: logger)
        let group = ServiceGroup(
            configuration: .init(services: [.init(service: server)], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            // As a worker does that waits for events; else the views would be stale after five seconds.
            let freshness = Task {
                while !Task.isCancelled {
                    stage.markFresh()
                    try? await Task.sleep(for: .milliseconds(500))
                }
            }
            defer { freshness.cancel() }
            while server.port == nil { try await Task.sleep(for: .milliseconds(5)) }
            do {
                try await body(ServedStage(stage: stage, server: server, port: server.port ?? 0))
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    /// Statistics as librdkafka writes them: the broker that is the group's coordinator appears twice.
    private static let statistics: String = {
        let broker = """
            "nodeid":1,"state":"UP","txbytes":1,"rxbytes":2,"txerrs":0,"rxerrs":0,"txretries":0,"req_timeouts":0,
            "rtt":{"p99":1500},"throttle":{"p99":0}
            """
        return """
            {"msg_cnt":0,"msg_size":0,"brokers":{"localhost:1/1":{\(broker)},"GroupCoordinator":{\(broker)}},
            "topics":{"orders":{"partitions":{"0":{"partition":0,"fetchq_cnt":1,"fetchq_size":9,"next_offset":12,
            "app_offset":10}}}}}
            """
    }()

    func get(_ target: String, _ headers: [String] = []) async throws -> Reply {
        try await send("GET", target, headers)
    }

    func send(_ method: String, _ target: String, _ headers: [String] = []) async throws -> Reply {
        let host = headers.contains { $0.lowercased().hasPrefix("host:") } ? [] : ["Host: localhost:\(port)"]
        let lines = ["\(method) \(target) HTTP/1.1"] + host + headers + ["Connection: close", "", ""]
        let port = port
        return try await onThread {
            let client = try RawClient(port: port)
            try client.send(lines.joined(separator: "\r\n"))
            return try Reply(client.readToEnd())
        }
    }
}

/// Runs blocking code on its own thread.
func onThread<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result(catching: body)) }
    }
}

/// A parsed HTTP response.
struct Reply: Sendable {
    let status: Int
    let headers: [String: String]
    let body: String

    init(_ bytes: [UInt8]) throws {
        let text = String(decoding: bytes, as: UTF8.self)
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let lines = parts[0].split(separator: "\r\n")
        let words = (lines.first ?? "").split(separator: " ")
        guard words.count > 1, let status = Int(words[1]) else {
            throw Failure("no response: \(text.prefix(200))")
        }
        self.status = status
        headers = Dictionary(
            lines.dropFirst().map { line in
                let cut = line.firstIndex(of: ":") ?? line.endIndex
                return (
                    line[..<cut].lowercased(), line[cut...].dropFirst().trimmingCharacters(in: .whitespaces)
                )
            }, uniquingKeysWith: { first, _ in first })
        body = parts.count > 1 ? String(parts[1]) : ""
    }

    var json: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:]
    }

    var rows: [[String: Any]] { json["rows"] as? [[String: Any]] ?? [] }
}
