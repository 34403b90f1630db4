import Inventory
import PostgresSupport
import TestSupport
import Testing
import Wire

@testable import Postgres

@Suite("alert_changes", .blocking)
struct AlertChangeTableTests {
    private let server: TestServer
    private let database: String
    private let connection: Connection
    private let schema = Schema("stockd", .integers)
    private let table: AlertChangeTable

    init() throws {
        server = try TestServer.shared.get()
        database = try server.makeDatabase()
        connection = try server.connect(database)
        try Self.prepare(schema, connection)
        table = AlertChangeTable(schema, topic: "alerts", writer: "one")
        try Self.begin(table, connection)
    }

    private static func prepare(_ schema: Schema, _ connection: Connection) throws {
        try schema.prepare(
            connection,
            for: ViewsSource(inputTopic: "in", groupID: "stockd", stateTopic: "state", keyedBy: "none"), creates: true)
    }

    private static func begin(_ table: AlertChangeTable, _ connection: Connection) throws {
        #expect(try table.open(connection) != nil)
        #expect(try table.begin(at: [0: 0, 1: 0], connection))
    }

    /// The batch of these values in partition 0; nil is a tombstone of product 3 in warehouse 1.
    private func batch(_ values: [String?], from offset: Int64 = 0, key: String? = nil) -> AlertChangeBatch {
        var batch = AlertChangeBatch()
        for (index, value) in values.enumerated() {
            // Behind each message comes the end of its transaction.
            batch.append(
                partition: 0, offset: offset + 2 * Int64(index), key: key ?? #"{"product_id":3,"warehouse_id":1}"#,
                value,
                position: offset)
        }
        return batch
    }

    private func rows(_ columns: String) throws -> [[String?]] {
        try connection.run("SELECT \(columns) FROM stockd.alert_changes ORDER BY topic_partition, topic_offset").rows
    }

    private func next() throws -> String? {
        try connection.run("SELECT next FROM stockd.alert_positions WHERE partition = 0").first?[0]
    }

    private static let raised = """
        {"change":"RAISED","product_id":3,"product_name":"Laptop \\"Stand\\"","category":null,"warehouse_id":1,\
        "warehouse_name":"East","current_stock":-4,"reorder_threshold":30,"last_updated":"2026-03-30T12:30:00.123456Z",\
        "units_below_threshold":34,"alert_severity":"CRITICAL","previous_severity":null,"previous_oversold_units":null,\
        "oversold_units":4,"since":"2026-03-30T12:30:00Z","incident":4294967295,"source":{"partition":0,"offset":15}}
        """

