import Foundation
import Inventory
import PostgresSupport
import Synchronization
import TestSupport
import Testing

@testable import Postgres

/// A shop with random events, a server, an oracle, and a reader that looks all the time.
final class BadDay {
    let server: TestServer
    let database: String
    private(set) var shop: Shop
    let oracle: Oracle
    let watch: Watch
    private var random = SeededRandom(seed: 11)
    private(set) var events: [Shop.Event] = []
    let catalog = Catalog.shop(40, 4, own: true)
    private var term: Int64 = 1

    /// - Parameter pooler: the writer and the reader come through it.
    init(_ server: TestServer, user: String = "postgres", database: String? = nil, pooler: Pooler? = nil) throws {
        self.server = server
        self.database = try database ?? server.makeDatabase()
        let url = pooler?.url(self.database)
        shop = Shop(server, self.database, user: user, url: url)
        oracle = try Oracle(try server.connect(self.database), shop.schema)
        try oracle.replaceReference(catalog)
        watch = Watch(url ?? server.url(self.database), shop.schema)
        shop.recover(0, term: 1, catalog)
        try go(on: 200)
        #expect(shop.writer.writeNow(), "\(shop.log.lines)")
    }

    deinit { watch.stop() }

    /// Applies and commits some events.
    func go(on count: Int = 20) throws {
        let news = (0..<count).map { _ in
            Shop.Event(
                product: .random(in: 1...41, using: &random), warehouse: .random(in: 1...4, using: &random),
                units: .random(in: -9...15, using: &random), time: .random(in: 0...1_000_000_000_000, using: &random))
        }
        events += news
        for event in news { shop.apply(event) }
        shop.commit()
    }

    /// The process was killed: another one recovers the partition.
    func restart() {
        term += 1
        shop = Shop(server, database)
        shop.recover(0, term: term, catalog, events)
        shop.commit()
    }

    func run(_ sql: String) throws { try server.connect(database).script(sql) }

    /// Tries until it is written, as the daemon does, and holds the tables against the events.
    func check(_ comment: Comment? = nil) throws {
        let isWritten = (0..<3_000).contains { attempt in
            if attempt > 0 { usleep(10_000) }
            return shop.writer.writeNow()
        }
        #expect(isWritten, "\(shop.log.lines)")
        let now = try Oracle(again: server.connect(database), shop.schema)
        try now.connection.script("TRUNCATE oracle.events")
        try now.add(events)
        #expect(try now.differences() == [], comment)
        #expect(watch.problems == [], comment)
    }
}

/// Reads the three tables in one snapshot, again and again, and checks that they agree.
final class Watch: Sendable {
    private let found = Mutex<[String]>([])
    private let looks = Atomic(0)
    private let isStopping = Atomic(false)

    var problems: [String] { found.withLock { $0 } }
    var count: Int { looks.load(ordering: .relaxed) }

    init(_ url: String, _ schema: Schema) {
        let query = """
            SELECT (SELECT coalesce(sum(current_stock), 0) FROM \(schema.qualified("current_stock_levels"))),
                (SELECT coalesce(sum(total_stock), 0) FROM \(schema.qualified("multi_warehouse_inventory"))),
                (SELECT count(*) FROM \(schema.qualified("current_stock_levels"))
                    WHERE current_stock < reorder_threshold),
                (SELECT count(*) FROM \(schema.qualified("low_stock_alerts"))),
                (SELECT count(DISTINCT product_id) FROM \(schema.qualified("current_stock_levels"))),
                (SELECT count(*) FROM \(schema.qualified("multi_warehouse_inventory")))
            """
        Thread.detachNewThread { [self] in
            var connection: Connection?
            while !isStopping.load(ordering: .relaxed) {
                do {
                    let open = try connection ?? Connection(ConnectionSettings(url: url))
                    connection = open
                    let row = try open.script(query).first ?? []
                    looks.add(1, ordering: .relaxed)
                    if row[0] != row[1] || row[2] != row[3] || row[4] != row[5] {
                        found.withLock { $0.append("the tables disagree: \(row)") }
                    }
                } catch {
                    // The server is away, or the tables are.
                    connection = nil
                    usleep(20_000)
                }
            }
        }
    }

    func stop() { isStopping.store(true, ordering: .relaxed) }
}
