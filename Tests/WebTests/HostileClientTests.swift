import Foundation
import Glibc
import Inventory
import Testing

@testable import Pipeline
@testable import Web

@Suite("Hostile clients", .serialized)
struct HostileClientTests {
    /// Sends text and returns what came back, even if the connection was cut.
    private static func exchange(_ site: ServedStage, _ text: String) async throws -> String {
        try await onThread { [port = site.port] in
            let client = try RawClient(port: port)
            // The server may stop reading before the end.
            try? client.send(text)
            return String(decoding: try client.readToEnd(), as: UTF8.self)
        }
    }

    @Test("clients that send giant heads or bodies, or no HTTP at all, get an error and are cut off")
    func giants() async throws {
        try await ServedStage.open { site in
            let head = "GET /v1/stock HTTP/1.1\r\nHost: localhost\r\n"
            let wide = try await Self.exchange(
                site, head + "X: " + String(repeating: "x", count: 100_000) + "\r\n\r\n")
            #expect(wide.hasPrefix("HTTP/1.1 431"))
            let many = try await Self.exchange(
                site, head + (0..<5_000).map { "X-\($0): y\r\n" }.joined() + "\r\n")
            #expect(many.hasPrefix("HTTP/1.1 431"))
            let long = try await Self.exchange(
                site, "GET /" + String(repeating: "a", count: 1_000_000) + " HTTP/1.1\r\n\r\n")
            #expect(long.hasPrefix("HTTP/1.1 431"))
            let garbage = try await Self.exchange(site, "\u{0}\u{1}garbage\r\n\r\n")
            #expect(garbage.hasPrefix("HTTP/1.1 400"))
            let body = try await onThread { [port = site.port] in
                let client = try RawClient(port: port)
                try client.send(
                    "POST /v1/stock HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000\r\n\r\n")
                let first = client.read() ?? []
                for _ in 0..<50 { try? client.send([UInt8](repeating: 0x61, count: 10_000)) }
                return String(decoding: first + ((try? client.readToEnd()) ?? []), as: UTF8.self)
            }
            #expect(body.contains("HTTP/1.1 405") || body.contains("HTTP/1.1 413"))
            #expect(try await site.get("/health/live").status == 200)
        }
    }

    @Test("clients that send their head a byte at a time are cut off with 408")
    func slowloris() async throws {
        try await ServedStage.open(Stage(), { $0.headSeconds = 1 }) { site in
            let replies = try await onThread { [port = site.port] in
                let clients = try (0..<50).map { _ in try RawClient(port: port) }
                for client in clients { try client.send("GET /v1/stock HTTP/1.1\r\nHost: localhost\r\n") }
                for letter in ["X", "-", "S", "l", "o", "w"] {
                    for client in clients { try? client.send(letter) }
                    usleep(100_000)
                }
                return try clients.map { String(decoding: try $0.readToEnd(), as: UTF8.self) }
            }
            #expect(replies.allSatisfy { $0.hasPrefix("HTTP/1.1 408") })
            #expect(try await site.get("/health/live").status == 200)
        }
    }

