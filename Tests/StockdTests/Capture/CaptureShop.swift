import Foundation
import GRDB
import Kafka
import OracleSupport
import TestSupport

/// A database whose tables change, a connector that writes the changes to four topics, some of them twice, and the
/// site whose daemon reads these topics.
final class CaptureShop {
    let site: Site
    let connector: ModelConnector
    private(set) var random: SeededRandom
    private let ids: OracleIDs
    private var database: ModelDatabase
    private var sent: [ModelConnector.Message] = []
    private let senders: [ModelDatabase.Table: MessageSender]
    private let port: Int

    static let inputPartitions: Int32 = 3
    static let referencePartitions: Int32 = 2

    init(_ form: ModelConnector.Form, hasTexts: Bool, seed: UInt64) throws {
        random = SeededRandom(seed: seed)
        ids = OracleIDs(areTexts: hasTexts)
        database = ModelDatabase(ids)
        connector = ModelConnector(&random, form: form)
        // Without added fields a row looks like a plain event.
        let format = form == .unwrappedBare ? "debezium" : random.pick(["auto", "debezium"])
        port = try FreePort.find()
        let kind = hasTexts ? "text" : "integer"
        site = try Site(
            "cdc", partitions: Self.inputPartitions,
            settings: """
                ids: {event: \(kind), product: \(kind), warehouse: \(kind)}
                alerts: {topic: NAME-alerts}
                outputs: {stock_levels: {topic: NAME-stock}}
                checkpoint: {interval: 100ms}
                batch: {max_events: 20}
                commit: {interval: 1ms}
                """, kafka: "  group_instance_id: one", input: ", format: \(format)",
            reference: ("format: \(format)", Self.referencePartitions))
        senders = [
            .events: try MessageSender(site), .products: try MessageSender(site, "products"),
            .warehouses: try MessageSender(site, "warehouses"),
            .thresholds: try MessageSender(site, "thresholds"),
        ]
    }

    func run() throws -> Program { try site.run(["STOCKD_HTTP_LISTEN": "127.0.0.1:\(port)"]) }

    func close() {
        for sender in senders.values { sender.close() }
        site.close()
    }

    // MARK: The database

    /// Sends every current row, as the connector does when it starts.
    func snapshot() throws {
        for table in ModelDatabase.Table.allCases {
            for (_, row) in (database.rows[table] ?? [:]).sorted(by: { $0.key < $1.key }) {
                try tell([
                    connector.read(
                        table, row, position: database.position, milliseconds: database.milliseconds,
                        isIncremental: false)
                ])
            }
        }
        try flush()
    }

    /// Makes changes that the connector does not send, because its snapshot comes after them.
    func changeUnseen(_ count: Int) { for _ in 0..<count { _ = database.change(&random) } }

    /// Makes `count` changes. Now and then the connector sends one twice, or goes back and sends the last ones again.
    func change(_ count: Int) throws {
        for _ in 0..<count {
            for change in database.change(&random) { try tell(connector.messages(change, &random)) }
            if random.chance(40) { for message in sent.suffix(random.below(20)) { try post(message) } }
        }
        try flush()
    }

    private func tell(_ messages: [ModelConnector.Message]) throws {
        for message in messages {
            sent.append(message)
            try post(message)
            if random.chance(15) { try post(message) }
        }
    }

    private func post(_ message: ModelConnector.Message) throws {
        let partitions = message.table == .events ? Self.inputPartitions : Self.referencePartitions
        // All messages about a row go to one partition.
        let partition = message.key.utf8.reduce(0) { ($0 * 31 + Int32($1)) % 1_009 } % partitions
        try senders[message.table]?.post(
            message.value.map { Array($0.utf8) }, key: Array(message.key.utf8), partition: partition)
    }

    private func flush() throws { for sender in senders.values { try sender.flush() } }

    // MARK: Expected

    /// The three views by SQL on the current tables, then the published stock table.
    func expected() throws -> [String] {
        let (tables, ids) = (database.rows, ids)
        return try DatabaseQueue().write { db in
            let oracle = try SQLOracle(db, ids)
            try oracle.fill(tables)
            let stock = try oracle.rows(of: "current_stock_levels", SQLOracle.stockColumns)
            return try ["stock"] + stock
                + ["alerts"] + oracle.rows(of: "low_stock_alerts", SQLOracle.alertColumns)
                + ["rollup"] + oracle.rows(of: "multi_warehouse_inventory", SQLOracle.rollupColumns)
                + ["published"] + stock
        }
    }

    /// By `exact` key, the severities with which `inventory-alerts` must end.
    func severities() throws -> [String: String] {
        let (tables, ids) = (database.rows, ids)
        func json(_ id: DatabaseValue) -> String {
            String.fromDatabaseValue(id).map { IDTexts.json($0).exact } ?? "\(id)"
        }
        return try DatabaseQueue().write { db in
            let oracle = try SQLOracle(db, ids)
            try oracle.fill(tables)
            let rows = try Row.fetchAll(
                db, sql: "SELECT product_id, warehouse_id, alert_severity FROM low_stock_alerts")
            return Dictionary(
                uniqueKeysWithValues: rows.map { row -> (String, String) in
                    (#"{"product_id":\#(json(row[0])),"warehouse_id":\#(json(row[1]))}"#, row[2])
                })
        }
    }

    // MARK: Found

    /// The views from the daemon's HTTP interface, then the stock table from its topic.
    func found() throws -> [String] {
        let curl = Curl(port)
        func rows(_ view: String, _ columns: [String]) -> [String] {
            let rows = curl.json("/v1/\(view)?limit=10000")["rows"] as? [[String: Any]] ?? []
            let lines = rows.map { row in
                columns.map { row[$0].map { $0 is NSNull ? "NULL" : "\($0)" } ?? "?" }.joined(separator: "|")
            }
            return lines.map(\.exact).sorted()
        }
        return try ["stock"] + rows("stock", SQLOracle.stockColumns)
            + ["alerts"] + rows("alerts", SQLOracle.alertColumns)
            + ["rollup"] + rows("rollup", SQLOracle.rollupColumns)
            + ["published"] + published()
    }

    private func published() throws -> [String] {
        let (messages, ids) = (try site.read("stock"), ids)
        return try DatabaseQueue().write { db in
            let oracle = try SQLOracle(db, ids)
            for message in messages {
                let value = message.value.map { String(decoding: $0, as: UTF8.self) }
                try oracle.publish(to: "stock_topic", key: message.keyText, value: value)
            }
            return try oracle.rows(published: "stock_topic", SQLOracle.stockColumns)
        }
    }

    /// Waits until everything matches SQL. Returns the first lines that differ, or nil when none do.
    func trouble(_ daemon: Program) throws -> String? {
        let expected = try expected()
        waitUntil { try !daemon.isRunning || found() == expected }
        let last = try found()
        if last == expected { return nil }
        let differences = last.difference(from: expected).prefix(10)
        return "\(differences)\n\(daemon.text.split(separator: "\n").suffix(15).joined(separator: "\n"))"
    }
}
