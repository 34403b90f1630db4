import ClusterSupport
import Foundation
import Kafka
import TestSupport
import Testing

/// `stockd replay --kafka`.
@Suite("A replay of the topics", .blocking)
struct PastReplayTests {
    /// Events in two partitions, a second apart, each with its place in the log.
    private struct Log {
        var orders: [(order: Order, partition: Int32, offset: Int64, writtenMs: Int64)] = []
        static let firstMs: Int64 = 1_775_000_000_000

        init(_ count: Int, seed: UInt64) {
            var random = SeededRandom(seed: seed)
            var shop = Shop(seed: seed)
            var ends: [Int32: Int64] = [:]
            for index in 0..<count {
                var order = shop.order()
                // What an event says of its time has nothing to do with its place in the log.
                order.second = 1_770_000_000 + Int64(random.below(1_000))
                if random.chance(10), let earlier = orders.last(where: { $0.partition == order.product % 2 }) {
                    order = earlier.order
                }
                let partition = order.product % 2
                orders.append((order, partition, ends[partition, default: 0], Self.firstMs + Int64(index) * 1_000))
                ends[partition, default: 0] += 1
            }
        }

        func send(to site: Site) throws {
            let sender = try MessageSender(site)
            defer { sender.close() }
            for (order, partition, _, writtenMs) in orders {
                try sender.post(Array(order.json.utf8), partition: partition, timestampMs: writtenMs)
            }
            try sender.flush()
        }

        /// Lines `product,warehouse,stock` of the events that count.
        func stock(
            _ counts: (_ order: Order, _ partition: Int32, _ offset: Int64, _ writtenMs: Int64) -> Bool
        ) -> [String] {
            var (stock, seen): ([String: Int64], Set<Int64>) = ([:], [])
            for (order, partition, offset, writtenMs) in orders
            where counts(order, partition, offset, writtenMs) && seen.insert(order.id).inserted {
                stock["\(order.product),\(order.warehouse)", default: 0] += order.units
            }
            return stock.map { "\($0.key),\($0.value)" }.sorted()
        }
    }

    private static func replay(_ site: Site, _ options: [String]) throws -> (code: Int32, text: String) {
        try site.result(of: ["replay", "--kafka", "--view", "stock", "--format", "csv"] + options)
    }

    /// The rows of the stock as CSV, as `Log.stock` has them.
    private static func rows(_ text: String) -> [String] {
        var rows: [String] = []
        for line in text.split(separator: "\n") {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
            guard cells.count >= 8, cells[0] != "product_id" else { continue }
            rows.append([cells[0], cells[3], cells[5]].joined(separator: ","))
        }
        return rows.sorted()
    }

    private static func instant(_ ms: Int64) -> String {
        Date(timeIntervalSince1970: Double(ms) / 1_000).formatted(.iso8601)
    }

