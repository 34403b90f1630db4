import ClusterSupport
import Foundation
import Kafka
import TestSupport
import Testing

@Suite("Reference topics", .blocking)
struct ReferenceTopicTests {
    enum Form: String, CaseIterable { case plain, debezium }
    /// A start is slow on the embedded cluster, so one form is enough there.
    private static let forms = TestCluster.isReal ? Form.allCases : [.debezium]

    private static func site(partitions: Int32 = 1, brokers: Int32 = 0) throws -> Site {
        try Site(
            "reference", partitions: 1,
            settings: """
                alerts: {topic: NAME-alerts}
                checkpoint: {interval: 100ms}
                """, kafka: "  group_instance_id: one", reference: ("", partitions), brokers: brokers)
    }

    /// An event that receives 20 of a product in warehouse 1.
    private static func order(_ product: Int32) -> [UInt8] {
        let order = Order(
            id: Int64(product), type: "RECEIVED", product: product, warehouse: 1, quantity: 20,
            second: 1_774_872_000)
        return Array(order.json.utf8)
    }

    /// A product's row as the topic's producer writes it. A threshold of nil deletes the row.
    private static func product(_ id: Int32, _ threshold: Int?, _ form: Form, lsn: Int) -> DebeziumMessage {
        let row = threshold.map {
            #"{"product_id":\#(id),"product_name":"P","category":"C","reorder_threshold":\#($0)}"#
        }
        let key = #"{"product_id":\#(id)}"#
        var message = DebeziumMessage(row == nil ? "d" : "u", key: key, row: row ?? "{}", lsn: lsn)
        if form == .plain { message.value = row }
        return message
    }

