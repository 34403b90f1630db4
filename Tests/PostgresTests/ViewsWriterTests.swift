import Inventory
import PostgresSupport
import TestSupport
import Testing

@testable import Pipeline
@testable import Postgres

@Suite("The writer of the views", .blocking)
struct ViewsWriterTests {
    private let server: TestServer
    private let database: String
    private let connection: Connection
    private let shop: Shop

    init() throws {
        server = try TestServer.shared.get()
        database = try server.makeDatabase()
        connection = try server.connect(database)
        shop = Shop(server, database)
    }

    private func rows(_ query: String) throws -> [[String?]] {
        try connection.run(query.replacing("@", with: "stockd.")).rows
    }

    @Test("the tables are the views after each of many random commits, held against SQL over the events")
    func history() throws {
        var random = SeededRandom(seed: 4)
        let oracle = try Oracle(connection, shop.schema)
        var catalog = Catalog.shop(60, 6, own: true)
        try oracle.replaceReference(catalog)
        for partition in 0..<3 as Range<Int32> { shop.recover(partition, term: 1, catalog) }
        var events: [Shop.Event] = []
        for round in 0..<60 {
            if round % 9 == 8 {
                catalog = .shop(
                    .random(in: 40...70, using: &random), .random(in: 4...7, using: &random), name: "P\(round)",
                    threshold: .random(in: 10...60, using: &random), own: true)
                shop.adopt(catalog)
                try oracle.replaceReference(catalog)
            }
            let news = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                let product = Int32.random(in: 1...70, using: &random)
                return Shop.Event(
                    partition: product % 3, product: product, warehouse: .random(in: 1...7, using: &random),
                    units: .random(in: -9...20, using: &random),
                    time: .random(in: 0...1_000_000_000_000, using: &random))
            }
            events += news
            for event in news { shop.apply(event) }
            if round % 13 == 12 {
                // Recovered anew: the entries get other indices.
                shop.recover(1, term: Int64(round), catalog, events.shuffled(using: &random))
            }
            shop.commit()
            try oracle.add(news)
            // Several commits may pass between two rounds.
            guard round % 3 != 1 else { continue }
            #expect(shop.writer.writeNow(), "\(shop.log.lines)")
            #expect(try oracle.differences() == [], "round \(round)")
        }
        #expect(shop.telemetry.counts.fills == 3 + 4)
        let shown = try #require(shop.snapshot)
        let incidents = shown.shards.flatMap { $0.chunks.flatMap(\.entries) }
            .filter { $0.level != nil && $0.isVisible }.sorted { $0.pair < $1.pair }
            .map { ["\($0.since.microseconds)", "\($0.incident)"] as [String?] }
        #expect(!incidents.isEmpty)
        #expect(
            try rows(
                """
                SELECT (extract(epoch FROM since) * 1000000)::bigint, incident FROM @low_stock_alerts
                ORDER BY product_id, warehouse_id
                """) == incidents)
    }

    @Test("a round writes only what changed")
    func difference() throws {
        shop.recover(0, term: 1, .shop(50, 2))
        for product in 1...50 as ClosedRange<Int32> {
            for warehouse in 1...2 as ClosedRange<Int32> {
                shop.apply(.init(product: product, warehouse: warehouse, units: 30))
            }
        }
        shop.commit()
        #expect(shop.writer.writeNow())
        let rowCount = shop.telemetry.counts.rows
        #expect(rowCount == 100 + 80 + 50)
        shop.apply(.init(product: 3, warehouse: 1, units: 100))
        shop.commit()
        #expect(shop.writer.writeNow())
        #expect(shop.telemetry.counts.rows == rowCount + 3)
        shop.show()
        #expect(shop.writer.writeNow())
        #expect(shop.telemetry.counts.rows == rowCount + 3)
        #expect(try rows("SELECT position, write FROM @partitions") == [["101", "3"]])
    }

    @Test("rows that are right already are not written again by another process")
    func refill() throws {
        let catalog = Catalog.shop(20, 2)
        let events = (1...20 as ClosedRange<Int32>).map { Shop.Event(product: $0, warehouse: 1, units: 30) }
        shop.recover(0, term: 1, catalog, events)
        shop.commit()
        #expect(shop.writer.writeNow())
        let before = try rows("SELECT xmin FROM @current_stock_levels ORDER BY product_id")
        let second = Shop(server, database)
        second.recover(0, term: 2, catalog, events)
        second.commit()
        #expect(second.writer.writeNow())
        #expect(second.telemetry.counts.rows == 0 && second.telemetry.counts.fills == 1)
        #expect(try rows("SELECT xmin FROM @current_stock_levels ORDER BY product_id") == before)
    }

    @Test("rows that the successor does not have are deleted")
    func leftovers() throws {
        let events = (1...20 as ClosedRange<Int32>).flatMap { product in
            (1...2).map { Shop.Event(product: product, warehouse: $0, units: 30) }
        }
        shop.recover(0, term: 1, .shop(20, 2), events)
        shop.commit()
        #expect(shop.writer.writeNow())
        let second = Shop(server, database)
        // Meanwhile a warehouse and some products have left the reference data.
        second.recover(0, term: 2, .shop(12, 1), events)
        second.commit()
        #expect(second.writer.writeNow())
        let count = "SELECT count(*), count(DISTINCT warehouse_id) FROM @current_stock_levels"
        #expect(try rows(count) == [["12", "1"]])
        #expect(try rows("SELECT count(*) FROM @low_stock_alerts") == [["10"]])
        #expect(try rows("SELECT count(*), sum(total_stock) FROM @multi_warehouse_inventory") == [["12", "360"]])
        #expect(try rows("SELECT count(*) FROM @product_partitions") == [["12"]])
    }

    // MARK: Owners

    @Test("a worker that lost its partition cannot write it, whenever it wakes")
    func zombie() throws {
        let catalog = Catalog.shop(5, 1)
        shop.recover(0, term: 10, catalog, [.init(product: 1, warehouse: 1, units: 1)])
        shop.commit()
        #expect(shop.writer.writeNow())
        let second = Shop(server, database)
        let events = [
            Shop.Event(product: 1, warehouse: 1, units: 1), Shop.Event(product: 1, warehouse: 1, units: 5),
        ]
        second.recover(0, term: 12, catalog, events)
        second.commit()
        #expect(second.writer.writeNow())
        // The first one wakes, with rows of its own, and with a writer that knows nothing.
        let third = Shop(server, database)
        for sleeper in [shop, third] {
            sleeper.recover(0, term: 11, catalog, [.init(product: 1, warehouse: 1, units: 1)])
            sleeper.apply(.init(product: 1, warehouse: 1, units: 1_000))
            sleeper.commit()
            #expect(sleeper.writer.writeNow())
            #expect(sleeper.telemetry.counts.shardsReplaced == 1)
            #expect(try rows("SELECT current_stock FROM @current_stock_levels") == [["6"]])
            #expect(sleeper.log.lines.count { $0.contains("written by its new owner") } == 1)
        }
        #expect(second.writer.writeNow())
        // Recovered anew, it is the owner again.
        shop.recover(0, term: 14, catalog, events + [.init(product: 1, warehouse: 1, units: 10)])
        shop.commit()
        #expect(shop.writer.writeNow())
        #expect(try rows("SELECT current_stock FROM @current_stock_levels") == [["16"]])
        #expect(shop.telemetry.counts.shardsReplaced == 0)
    }

    @Test("one who goes on to own a partition that a later owner has written is told what to do")
    func contradiction() throws {
        let catalog = Catalog.shop(5, 1)
        shop.recover(0, term: 10, catalog, [.init(product: 1, warehouse: 1, units: 1)])
        shop.commit()
        #expect(shop.writer.writeNow())
        // Another state topic, whose log is shorter.
        let second = Shop(server, database)
        second.recover(0, term: 3, catalog, [.init(product: 1, warehouse: 1, units: 1)])
        for _ in 0..<3 {
            second.apply(.init(product: 1, warehouse: 1, units: 1))
            second.commit()
            #expect(second.writer.writeNow())
        }
        #expect(second.log.lines.count { $0.contains("stockd postgres drop --views") } == 1)
        #expect(try rows("SELECT current_stock FROM @current_stock_levels") == [["1"]])
        for statement in shop.schema.removalOfViews { try connection.run(statement) }
        #expect(!second.writer.writeNow())
        #expect(second.writer.writeNow())
        #expect(try rows("SELECT current_stock FROM @current_stock_levels") == [["4"]])
        #expect(second.telemetry.counts.shardsReplaced == 0)
    }

    @Test("the tables never go back to an earlier position")
    func backwards() throws {
        let events = (0..<9).map { _ in Shop.Event(product: 1, warehouse: 1, units: 1) }
        shop.recover(0, term: 1, .shop(5, 1), events)
        shop.commit()
        #expect(shop.writer.writeNow())
        let second = Shop(server, database)
        second.recover(0, term: 2, .shop(5, 1), Array(events.prefix(4)))
        second.commit()
        #expect(!second.writer.writeNow())
        #expect(second.telemetry.counts.isRefused)
        #expect(second.log.lines.last?.contains("before offset 9, but the daemon's stock only those before 4") == true)
        #expect(try rows("SELECT current_stock FROM @current_stock_levels") == [["9"]])
    }

    @Test("two processes that show one product are refused: the input is not keyed by product")
    func keying() throws {
        shop.recover(0, term: 1, .shop(5, 2), [.init(product: 1, warehouse: 1, units: 1)])
        shop.commit()
        #expect(shop.writer.writeNow())
        let second = Shop(server, database)
        second.recover(1, term: 1, .shop(5, 2), [.init(partition: 1, product: 1, warehouse: 2, units: 1)])
        second.commit()
        #expect(!second.writer.writeNow())
        #expect(second.telemetry.counts.isRefused)
        #expect(second.log.lines.last?.contains("product 1 is in the partitions 0 and 1 of the input") == true)
        #expect(try rows("SELECT count(*) FROM @current_stock_levels") == [["1"]])
    }

    @Test("so is one process that shows a product of two partitions, also while the tables are empty")
    func keyingOfOne() throws {
        for partition in 0..<2 as Range<Int32> {
            let event = Shop.Event(partition: partition, product: 1, warehouse: 1, units: 1)
            shop.recover(partition, term: 1, .shop(5, 2), [event])
        }
        shop.commit()
        #expect(!shop.writer.writeNow())
        #expect(shop.telemetry.counts.isRefused)
        #expect(shop.log.lines.last?.contains("product 1 is in the partitions 0 and 1 of the input") == true)
    }

    @Test("two processes fill and follow their partitions side by side")
    func neighbours() throws {
        let second = Shop(server, database)
        for (partition, one) in [(Int32(0), shop), (1, second)] {
            one.recover(partition, term: 1, .shop(40, 2))
            for product in 1...40 as ClosedRange<Int32> where product % 2 == partition {
                one.apply(.init(partition: partition, product: product, warehouse: 1, units: 10))
            }
            one.commit()
            #expect(one.writer.writeNow())
        }
        #expect(try rows("SELECT count(*), sum(total_stock) FROM @multi_warehouse_inventory") == [["40", "400"]])
        // A rebalance: the second takes over both.
        second.recover(0, term: 5, .shop(40, 2), [.init(product: 2, warehouse: 1, units: 10)])
        shop.drop(0)
        shop.show()
        #expect(shop.writer.writeNow())
        for _ in 0..<30 { second.apply(.init(product: 2, warehouse: 2, units: 1)) }
        second.commit()
        #expect(second.writer.writeNow())
        #expect(try rows("SELECT count(*), sum(total_stock) FROM @multi_warehouse_inventory") == [["21", "240"]])
    }
}
