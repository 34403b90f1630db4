import CPQ
import Inventory
import PostgresSupport
import TestSupport
import Testing
import Wire

@testable import Postgres

@Suite("Notifications of stockd_alerts", .blocking)
struct NotificationTests {
    private let listener: Connection
    private let connection: Connection
    private let table: AlertChangeTable

    init() throws {
        let server = try TestServer.shared.get()
        let database = try server.makeDatabase()
        connection = try server.connect(database)
        let schema = Schema("stockd", .integers)
        try schema.prepare(
            connection,
            for: ViewsSource(inputTopic: "in", groupID: "stockd", stateTopic: "state", keyedBy: "none"), creates: true)
        table = AlertChangeTable(schema, topic: "alerts", writer: "one")
        #expect(try table.open(connection) != nil)
        #expect(try table.begin(at: [0: 0], connection))
        listener = try server.connect(database)
        try listener.run("LISTEN stockd_alerts")
    }

    /// A message of this length in bytes, the rest of it a product's name.
    private func message(_ length: Int, of character: Character) -> String {
        let (head, tail) = (#"{"product_id":3,"warehouse_id":1,"product_name":""#, #""}"#)
        let bytes = length - head.utf8.count - tail.utf8.count
        let width = character.utf8.count
        return head + String(repeating: "x", count: bytes % width)
            + String(repeating: character, count: bytes / width) + tail
    }

    private func write(_ value: String?, at offset: Int64) throws {
        var batch = AlertChangeBatch()
        let key = Array(#"{"product_id":3,"warehouse_id":1}"#.utf8)
        key.withUnsafeBytes { key in
            Array((value ?? "").utf8).withUnsafeBytes { bytes in
                batch.append(
                    0, offset, at: Timestamp(microseconds: 0), key: key, value: value == nil ? nil : bytes,
                    position: offset)
            }
        }
        #expect(try table.append(batch, connection)?.count == 0)
    }

    /// What has come until now; a statement's answer brings it along.
    private func heard() throws -> [String] {
        try listener.run("SELECT 1")
        var texts: [String] = []
        while let notification = PQnotifies(listener.pointer) {
            texts.append(String(cString: notification.pointee.extra))
            PQfreemem(notification)
        }
        return texts
    }

    @Test("the text is the message with its place in front; without a value it is the ids")
    func texts() throws {
        try write(#"{"product_id":3,"warehouse_id":1,"change":"RAISED"}"#, at: 0)
        try write(nil, at: 1)
        #expect(
            try heard() == [
                #"{"topic_partition":0,"topic_offset":0,"product_id":3,"warehouse_id":1,"change":"RAISED"}"#,
                #"{"topic_partition":0,"topic_offset":1,"product_id":3,"warehouse_id":1}"#,
            ])
    }

    @Test("a message too long for PostgreSQL is told by its ids, and its row is whole", arguments: ["x", "ß", "店"])
    func long(_ character: Character) throws {
        let place = #"{"topic_partition":0,"topic_offset":0,"#
        // The place takes the place of the message's brace.
        let limit = 7_999 - (place.utf8.count - 1)
        let whole = message(limit, of: character)
        try write(whole, at: 0)
        try write(message(limit + 1, of: character), at: 1)
        try write(message(200_000, of: character), at: 2)
        let texts = try heard()
        let ids = #""product_id":3,"warehouse_id":1,"truncated":true}"#
        #expect(
            texts == [
                place + whole.dropFirst(), #"{"topic_partition":0,"topic_offset":1,"# + ids,
                #"{"topic_partition":0,"topic_offset":2,"# + ids,
            ])
        let lengths = try connection.run(
            "SELECT octet_length(product_name) FROM stockd.alert_changes ORDER BY topic_offset"
        ).rows
        let around = #"{"product_id":3,"warehouse_id":1,"product_name":""}"#.utf8.count
        #expect(lengths == [limit, limit + 1, 200_000].map { ["\($0 - around)"] })
    }
}