    private static func warehouse(_ id: Int32, _ form: Form) -> DebeziumMessage {
        let row = #"{"warehouse_id":\#(id),"warehouse_name":"W","region":"R"}"#
        var message = DebeziumMessage("r", key: #"{"warehouse_id":\#(id)}"#, row: row, lsn: 1)
        if form == .plain { message.value = row }
        return message
    }

    @Test("reference topics are read to their end before the first event is counted", arguments: forms)
    func whole(_ form: Form) throws {
        let site = try Self.site(partitions: 2)
        defer { site.close() }
        let (events, products) = try (MessageSender(site), MessageSender(site, "products"))
        let warehouses = try MessageSender(site, "warehouses")
        defer { for sender in [events, products, warehouses] { sender.close() } }
        try events.post(Self.order(1), key: nil, partition: 0)
        try events.send(Self.order(2), key: nil, partition: 0)
        try warehouses.send(Self.warehouse(1, form), partition: 1)
        // A daemon that had read only part of this topic would raise an alert for the first product.
        for round in 1...10_000 {
            let row = Self.product(1, round % 2 == 0 ? 10 : 1_000, form, lsn: round)
            try products.post(
                row.value.map { Array($0.utf8) }, key: row.key.map { Array($0.utf8) }, partition: 0)
        }
        try products.flush()
        try products.send(Self.product(2, 100, form, lsn: 10_001), partition: 1)
        let daemon = try site.run()
        try site.await(["RAISED CRITICAL 2/1"], daemon)
        let source = try site.read("alerts").first?.fields["source"] as? [String: Int]
        #expect(source == ["partition": 0, "offset": 1], "an event raised it, not a row that came later")
        let text = daemon.text
        let isRead = ["reference topic of products read", "reference topic of warehouses read"]
            .allSatisfy { text.contains($0) }
        #expect(isRead, "\(text)")
        daemon.send(SIGTERM)
        #expect(try daemon.exitCode() == 0, "\(daemon.text)")
    }

    @Test(
        "changed and deleted reference rows change the alerts, and an invalid row is one dead letter",
        arguments: forms)
    func followed(_ form: Form) throws {
        let site = try Self.site()
        defer { site.close() }
        let (events, products) = try (MessageSender(site), MessageSender(site, "products"))
        let warehouses = try MessageSender(site, "warehouses")
        defer { for sender in [events, products, warehouses] { sender.close() } }
        try products.send(Self.product(1, 30, form, lsn: 1))
        let daemon = try site.run()
        try events.send(Self.order(1), key: nil, partition: 0)
        // The views are an inner join, so the alert needs the warehouse's row.
        try warehouses.send(Self.warehouse(1, form))
        var expected = ["RAISED WARNING 1/1"]
        try site.await(expected, daemon)
        try products.send(Self.product(1, 100, form, lsn: 2))
        expected += ["ESCALATED CRITICAL 1/1"]
        try site.await(expected, daemon)
        // Neither of these changes the row.
        let bad = [#"{"product_id":1,"product_name":7}"#, "{"]
        for text in bad {
            try products.send(Array(text.utf8), key: Array(#"{"product_id":1}"#.utf8), partition: 0)
        }
        let letters = try site.letters(2, daemon)
        #expect(letters[0].hasPrefix("invalid_row: ") && letters[1].hasPrefix("invalid_json: "), "\(letters)")
        #expect(try site.read("dlq").map(\.value) == bad.map { Array($0.utf8) })
        try events.send(Self.order(1).replacingID(11), key: nil, partition: 0)
        expected += ["EASED LOW 1/1"]
        try site.await(expected, daemon)
        daemon.send(SIGTERM)
        #expect(try daemon.exitCode() == 0, "\(daemon.text)")

        // The second daemon reads the topic from its beginning and sends no dead letter again.
        let second = try site.run()
        try products.send(Self.product(1, nil, form, lsn: 3))
        expected += ["RESOLVED - 1/1"]
        try site.await(expected, second)
        try products.send(Self.product(1, 50, form, lsn: 4))
        expected += ["RAISED WARNING 1/1"]
        try site.await(expected, second)
        #expect(try site.letters(2, second) == letters)
        second.send(SIGTERM)
        #expect(try second.exitCode() == 0, "\(second.text)")
    }

    @Test(
        "a recreated reference topic is read again, and the rows it no longer holds are gone",
        .enabled(if: TestCluster.isReal, "needs STOCKD_TEST_BROKERS"))
    func madeAnew() throws {
        let site = try Self.site()
        defer { site.close() }
        let (events, warehouses) = try (MessageSender(site), MessageSender(site, "warehouses"))
        defer { for sender in [events, warehouses] { sender.close() } }
        try warehouses.send(Self.warehouse(1, .plain))
        do {
            let products = try MessageSender(site, "products")
            defer { products.close() }
            for round in 1...5 { try products.send(Self.product(1, 30, .plain, lsn: round)) }
            try products.send(Self.product(2, 30, .plain, lsn: 6))
        }
        let daemon = try site.run()
        for product in [Int32(1), 2] { try events.send(Self.order(product), key: nil, partition: 0) }
        try site.await(["RAISED WARNING 1/1", "RAISED WARNING 2/1"], daemon)

        try site.admin.deleteTopics(["\(site.name)-products"], timeoutMs: 10_000)
        _ = try eventually("it is made anew") {
            try? site.admin.createTopics([site.spec("products", 1)], timeoutMs: 10_000)
        }
        let anew = try MessageSender(site, "products")
        defer { anew.close() }
        try anew.send(Self.product(1, 100, .plain, lsn: 1))
        // Not the changes: the daemon may see the new topic before its first record, and then both alerts end first.
        func alerts() throws -> AlertBook {
            var book = AlertBook()
            for message in try site.read("alerts") { try book.apply(message) }
            return book
        }
        let key = { (product: Int) in #"{"product_id":\#(product),"warehouse_id":1}"# }
        waitUntil { try alerts().levels == [key(1): "CRITICAL"] }
        #expect(daemon.text.contains("reference topic of products is read again"), "\(daemon.text)")
        try anew.send(Self.product(2, 100, .plain, lsn: 2))
        waitUntil { try alerts().levels == [key(1): "CRITICAL", key(2): "CRITICAL"] }
        #expect(try alerts().levels == [key(1): "CRITICAL", key(2): "CRITICAL"], "\(daemon.text)")
        #expect(try alerts().faults == [])
        daemon.send(SIGTERM)
        #expect(try daemon.exitCode() == 0, "\(daemon.text)")
    }

    @Test("a reference topic whose next offset is gone is read again, and its rows stay meanwhile")
    func offsetGone() throws {
        let site = try Self.site(brokers: 2)
        defer { site.close() }
        // The products topic is alone on its broker, so that only its reader gets the out-of-range error.
        let cluster = try site.cluster.embedded
        for topic in ["in", "alerts", "state", "dlq", "warehouses", "thresholds"] {
            try cluster.moveLeader(of: "\(site.name)-\(topic)", 0, to: 1)
        }
        try cluster.moveLeader(of: "\(site.name)-products", 0, to: 2)
        let (events, products) = try (MessageSender(site), MessageSender(site, "products"))
        let warehouses = try MessageSender(site, "warehouses")
        defer { for sender in [events, products, warehouses] { sender.close() } }
        try products.send(Self.product(1, 30, .plain, lsn: 1))
        try warehouses.send(Self.warehouse(1, .plain))
        let daemon = try site.run()
        try events.send(Self.order(1), key: nil, partition: 0)
        var expected = ["RAISED WARNING 1/1"]
        try site.await(expected, daemon)
        let outOfRange: Int32 = 1
        try cluster.pushDelayedResponse(.fetch, code: outOfRange, delayMs: 0, broker: 2)
        _ = try eventually("the topic is read again") {
            daemon.text.contains("reference topic of products is read again") ? () : nil
        }
        try products.send(Self.product(1, 100, .plain, lsn: 2))
        expected += ["ESCALATED CRITICAL 1/1"]
        try site.await(expected, daemon)
        daemon.send(SIGTERM)
        #expect(try daemon.exitCode() == 0, "\(daemon.text)")
    }
}

extension [UInt8] {
    /// The same event under another id.
    fileprivate func replacingID(_ id: Int64) -> [UInt8] {
        let text = String(decoding: self, as: UTF8.self)
        return Array(text.replacing("\"event_id\":1,", with: "\"event_id\":\(id),").utf8)
    }
}
