import ClusterSupport
import Foundation
import Kafka
import Postgres
import PostgresSupport
import TestSupport

/// Daemons of one group that keep one schema, on a market's orders.
final class SharedTables {
    let site: Site
    let server: TestServer
    let database: String
    private(set) var market: Market
    private(set) var daemons: [Program] = []
    private let sender: MessageSender

    init(
        _ stem: String, seed: UInt64, server: TestServer? = nil, settings: String = "", hasTexts: Bool = false
    ) throws {
        self.server = try server ?? TestServer.shared.get()
        database = try self.server.makeDatabase()
        market = Market(seed: seed, hasTexts: hasTexts)
        let kind = hasTexts ? "text" : "integer"
        site = try Site(
            stem, partitions: Market.partitions,
            settings: """
                ids: {event: \(kind), product: \(kind), warehouse: \(kind)}
                alerts: {topic: NAME-alerts}
                postgres: {url: "\(self.server.url(database))", interval: 20ms}
                checkpoint: {interval: 1s}
                \(settings)
                """, keyedBy: "product")
        try site.write("products.csv", Market.productsFile(edition: 0, hasTexts: hasTexts))
        try site.write("warehouses.csv", Market.warehousesFile(hasTexts: hasTexts))
        sender = try MessageSender(site)
    }

    func send(_ count: Int) throws {
        for message in market.messages(count) {
            try sender.post(Array(message.value.utf8), key: Array(message.key.utf8), partition: message.partition)
        }
        try sender.flush()
    }

    /// Starts a daemon in the place of the one with this number, or as a further one.
    func start(_ number: Int) throws {
        let daemon = try site.run(["STOCKD_KAFKA_TRANSACTIONAL_ID": "\(site.name)-\(number)"])
        if number < daemons.count { daemons[number] = daemon } else { daemons.append(daemon) }
    }

    /// Kills a daemon; it is gone when this returns.
    func kill(_ number: Int) throws {
        daemons[number].send(SIGKILL)
        _ = try daemons[number].exitCode()
    }

    func connect() throws -> Connection { try server.connect(database) }

    /// The partitions' writers; nil while the tables do not exist.
    func writers() -> [String: Set<String>]? {
        guard let rows = try? connect().run("SELECT writer, partition FROM stockd.partitions").rows else { return nil }
        return Dictionary(grouping: rows) { $0[0] ?? "" }.mapValues { Set($0.compactMap { $0[1] }) }
    }

    /// Waits until `count` daemons share the partitions and each has written its own.
    ///
    /// - Parameter killed: the daemon that is not to be among them.
    func waitUntilShared(by count: Int, except killed: Int? = nil, within seconds: Double = 90) throws {
        try eventually("\(count) daemons write the partitions", within: seconds) { () -> Void? in
            for (number, daemon) in daemons.enumerated() where number != killed && !daemon.isRunning {
                throw Failure("a daemon ended: \(tail(daemon))")
            }
            usleep(100_000)
            guard let writers = writers(), writers.count == count else { return nil }
            return writers.values.reduce(0) { $0 + $1.count } == Int(Market.partitions) ? () : nil
        }
    }

    /// Waits until the tables hold every order that was sent, and `alert_changes` every message.
    func settle(within seconds: Double = 120) throws {
        var ends: [String: Int64] = [:]
        for partition in 0..<Market.partitions {
            ends["\(partition)"] = try site.admin.watermarks(of: "\(site.name)-in", partition, timeoutMs: 10_000).high
        }
        var found: [String: Int64] = [:]
        do {
            try eventually("the tables hold every order", within: seconds) { () -> Void? in
                usleep(100_000)
                let rows = try? connect().run("SELECT partition, position FROM stockd.partitions").rows
                found = Dictionary(uniqueKeysWithValues: (rows ?? []).map { ($0[0] ?? "", Int64($0[1] ?? "") ?? -1) })
                return found == ends ? () : nil
            }
        } catch {
            throw Failure("\(error): \(found) of \(ends)\n\(daemons.map(tail).joined(separator: "\n"))")
        }
        try eventually("alert_changes holds every message", within: seconds) { () -> Void? in
            usleep(200_000)
            return try changes().count >= messages().count ? () : nil
        }
    }

    /// What `alert_changes` holds.
    func changes() throws -> [[String?]] {
        try connect().run(
            """
            SELECT topic_partition, topic_offset, change, product_id, warehouse_id, current_stock, alert_severity,
                incident, source_offset
            FROM stockd.alert_changes ORDER BY 1, 2
            """
        ).rows
    }

    /// What it must hold.
    func messages() throws -> [[String?]] {
        try site.read("alerts").map { message in
            let fields = try message.fields
            func text(_ value: Any?) -> String? { (value as? String) ?? (value as? NSNumber)?.stringValue }
            let source = fields["source"] as? [String: Any]
            return ["\(message.partition)", "\(message.offset)"]
                + ["change", "product_id", "warehouse_id", "current_stock", "alert_severity", "incident"]
                .map { text(fields[$0]) } + [text(source?["offset"])]
        }
    }

    /// Where the tables differ from what the orders give, a few examples.
    func differences() throws -> [String] {
        let connection = try connect()
        let stock = try connection.run(
            """
            SELECT jsonb_build_object('product_id', product_id, 'warehouse_id', warehouse_id),
                current_stock || ' ' || to_char(last_updated AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
            FROM stockd.current_stock_levels
            """
        ).rows
        let alerts = try connection.run(
            """
            SELECT jsonb_build_object('product_id', product_id, 'warehouse_id', warehouse_id),
                CASE WHEN oversold_units > 0 THEN 'OVERSOLD' ELSE alert_severity END
            FROM stockd.low_stock_alerts
            """
        ).rows
        return Self.differences(stock, Recomputation(market.orders).stockRows)
            + Self.differences(alerts, market.levels(edition: 0))
    }

    private static func differences(_ rows: [[String?]], _ expected: [String: String]) -> [String] {
        // jsonb writes blanks behind colons and commas.
        let pairs = rows.map { row in
            ((row[0] ?? "").replacing("\": ", with: "\":").replacing(", \"w", with: ",\"w").exact, row[1] ?? "")
        }
        let found = Dictionary(pairs) { "\($0) and \($1)" }
        return Set(found.keys).union(expected.keys).filter { found[$0] != expected[$0] }.sorted().prefix(10).map {
            "\($0): \(found[$0] ?? "none"), expected \(expected[$0] ?? "none")"
        }
    }

    func tail(_ daemon: Program) -> String { daemon.text.split(separator: "\n").suffix(20).joined(separator: "\n") }

    /// Ends all daemons in good order.
    func finish() throws {
        for daemon in daemons { daemon.send(SIGTERM) }
        for daemon in daemons {
            let code = try daemon.exitCode()
            guard code == 0 else { throw Failure("a daemon ended with \(code): \(tail(daemon))") }
        }
    }

    func close() {
        sender.close()
        site.close()
    }
}
