import Foundation
import Inventory
import Testing

@testable import Pipeline
@testable import Web

@Suite("/v1/changes")
struct ChangeStreamTests {
    private static func open(_ site: ServedStage, _ more: [String] = [], _ query: String = "") async throws
        -> RawClient
    {
        let lines = ["GET /v1/changes\(query) HTTP/1.1", "Host: localhost"] + more + ["", ""]
        return try await onThread { [port = site.port] in
            let client = try RawClient(port: port)
            try client.send(lines.joined(separator: "\r\n"))
            return client
        }
    }

    private static func read(_ client: RawClient, until text: String) async throws -> String {
        try await onThread { try client.read(until: text) }
    }

    @Test("the change stream sends a snapshot, then each committed change, and resumes after Last-Event-ID")
    func resume() async throws {
        let stage = Stage()
        stage.fill(5, 3)
        try await ServedStage.open(stage) { site in
            let client = try await Self.open(site)
            let first = try await Self.read(client, until: "event: heartbeat")
            #expect(first.contains("event: snapshot") && first.contains("\"part\":1,\"parts\":1"))
            let id = try #require(first.firstMatch(of: /id: ([0-9a-z]+-\d+)\n/)).1
            stage.apply(1_000, 1, 1)
            stage.commit()
            let resolved = try await Self.read(client, until: "RESOLVED")
            #expect(resolved.contains("event: change"))
            stage.apply(-1_015, 1, 1)
            stage.commit(publishing: false)
            _ = try await Self.read(client, until: "RAISED")
            let later = try await Self.open(site, ["Last-Event-ID: \(id)"])
            let missed = try await Self.read(later, until: "RAISED")
            #expect(missed.contains("RESOLVED") && !missed.contains("event: snapshot"))
            let foreign = try await Self.open(site, ["Last-Event-ID: 0-1"])
            #expect(try await Self.read(foreign, until: "heartbeat").contains("event: snapshot"))
        }
    }

    @Test("the change stream tells a proxy neither to hold it back nor to keep it")
    func proxy() async throws {
        try await ServedStage.open { site in
            // As nginx asks: its own version of HTTP, and a connection for this request alone.
            let client = try await onThread { [port = site.port] in
                let client = try RawClient(port: port)
                try client.send("GET /v1/changes HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                return client
            }
            let first = try await Self.read(client, until: "event: heartbeat")
            let parts = first.split(separator: "\r\n\r\n", maxSplits: 1)
            let head = (parts.first ?? "").lowercased()
            #expect(head.contains("\r\nx-accel-buffering: no"), "\(head)")
            #expect(head.contains("\r\ncache-control: no-store"), "\(head)")
            #expect(!head.contains("content-length"), "\(head)")
            #expect(first.contains("event: snapshot"), "\(first)")
            // The next sign of life comes long before a proxy gives up, which nginx does after 60 s.
            _ = try await Self.read(client, until: "event: heartbeat")
        }
    }

    @Test("the change stream sends a new snapshot when the missed changes are no longer kept")
    func outOfBuffer() async throws {
        let stage = Stage()
        stage.fill(5, 3)
        try await ServedStage.open(stage) { site in
            let client = try await Self.open(site)
            let first = try await Self.read(client, until: "heartbeat")
            let id = try #require(first.firstMatch(of: /id: ([0-9a-z]+-\d+)\n/)).1
            stage.store.append(nil, worker: 0)
            stage.publish()
            let later = try await Self.open(site, ["Last-Event-ID: \(id)"])
            #expect(try await Self.read(later, until: "heartbeat").contains("event: snapshot"))
            #expect(try await Self.read(client, until: "event: snapshot").contains("event: snapshot"))
        }
    }

    @Test("the change stream sends stock that changed, and a reload when reference data changed")
    func stock() async throws {
        let stage = Stage()
        stage.fill(5, 3)
        try await ServedStage.open(stage) { site in
            let client = try await Self.open(site, [], "?tables=stock,alerts")
            _ = try await Self.read(client, until: "heartbeat")
            stage.apply(7_000, 3, 2)
            stage.commit()
            let stock = try await Self.read(client, until: "event: stock")
            #expect(stock.contains("[3,2,70"))
            stage.adopt(.shop(products: 5, warehouses: 3, name: "Renamed"))
            stage.commit()
            _ = try await Self.read(client, until: "event: reload")
        }
    }

    @Test("the server refuses change streams over the limit, and ends them all when the daemon ends")
    func limit() async throws {
        var kept: [RawClient] = []
        try await ServedStage.open(Stage(), { $0.maxStreams = 2 }) { site in
            for _ in 0..<2 {
                let client = try await Self.open(site)
                _ = try await Self.read(client, until: "retry")
                kept.append(client)
            }
            let refused = try await site.get("/v1/changes")
            #expect(refused.status == 503 && refused.headers["retry-after"] == "1")
        }
        for client in kept {
            let rest = try await onThread { try client.readToEnd() }
            #expect(rest.count < 10_000)
        }
    }
}