    @Test("the views as of a time, of offsets and of an event time are those that a sum over the log gives")
    func moments() throws {
        let site = try Site("past", partitions: 2, keyedBy: "product")
        defer { site.close() }
        let log = Log(300, seed: SeededRandom.runSeed)
        try log.send(to: site)
        let now = try Self.replay(site, [])
        #expect(now.code == 0 && Self.rows(now.text) == log.stock { _, _, _, _ in true }, "\(now.text)")
        for index in [0, 1, 57, 180, 299] {
            let limitMs = Log.firstMs + Int64(index) * 1_000
            let past = try Self.replay(site, ["--until", Self.instant(limitMs)])
            #expect(
                past.code == 0 && Self.rows(past.text) == log.stock { _, _, _, writtenMs in writtenMs <= limitMs },
                "\(index): \(past.text)")
        }
        for offsets in [[0, 10], [100, 3], [0, 0]] as [[Int64]] {
            let past = try Self.replay(site, ["--until-offsets", "0=\(offsets[0]),1=\(offsets[1])"])
            let expected = log.stock { _, partition, offset, _ in offset < offsets[Int(partition)] }
            #expect(past.code == 0 && Self.rows(past.text) == expected, "\(offsets): \(past.text)")
        }
        for second in [1_769_999_999, 1_770_000_000, 1_770_000_400, 1_770_001_000] as [Int64] {
            let time = Self.instant(second * 1_000)
            let past = try Self.replay(site, ["--until", time, "--by", "event-time"])
            let expected = log.stock { order, _, _, _ in order.second <= second }
            #expect(past.code == 0 && Self.rows(past.text) == expected, "\(time): \(past.text)")
        }
    }

    @Test("a comparison shows the stock of each pair that changed, and what became of its alert")
    func comparison() throws {
        let site = try Site("compare", partitions: 1)
        defer { site.close() }
        let sender = try MessageSender(site)
        defer { sender.close() }
        // The threshold of product 1 is 30.
        for (index, (warehouse, units)) in [(1, 40), (2, 40), (3, 10), (1, -20), (3, 50)].enumerated() {
            let order = Order(
                id: Int64(index), type: units < 0 ? "SHIPPED" : "RECEIVED", product: 1, warehouse: Int32(warehouse),
                quantity: Int32(abs(units)), second: 1_775_000_000)
            try sender.post(
                Array(order.json.utf8), partition: 0, timestampMs: Log.firstMs + Int64(index) * 1_000)
        }
        try sender.flush()
        for by in [[], ["--until", "2027-01-01T00:00:00Z"]] {
            let result = try Self.replay(site, ["--compare", Self.instant(Log.firstMs + 2_000)] + by)
            let rows = result.text.split(separator: "\n").filter { $0.contains("Product 1") }.sorted()
            #expect(result.code == 0, "\(result.text)")
            #expect(
                rows == [
                    "1,Product 1,Test,1,Warehouse 1,40,20,,WARNING,BEGAN",
                    "1,Product 1,Test,3,Warehouse 3,10,60,LOW,,ENDED",
                ], "\(result.text)")
        }
    }

    @Test("reference topics are read up to the same moment")
    func referenceTopics() throws {
        let site = try Site("pastref", partitions: 1, reference: ("", 1))
        defer { site.close() }
        let texts: [(String, key: String, value: String, second: Int64)] = [
            ("products", "1", #"{"product_id":1,"product_name":"Old","reorder_threshold":5}"#, 0),
            ("warehouses", "1", #"{"warehouse_id":1,"warehouse_name":"North"}"#, 0),
            ("products", "1", #"{"product_id":1,"product_name":"New","reorder_threshold":50}"#, 100),
            (
                "thresholds", #"{"product_id":1,"warehouse_id":1}"#,
                #"{"product_id":1,"warehouse_id":1,"reorder_threshold":70}"#, 200
            ),
        ]
        for text in texts {
            let sender = try MessageSender(site, text.0)
            defer { sender.close() }
            try sender.post(
                Array(text.value.utf8), key: Array(text.key.utf8), partition: 0,
                timestampMs: Log.firstMs + text.second * 1_000)
            try sender.flush()
        }
        let sender = try MessageSender(site)
        defer { sender.close() }
        let order = Order(id: 1, type: "RECEIVED", product: 1, warehouse: 1, quantity: 9, second: 1_775_000_000)
        try sender.post(Array(order.json.utf8), partition: 0, timestampMs: Log.firstMs)
        try sender.flush()
        for (second, row) in [
            (50, "1,Old,,1,North,9,5,"), (150, "1,New,,1,North,9,50,"), (250, "1,New,,1,North,9,70,"),
        ] {
            let past = try Self.replay(site, ["--until", Self.instant(Log.firstMs + Int64(second) * 1_000)])
            #expect(past.code == 0 && past.text.contains(row), "\(second): \(past.text)")
        }
    }

    @Test("a moment before the log begins ends with 65, and --accept-partial marks each row")
    func beforeTheLog() throws {
        let site = try Site("partial", partitions: 1)
        defer { site.close() }
        let log = Log(1, seed: 1)
        let sender = try MessageSender(site)
        defer { sender.close() }
        try sender.post(Array(log.orders[0].order.json.utf8), partition: 0, timestampMs: Log.firstMs)
        try sender.flush()
        let before = ["--until", Self.instant(Log.firstMs - 1_000)]
        let refused = try Self.replay(site, before)
        #expect(refused.code == 65 && refused.text.contains("begins later than that moment"), "\(refused.text)")
        let accepted = try Self.replay(site, before + ["--accept-partial"])
        #expect(accepted.code == 0 && accepted.text.contains("last_updated,partial\n"), "\(accepted.text)")
        let beyond = try Self.replay(site, ["--until-offsets", "0=2"])
        #expect(beyond.code == 65 && beyond.text.contains("can be read from 0 to 1"), "\(beyond.text)")
        let absent = try Self.replay(site, ["--until-offsets", "1=0"])
        #expect(absent.code == 65 && absent.text.contains("has no partition 1"), "\(absent.text)")
    }

    @Test("the views are printed without changes unless asked for, and --strict ends with 65 at a rejected event")
    func viewsAndRejected() throws {
        let site = try Site("pastviews", partitions: 1)
        defer { site.close() }
        let sender = try MessageSender(site)
        defer { sender.close() }
        let order = Order(id: 1, type: "RECEIVED", product: 1, warehouse: 1, quantity: 9, second: 1_775_000_000)
        try sender.post(Array(order.json.utf8), partition: 0)
        try sender.post(Array("{".utf8), partition: 0)
        try sender.flush()
        let all = try site.result(of: ["replay", "--kafka"])
        #expect(all.code == 0 && !all.text.contains("RAISED"), "\(all.text)")
        for view in ["current_stock_levels", "low_stock_alerts", "multi_warehouse_inventory"] {
            #expect(all.text.contains(view), "\(all.text)")
        }
        #expect(all.text.contains("partition 0, offset 1: invalid_json"), "\(all.text)")
        let changes = try site.result(of: ["replay", "--kafka", "--view", "changes", "--strict"])
        #expect(changes.code == 65 && changes.text.contains("RAISED"), "\(changes.text)")
    }

    @Test(
        "options that make no sense together are named, and nothing is asked of Kafka",
        arguments: [
            (["--kafka"], "--kafka needs --config"),
            (["--until", "2026-03-30T12:00:00Z", "events.ndjson"], "--until needs --kafka"),
            ([], "give files of events, or --kafka"),
            (["--kafka", "--config", "c.yaml", "events.ndjson"], "give no files of events"),
            (["--kafka", "--config", "c.yaml", "--until", "2026-03-30T12:00"], "must be a time with its zone"),
            (["--kafka", "--config", "c.yaml", "--until-offsets", "0:1"], "must be PARTITION=OFFSET"),
            (
                [
                    "--kafka", "--config", "c.yaml", "--until", "2026-03-30T12:00:00Z", "--compare",
                    "2026-03-31T12:00:00Z",
                ],
                "must be a moment before --until"
            ),
        ])
    func options(words: [String], message: String) throws {
        let program = try Program(Program.stockd(), ["replay"] + words)
        defer { program.remove() }
        #expect(try program.exitCode() == 64 && program.text.contains(message), "\(program.text)")
    }
}