    @Test("a message becomes a row with each of its members, whatever the session's time zone")
    func members() throws {
        try connection.run("SET TimeZone = 'Asia/Kathmandu'")
        #expect(try table.append(batch([Self.raised]), connection)?.count == 0)
        try connection.run("SET TimeZone = 'UTC'")
        let found = try rows("*")
        #expect(
            found == [
                [
                    "0", "0", "2026-03-30 12:30:01.5+00", "RAISED", "3", "Laptop \"Stand\"", nil, "1", "East", "-4",
                    "30", "2026-03-30 12:30:00.123456+00", "34", "CRITICAL", nil, nil, "4", "2026-03-30 12:30:00+00",
                    "4294967295", "0", "15",
                ]
            ])
        #expect(try next() == "1")
    }

    @Test("what the encoder writes becomes a row: a row that is gone, the upsert form, an alert that is over")
    func forms() throws {
        let pair = Pair(product: ProductID(3), warehouse: WarehouseID(1))
        let gone = AlertChange.gone(pair)
        var text = ByteWriter()
        AlertEncoder.change(gone, into: &text)
        let upsert = """
            {"product_id":3,"product_name":"A","category":"B","warehouse_id":1,"warehouse_name":"C","current_stock":0,\
            "reorder_threshold":30,"last_updated":"2026-03-30T17:00:00Z","units_below_threshold":30,\
            "alert_severity":"OUT_OF_STOCK","oversold_units":0}
            """
        let values = [String(decoding: text.bytes, as: UTF8.self), upsert, nil]
        #expect(try table.append(batch(values), connection)?.count == 0)
        let found = try rows(
            "change, product_id, warehouse_id, current_stock, alert_severity, incident, source_offset")
        #expect(
            found == [
                ["RESOLVED", "3", "1", nil, nil, "2", nil], [nil, "3", "1", "0", "OUT_OF_STOCK", nil, nil],
                [nil, "3", "1", nil, nil, nil, nil],
            ])
        #expect(try next() == "5")
    }

    @Test("numbers beyond a bigint and years beyond four digits become the nearest that PostgreSQL has")
    func extremes() throws {
        func message(_ stock: String, _ instant: String) -> String {
            """
            {"product_id":3,"warehouse_id":1,"oversold_units":\(stock),"last_updated":"\(instant)"}
            """
        }
        let values = [
            message("9223372036854775808", "+010000-01-01T00:00:00Z"), message("-1", "0000-05-01T00:00:00.5Z"),
            message("0", "-000044-03-15T12:00:00Z"), message("1", "+294277-01-01T00:00:00Z"),
            message("2", "-290308-01-01T00:00:00Z"), message("3", "+294276-12-31T00:00:00Z"),
        ]
        #expect(try table.append(batch(values), connection)?.count == 0)
        #expect(
            try rows("oversold_units, last_updated AT TIME ZONE 'UTC'") == [
                ["9223372036854775807", "10000-01-01 00:00:00"], ["-1", "0001-05-01 00:00:00.5 BC"],
                ["0", "0045-03-15 12:00:00 BC"], ["1", "infinity"], ["2", "-infinity"],
                ["3", "294276-12-31 00:00:00"],
            ])
    }

    @Test("U+0000 becomes U+FFFD, and a text that only looks like its escape stays")
    func zeros() throws {
        let value = #"{"product_id":3,"warehouse_id":1,"product_name":"a\u0000\u0000b\\u0000","category":"\\\u0000"}"#
        #expect(try table.append(batch([value]), connection)?.count == 0)
        #expect(try rows("product_name, category") == [["a\u{FFFD}\u{FFFD}b\\u0000", "\\\u{FFFD}"]])
    }

    @Test("messages that are none of stockd's are skipped, and no other is")
    func foreign() throws {
        let good = #"{"product_id":3,"warehouse_id":1}"#
        let foreign: [String?] = [
            "", "no JSON", "5", "[]", "null", "{}", #"{"product_id":null,"warehouse_id":1}"#,
            #"{"product_id":"x","warehouse_id":1}"#, #"{"product_id":99999999999,"warehouse_id":1}"#,
            #"{"product_id":1,"warehouse_id":1,"current_stock":"much"}"#,
            #"{"product_id":1,"warehouse_id":1,"since":"yesterday morning"}"#,
            #"{"product_id":1,"warehouse_id":1,"since":"2026-99-99T00:00:00Z"}"#,
            #"{"product_id":1,"warehouse_id":1,"product_name":"\ud800"}"#,
            String(repeating: "[", count: 200_000),
        ]
        let values = foreign.flatMap { [$0, good] }
        let skipped = try #require(try table.append(batch(values), connection))
        #expect(skipped.map(\.offset) == foreign.indices.map { Int64(4 * $0) })
        #expect(try rows("topic_offset").map { $0[0] } == foreign.indices.map { "\(4 * $0 + 2)" })
        #expect(try next() == "\(4 * foreign.count - 1)")
        // A tombstone whose key says nothing.
        let nameless = batch([nil], from: Int64(4 * foreign.count - 1), key: "x")
        #expect(try table.append(nameless, connection)?.count == 1)
    }

    @Test("texts as ids are texts in the table")
    func textIDs() throws {
        let schema = Schema("texts", IDs(product: .text, warehouse: .text))
        try Self.prepare(schema, connection)
        let table = AlertChangeTable(schema, topic: "alerts", writer: "one")
        try Self.begin(table, connection)
        let value = #"{"product_id":"SKU \"1\"","warehouse_id":7}"#
        #expect(try table.append(batch([value]), connection)?.count == 0)
        let found = try connection.run("SELECT product_id, warehouse_id FROM texts.alert_changes").rows
        #expect(found == [["SKU \"1\"", "7"]])
    }

    // MARK: Who writes

    @Test("a batch that was written is not written again")
    func repeated() throws {
        #expect(try table.append(batch([Self.raised]), connection) != nil)
        let error = #expect(throws: PostgresError.self) { try table.append(batch([Self.raised]), connection) }
        #expect(error?.message == "somebody changed alert_positions")
        try connection.script("ROLLBACK")
        let again = try server.connect(database)
        #expect(try table.open(again)?[0]?.next == 1)
        #expect(try table.open(again)?[0]?.writtenAtMs == 1_774_873_801_500)
        #expect(try again.run("SELECT count(*) FROM stockd.alert_changes").rows == [["1"]])
    }

    @Test("one process writes until it lets go or its lease ends; the other goes on where it was")
    func lease() throws {
        let other = try server.connect(database)
        let second = AlertChangeTable(schema, topic: "alerts", writer: "two")
        #expect(try second.open(other) == nil)
        #expect(try !second.renew(other))
        #expect(try table.append(batch([Self.raised]), connection) != nil)
        try table.release(connection)
        #expect(try second.open(other)?[0]?.next == 1)
        #expect(try table.append(batch([Self.raised], from: 1), connection) == nil)
        #expect(try !table.renew(connection))
        #expect(try rows("1").count == 1)
        // The second goes without a word.
        try connection.transaction { (connection) throws(PostgresError) in
            try connection.run("UPDATE stockd.alert_writer SET leased_until = clock_timestamp() - interval '1 ms'")
        }
        #expect(try table.open(connection)?[0]?.next == 1)
        #expect(try second.append(batch([Self.raised], from: 1), other) == nil)
        #expect(try table.append(batch([Self.raised], from: 1), connection)?.count == 0)
        #expect(try rows("1").count == 2)
    }

    @Test("a table that holds another topic is refused in words")
    func otherTopic() throws {
        let other = AlertChangeTable(schema, topic: "warnings", writer: "one")
        let error = #expect(throws: PostgresError.self) { try other.open(connection) }
        #expect(
            error?.message.contains("holds the messages of the topic alerts, and alerts.topic is warnings") == true)
    }
}

extension AlertChangeBatch {
    fileprivate mutating func append(
        partition: Int32, offset: Int64, key: String, _ value: String?, position: Int64
    ) {
        let (key, value) = (Array(key.utf8), value.map { Array($0.utf8) })
        key.withUnsafeBytes { key in
            (value ?? [0]).withUnsafeBytes { bytes in
                append(
                    partition, offset, at: Timestamp(microseconds: 1_774_873_801_500_000), key: key,
                    value: value == nil ? nil : bytes, position: position)
            }
        }
    }
}

extension AlertChange {
    /// The end of an alert whose product was deleted.
    fileprivate static func gone(_ pair: Pair) -> AlertChange {
        AlertChange(
            kind: .resolved, pair: pair, row: nil, level: nil, previousLevel: .low, previousOversoldUnits: 0,
            since: Timestamp(microseconds: 0), incident: 2, source: nil)
    }
}
