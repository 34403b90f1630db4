import ClusterSupport
import Foundation
import Kafka
import TestSupport
import Testing

@Suite("stockd state", .blocking)
struct StateCommandTests {
    private static func site() throws -> Site {
        try Site(
            "state", partitions: 3, settings: "alerts: {topic: NAME-alerts}\ncheckpoint: {interval: 100ms}")
    }

    /// What `stockd state` prints for each partition.
    private static func summary(_ site: Site) throws -> [[String: Any]] {
        let program = try site.command("state", ["--format", "json"])
        #expect(try program.exitCode() == 0, "\(program.text)")
        return try lines(program.text)
    }

    private static func lines(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").map {
            try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    private static func sum(_ rows: [[String: Any]], _ name: String) -> Int64 {
        rows.reduce(0) { $0 + (AlertBook.integer($1[name]) ?? 0) }
    }

    @Test("stockd state counts the pairs, the published alerts and the bytes, and dumps every record")
    func summary() throws {
        let seed = SeededRandom.runSeed
        let site = try Self.site()
        defer { site.close() }
        let orders = Shop.orders(300, seed: seed)
        try Sender(site, orders).send(orders.count)
        let daemon = try site.run()
        let expected = Recomputation(orders)
        let rows = try eventually("every pair is in a checkpoint") { () -> [[String: Any]]? in
            let rows = try Self.summary(site)
            let positions = Self.sum(rows, "position")
            let isWhole = positions >= 300 && Self.sum(rows, "checkpoint") == positions
            return isWhole && Self.sum(rows, "stock_entries") == expected.stock.count ? rows : nil
        }
        daemon.send(SIGTERM)
        #expect(try daemon.exitCode() == 0)
        #expect(rows.count == 3)
        var published: Set<String> = []
        for message in try site.read("alerts") { published.insert(message.keyText) }
        #expect(Self.sum(rows, "published_alerts") == published.count, "seed \(seed)")
        #expect(Self.sum(rows, "open_alerts") == expected.alerts.count, "seed \(seed)")
        #expect(Self.sum(rows, "id_buckets") >= 3)
        #expect(Self.sum(rows, "live_bytes") <= Self.sum(rows, "bytes"))

        let table = try site.command("state")
        #expect(try table.exitCode() == 0)
        #expect(table.text.contains("checkpoint") && table.text.contains("\(site.name)-state"))

        let dump = try site.command("state", ["--dump"])
        #expect(try dump.exitCode() == 0)
        let records = try Self.lines(dump.text)
        #expect(records.count == Self.sum(try Self.summary(site), "records"))
        var ids: Set<Int64> = []
        for record in records where record["record"] as? String == "event_ids" {
            ids.formUnion(record["ids"] as? [Int64] ?? [])
        }
        #expect(ids == Set(orders.map(\.id)), "seed \(seed)")
        var stock: [String: Int64] = [:]
        for record in records where record["record"] as? String == "stock_entries" {
            for entry in record["entries"] as? [[String: Any]] ?? [] {
                let pair = (entry["product_id"] ?? "", entry["warehouse_id"] ?? "")
                stock[#"{"product_id":\#(pair.0),"warehouse_id":\#(pair.1)}"#] = AlertBook.integer(
                    entry["stock"])
            }
        }
        #expect(stock == expected.stock, "seed \(seed)")
    }

    @Test("stockd state says when another program writes to the state topic")
    func foreign() throws {
        let site = try Self.site()
        defer { site.close() }
        let producer = try TransactionalProducer(
            site.cluster.client(), ProducerSettings(transactionalID: nil))
        defer { producer.close(deadlineMs: 1_000) }
        try Array("hello".utf8).withUnsafeBytes {
            try producer.produce(producer.topic("\(site.name)-state"), partition: 0, key: $0, value: $0)
        }
        try producer.flush(deadlineMs: 10_000)
        let program = try site.command("state")
        #expect(try program.exitCode() == 78)
        #expect(program.text.contains("another program writes to the topic"), "\(program.text)")
    }

    @Test(
        "stockd state says when the state topic does not exist",
        .enabled(if: TestCluster.isReal, "the embedded cluster makes every topic that it is asked about"))
    func missing() throws {
        let site = try Self.site()
        defer { site.close() }
        let program = try site.command("state", [], ["STOCKD_STATE_TOPIC": "\(site.name)-nowhere"])
        #expect(try program.exitCode() == 78)
        #expect(program.text.contains("\(site.name)-nowhere does not exist"), "\(program.text)")
    }

    @Test("stockd state gives up on a broker that does not answer within its deadline")
    func away() throws {
        let site = try Self.site()
        defer { site.close() }
        let program = try site.command(
            "state", [], ["STOCKD_KAFKA_BROKERS": "127.0.0.1:1", "STOCKD_KAFKA_BROKER_DEADLINE": "1s"])
        #expect(try program.exitCode() == 69)
        #expect(program.text.contains("at 127.0.0.1:1: "), "\(program.text)")
    }
}
