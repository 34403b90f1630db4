import Foundation
import Inventory
import Postgres
import PostgresSupport
import TestSupport
import Testing
import Wire

/// `stockd audit`: nothing differs where nothing was done, and whatever is planted is found.
@Suite("stockd audit", .blocking)
struct AuditTests {
    struct Report: Decodable {
        struct Difference: Decodable {
            let subject: String
            let place: String
            let found: String
            let expected: String
        }

        struct Compared: Decodable {
            let rows: Int
            let differences: Int
        }

        let events: Int
        let compared: [String: Compared]
        let differences: Int
        let first: [Difference]
    }

    /// - Parameter topic: where the alerts are, if not in the site's own topic.
    static func audit(
        _ site: Site, alerts topic: String? = nil
    ) throws -> (code: Int32, report: Report?, text: String) {
        let result = try site.result(
            of: ["audit", "--format", "json"], topic.map { ["STOCKD_ALERTS_TOPIC": "\(site.name)-\($0)"] } ?? [:])
        return (result.code, try? JSONDecoder().decode(Report.self, from: Data(result.text.utf8)), result.text)
    }

    static let seed = SeededRandom.runSeed

    /// A daemon that has read 600 events, and a day's alerts, and has ended in good order.
    static func site(
        _ stem: String, keyedBy: String = "product", settings: String = "",
        whileRunning: (Site) throws -> Void = { _ in }
    ) throws -> Site {
        let site = try Site(
            stem, partitions: 2,
            settings: """
                alerts: {topic: NAME-alerts}
                outputs: {stock_levels: {topic: NAME-stock}}
                checkpoint: {interval: 100ms}
                \(settings)
                """, keyedBy: keyedBy)
        let orders = Shop.orders(600, seed: seed)
        let sender = try Sender(site, orders) { keyedBy == "product" ? $0.product % 2 : Int32($0.id % 2) }
        let daemon = try site.run()
        for _ in 0..<3 {
            try sender.send(200)
            let sent = orders.count - sender.remaining
            let expected = Recomputation(Array(orders[..<sent])).stockRows
            try eventually("\(sent) events are committed", within: 60) { () -> Void? in
                try site.read("stock").lastStock == expected ? () : nil
            }
        }
        try whileRunning(site)
        daemon.send(SIGTERM)

        guard try daemon.exitCode() == 0 else { throw Failure(daemon.text) }
        return site
    }

    @Test(
        "nothing differs beside a daemon and after its end, however its input is keyed",
        arguments: ["product", "none"])
    func nothing(keyedBy: String) throws {
        let site = try Self.site("audit", keyedBy: keyedBy) { site in
            try eventually("nothing differs beside the daemon") { () -> Void? in
                let found = try Self.audit(site)
                // The embedded cluster shows transactions that are not committed yet.
                return found.code == 0 ? () : nil
            }
        }
        defer { site.close() }
        let found = try Self.audit(site)
        #expect(found.code == 0, "seed \(Self.seed): \(found.text)")
        let report = try #require(found.report)
        #expect(report.events == 600)
        #expect(report.compared["stock"]?.rows ?? 0 > 50)
        #expect(report.compared["published"]?.rows ?? 0 > 50)
        #expect(report.compared["alerts"]?.rows == (try site.read("alerts")).count)
        #expect(report.compared["stock_topic"]?.rows == report.compared["stock"]?.rows)
        let text = try site.result(of: ["audit"])
        #expect(text.code == 0 && text.text.contains("nothing differs"), "\(text)")
    }

    // MARK: The stored stock

