import Inventory
import PostgresSupport
import TestSupport
import Testing

@testable import Pipeline
@testable import Postgres

@Suite("Values in the tables", .blocking)
struct ViewValueTests {
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

    @Test("ids that are texts, and names that PostgreSQL could misread, come out as they are")
    func texts() throws {
        let ids = IDs(product: .text, warehouse: .text)
        let texts = Shop(server, database, ids: ids)
        func number(_ text: String) -> Int32 {
            Array(text.utf8).withUnsafeBytes { ids.names?.intern($0) ?? -1 }
        }
        let product = ProductID(number("SKU-ä'\"\\{,}"))
        let warehouse = WarehouseID(number("NULL"))
        texts.recover(
            0, term: 1,
            Catalog(
                products: [
                    Product(id: product, name: "a\u{0}b", category: "NULL", reorderThreshold: 5),
                    Product(id: ProductID(number("b")), name: "", category: "", reorderThreshold: 5),
                ],
                warehouses: [Warehouse(id: warehouse, name: "{}\n\t\"", region: "")]),
            [
                .init(
                    product: product.rawValue, warehouse: warehouse.rawValue, units: -3,
                    time: 253_402_300_799_999_999),
                .init(product: number("b"), warehouse: warehouse.rawValue, units: 1, time: -62_135_596_800_000_000),
            ])
        texts.commit()
        #expect(texts.writer.writeNow(), "\(texts.log.lines)")
        #expect(
            try rows("SELECT * FROM @current_stock_levels AS t (a, b, c, d, e, f, g, h) ORDER BY a COLLATE \"C\"")
                .map { $0.dropLast() } == [
                    ["SKU-ä'\"\\{,}", "a\u{FFFD}b", "NULL", "NULL", "{}\n\t\"", "-3", "5"],
                    ["b", nil, nil, "NULL", "{}\n\t\"", "1", "5"],
                ])
        #expect(
            try rows("SELECT last_updated AT TIME ZONE 'UTC' FROM @current_stock_levels ORDER BY current_stock") == [
                ["9999-12-31 23:59:59.999999"], ["0001-01-01 00:00:00"],
            ])
        #expect(
            try rows("SELECT oversold_units, alert_severity FROM @low_stock_alerts ORDER BY 1 DESC")
                == [["3", "CRITICAL"], ["0", "CRITICAL"]])
        texts.apply(.init(product: product.rawValue, warehouse: warehouse.rawValue, units: 100))
        texts.commit()
        #expect(texts.writer.writeNow())
        #expect(try rows("SELECT count(*) FROM @low_stock_alerts") == [["1"]])
    }

    @Test("a number that no bigint can hold is refused in words, and the tables stay as they were")
    func overflow() throws {
        shop.recover(0, term: 1, .shop(5, 2), [.init(product: 1, warehouse: 1, units: .max - 1)])
        shop.commit()
        #expect(shop.writer.writeNow())
        shop.apply(.init(product: 1, warehouse: 2, units: 2))
        shop.commit()
        #expect(!shop.writer.writeNow())
        #expect(shop.telemetry.counts.isRefused)
        #expect(shop.log.lines.last?.contains("bigint out of range") == true)
        #expect(try rows("SELECT count(*) FROM @current_stock_levels") == [["1"]])
        shop.apply(.init(product: 1, warehouse: 2, units: -2))
        shop.commit()
        #expect(shop.writer.writeNow())
        #expect(shop.log.lines.last?.contains("written again") == true)
    }
}