    @Test("clients that ask for much and read nothing are dropped")
    func readers() async throws {
        let stage = Stage(.shop(products: 3_000, warehouses: 3))
        stage.fill(3_000, 3)
        try await ServedStage.open(stage, { $0.writeSeconds = 1 }) { site in
            let clients = try await onThread { [port = site.port] in
                try (0..<5).map { number in
                    let client = try RawClient(port: port, receiveBuffer: 4_096)
                    let target = number == 0 ? "/v1/changes?tables=alerts,stock" : "/v1/stock?limit=10000"
                    try client.send("GET \(target) HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    return client
                }
            }
            var dropped = 0
            for _ in 0..<1_200 where dropped < 5 {
                try await Task.sleep(for: .milliseconds(50))
                let metrics = try await site.get("/metrics").body
                dropped =
                    metrics.firstMatch(of: /stockd_http_dropped_streams_total (\d+)/).flatMap { Int($0.1) }
                    ?? 0
            }
            #expect(dropped == 5)
            withExtendedLifetime(clients) {}
        }
    }

    @Test("clients that leave before they are answered free their responses and streams")
    func leavers() async throws {
        let stage = Stage(.shop(products: 500, warehouses: 3))
        stage.fill(500, 3)
        try await ServedStage.open(
            stage,
            {
                $0.maxResponses = 4
                $0.maxStreams = 4
            }
        ) { site in
            for _ in 0..<8 { _ = try await site.send("HEAD", "/v1/stock") }
            try await onThread { [port = site.port] in
                for number in 0..<60 {
                    let client = try RawClient(port: port)
                    let target = number % 2 == 0 ? "/v1/stock" : "/v1/changes"
                    try client.send("GET \(target) HTTP/1.1\r\nHost: localhost\r\n\r\n")
                }
            }
            var isFree = false
            for _ in 0..<1_200 where !isFree {
                try await Task.sleep(for: .milliseconds(50))
                let streams = try await site.get("/metrics").body.contains("stockd_http_stream_clients 0\n")
                let stock = try await site.get("/v1/stock").status
                isFree = streams && stock == 200
            }
            #expect(isFree)
        }
    }

    @Test("connections over the limit are refused with 503, and the earlier ones are still served")
    func flood() async throws {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = min(limit.rlim_max, 32_768)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        // Both ends of each connection are in this process.
        let wanted = min(10_000, Int(limit.rlim_cur) / 2 - 300)
        try await ServedStage.open(
            Stage(),
            {
                $0.maxConnections = 100
                $0.headSeconds = 300
            }
        ) { site in
            let (refused, kept) = try await onThread { [port = site.port] in
                var clients: [RawClient] = []
                var refused = 0
                for number in 0..<wanted {
                    let client = try RawClient(port: port)
                    if number >= 100, number < 110 {
                        let text = String(decoding: try client.readToEnd(), as: UTF8.self)
                        if text.hasPrefix("HTTP/1.1 503"), text.contains("too many connections") {
                            refused += 1
                        }
                    }
                    clients.append(client)
                }
                return (refused, clients)
            }
            #expect(refused == 10)
            #expect(kept.count == wanted)
            // A connection that was opened before the limit was reached is still served.
            let reply = try await onThread {
                try kept[5].send("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                return try Reply(kept[5].readToEnd())
            }
            let open = reply.body.firstMatch(of: /stockd_http_connections (\d+)/).flatMap { Int($0.1) }
            #expect(reply.status == 200 && open ?? .max <= 100)
        }
    }

    /// CPU time of the calling thread. The work of other threads does not add to it.
    private static var threadSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1_000_000_000
    }

    /// The CPU seconds of 200,000 events on the worker's thread, with the views published as the worker does.
    private static func cost(_ stage: Stage) -> Double {
        let start = threadSeconds
        for event in 0..<200_000 {
            stage.apply(event % 2 == 0 ? 3 : -2, Int32(event % 2_000) + 1, Int32(event % 3) + 1)
            if event % 10_000 == 9_999 { stage.commit() }
        }
        return threadSeconds - start
    }

    @Test("busy clients do not multiply the CPU time that the worker needs for an event")
    func pipeline() async throws {
        let stage = Stage(.shop(products: 2_000, warehouses: 3))
        stage.fill(2_000, 3)
        try await ServedStage.open(stage, { $0.headSeconds = 1 }) { site in
            let quiet = try await onThread { (0..<3).map { _ in Self.cost(stage) }.min() ?? 0 }
            let flag = Flag()
            let attack = Task {
                try await onThread { [port = site.port] in
                    var rounds = 0
                    while !flag.isDown {
                        let targets = [
                            "/v1/stock?sort=-current_stock&limit=10000", "/%zz?x", "/v1/alerts?q=a",
                            "/metrics",
                        ]
                        let clients = try targets.map { target in
                            let client = try RawClient(port: port)
                            try client.send(
                                "GET \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                            return client
                        }
                        for client in clients { _ = try client.readToEnd() }
                        rounds += 1
                    }
                    return rounds
                }
            }
            let harassed = try await onThread { (0..<3).map { _ in Self.cost(stage) }.min() ?? 0 }
            flag.lower()
            #expect(try await attack.value > 0)
            // This is CPU time, not wall time, so only caches and locks can add to it. A queue, or a lock that
            // a reader holds, would multiply it.
            #expect(harassed < quiet * 3, "\(quiet) s alone, \(harassed) s beside the attack")
        }
    }
}

private final class Flag: @unchecked Sendable {
    private let lock = NSLock()
    private var isLowered = false
    var isDown: Bool { lock.withLock { isLowered } }
    func lower() { lock.withLock { isLowered = true } }
}