    private static func change(
        _ site: Site, _ kind: Character, partition: Int32, _ edit: (inout StateRecord) -> Void
    ) throws {
        let message = try #require(
            try site.read("state").last { $0.partition == partition && $0.key?.first == kind.asciiValue })
        var record = try #require(
            try Array(message.key ?? []).withUnsafeBytes { key in
                try Array(message.value ?? []).withUnsafeBytes { try StateRecord(key: key, value: $0, .integers) }
            })
        edit(&record)
        let sender = try MessageSender(site, "state")
        defer { sender.close() }
        var encoder = StateEncoder()
        try encoder.encode(record) { key, value in
            try sender.send(Array(value), key: Array(key), partition: partition)
        }
    }

    @Test("a lost event and a doubled one are found in the stored stock")
    func stock() throws {
        let site = try Self.site("audit-stock")
        defer { site.close() }
        var doubled: Pair?
        try Self.change(site, "E", partition: 0) { record in
            guard case .entries(let bucket, var entries) = record else { return }
            entries[3].stock += 7
            entries[3].events += 1
            doubled = entries[3].pair
            record = .entries(bucket: bucket, entries)
        }
        // An event that the daemon believes it has counted.
        let order = Order(id: 999_999, type: "RECEIVED", product: 1, warehouse: 1, quantity: 9, second: 1_775_000_000)
        let sender = try MessageSender(site)
        defer { sender.close() }
        try sender.send(Array(order.json.utf8), key: nil, partition: 1)
        for kind in ["C", "P"] as [Character] {
            try Self.change(site, kind, partition: 1) { record in
                switch record {
                case .checkpoint(var checkpoint):
                    checkpoint.offset = checkpoint.offset.next
                    record = .checkpoint(checkpoint)
                case .position(let partition, let offset): record = .position(partition, offset.next)
                default: break
                }
            }
        }
        let found = try Self.audit(site)
        #expect(found.code == 65, "\(found.text)")
        let places = Set((found.report?.first ?? []).filter { $0.subject == "stock" }.map(\.place))
        let pair = try #require(doubled)
        #expect(
            places == [IDs.integers.string(pair), "product 1 in warehouse 1"], "seed \(Self.seed): \(found.text)")
    }

    // MARK: PostgreSQL

    @Test("a row that was changed by hand in PostgreSQL is found, and a change of an alert that is missing there")
    func tables() throws {
        let server = try TestServer.shared.get()
        let database = try server.makeDatabase()
        let connection = try server.connect(database)
        let site = try Self.site(
            "audit-tables", settings: "postgres: {url: \"\(server.url(database))\", interval: 50ms}"
        ) { site in
            try eventually("nothing differs beside the daemon", within: 60) { () -> Void? in
                let found = try Self.audit(site)
                let rows = found.report?.compared
                return found.code == 0 && rows?["alert_changes"]?.rows == rows?["alerts"]?.rows
                    && rows?["current_stock_levels"]?.rows == rows?["stock"]?.rows ? () : nil
            }
        }
        defer { site.close() }
        let plants: [(table: String, statement: String)] = [
            (
                "current_stock_levels",
                "UPDATE stockd.current_stock_levels SET current_stock = 1 WHERE product_id = 1 "
                    + "AND warehouse_id = 2"
            ),
            (
                "low_stock_alerts",
                "DELETE FROM stockd.low_stock_alerts WHERE ctid = (SELECT min(ctid) "
                    + "FROM stockd.low_stock_alerts)"
            ),
            (
                "multi_warehouse_inventory",
                "INSERT INTO stockd.multi_warehouse_inventory VALUES "
                    + "(999, 'x', 'y', 1, 1, 1, 1, 1, 'HEALTHY')"
            ),
            ("alert_changes", "DELETE FROM stockd.alert_changes WHERE topic_partition = 0 AND topic_offset = 5"),
            (
                "alert_changes",
                "UPDATE stockd.alert_changes SET incident = 77 WHERE topic_partition = 1 AND "
                    + "topic_offset = (SELECT max(topic_offset) FROM stockd.alert_changes WHERE topic_partition = 1)"
            ),
        ]
        for (number, (table, statement)) in plants.enumerated() {
            let changed = try connection.transaction { (connection) throws(PostgresError) in
                try connection.run(statement).affected
            }
            #expect(changed == 1, "\(statement)")
            let found = try Self.audit(site)
            let differences = found.report?.first ?? []
            #expect(found.code == 65 && found.report?.differences == number + 1, "\(statement): \(found.text)")
            #expect(
                differences.count { $0.subject == table } == plants[...number].count { $0.table == table },
                "\(statement): \(found.text)")
        }
        // Old rows may be deleted on purpose: that of the first plant is before the oldest that is left.
        try connection.transaction { (connection) throws(PostgresError) in
            try connection.run("DELETE FROM stockd.alert_changes WHERE topic_partition = 0 AND topic_offset < 20")
        }
        let pruned = try Self.audit(site)
        #expect(pruned.report?.differences == plants.count - 1, "\(pruned.text)")
        try connection.script("ALTER SCHEMA stockd RENAME TO gone")
        let without = try site.result(of: ["audit"])
        #expect(without.code == 78 && without.text.contains("postgres.url: "), "\(without)")
    }

    // MARK: What cannot be audited

    @Test("what cannot be audited is named, with its exit code")
    func refusals() throws {
        let site = try Site("audit-none", partitions: 1, settings: "alerts: {topic: NAME-alerts}")
        defer { site.close() }
        var found = try site.result(of: ["audit"])
        #expect(found.code == 78 && found.text.contains("is empty: no daemon of this group has run"), "\(found)")
        found = try site.result(
            of: ["audit"], ["STOCKD_KAFKA_BROKERS": "127.0.0.1:1", "STOCKD_KAFKA_BROKER_DEADLINE": "1s"])
        #expect(found.code == 69 && found.text.contains("does not answer"), "\(found)")
        found = try site.result(of: ["audit"], ["STOCKD_STATE_TOPIC": "nowhere"])
        #expect(found.code == 78 && found.text.contains("nowhere"), "\(found)")
    }
}
