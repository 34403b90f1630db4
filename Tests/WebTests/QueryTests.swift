import Inventory
import Testing
import Wire

@testable import Web

private func query(_ view: View, _ text: String) throws -> RowQuery {
    try RowQuery(view, try Parameters(query: text[...]))
}

@Suite("Queries")
struct QueryTests {
    private static func stage() -> Stage {
        let stage = Stage(.shop(products: 23, warehouses: 4))
        stage.fill(23, 4)
        for product in [2, 3, 5, 7] { stage.apply(-95, Int32(product), 1) }
        stage.apply(-33, 1, 2)
        stage.commit()
        return stage
    }

    @Test(
        "the error for a wrong query names the parameter, what was found and what is expected",
        arguments: [
            ("limt=3", "limt", nil, "one of category, cursor"),
            ("limit=0", "limit", "0", "an integer from 1 to 10000"),
            ("limit=x", "limit", "x", "an integer"), ("limit=1&limit=2", "limit", "1\", \"2", "given once"),
            ("product_id=1,x", "product_id", "x", "an integer from -2147483648"),
            ("severity=low", "severity", "low", "one of OUT_OF_STOCK, CRITICAL, LOW, WARNING"),
            ("level=oversold", "level", "oversold", "one of OVERSOLD, OUT_OF_STOCK, CRITICAL, LOW, WARNING"),
            ("sort=level", "sort", "level", "one of product_id"),
            ("sort=price", "sort", "price", "one of product_id"),
            ("cursor=abc", "cursor", "abc", "the \"next\""),
            ("q=%zz", "q", "%zz", "UTF-8"), ("status=HEALTHY", "status", nil, "one of category"),
        ] as [(String, String, String?, String)])
    func mistakes(text: String, parameter: String, found: String?, expected: String) throws {
        do {
            _ = try query(.currentStockLevels, text)
            Issue.record("\(text) was accepted")
        } catch let problem as Problem {
            #expect(problem.status == 400 && problem.parameter == parameter)
            #expect(problem.found == found)
            #expect(problem.expected?.hasPrefix(expected) == true, "\(problem)")
        }
    }

    @Test(
        "pages of any size give each row once and in order",
        arguments: [
            "", "sort=current_stock", "sort=-current_stock", "sort=-product_name", "sort=reorder_threshold",
        ],
        [1, 7, 1_000])
    func paging(sort: String, limit: Int) throws {
        let model = Self.stage().model
        let whole = model.stockPage(try query(.currentStockLevels, sort)).rows.map(\.row.pair)
        #expect(Set(whole).count == 92)
        var pages: [Pair] = []
        var cursor: String?
        repeat {
            let next = try query(
                .currentStockLevels, sort + "&limit=\(limit)" + (cursor.map { "&cursor=\($0)" } ?? ""))
            let page = model.stockPage(next)
            #expect(page.rows.count <= limit)
            pages += page.rows.map(\.row.pair)
            cursor = page.next?.written(for: next.identity)
        } while cursor != nil
        #expect(pages == whole)
    }

    @Test("a cursor stays valid while rows before it come and go")
    func stablePaging() throws {
        let stage = Self.stage()
        let first = try query(.currentStockLevels, "limit=40")
        let page = stage.model.stockPage(first)
        stage.adopt(
            Catalog(
                products: (3...30).map {
                    Product(id: ProductID($0), name: "P", category: "C", reorderThreshold: nil)
                }, warehouses: Array(stage.aggregate.catalog.warehouses.values)))
        stage.commit()
        let cursor = try #require(page.next?.written(for: first.identity))
        let rest = stage.model.stockPage(try query(.currentStockLevels, "limit=1000&cursor=\(cursor)"))
        #expect(rest.rows.first?.row.pair == Pair(product: ProductID(11), warehouse: WarehouseID(1)))
        #expect(rest.rows.count == 52)
    }

    @Test("a cursor of another request is refused")
    func foreignCursor() throws {
        let first = try query(.currentStockLevels, "limit=1")
        let cursor = try #require(Self.stage().model.stockPage(first).next?.written(for: first.identity))
        #expect(throws: Problem.self) { try query(.currentStockLevels, "sort=category&cursor=\(cursor)") }
        #expect(throws: Problem.self) { try query(.lowStockAlerts, "cursor=\(cursor)") }
    }

    @Test("filters return the same rows as a check of every row")
    func filters() throws {
        let model = Self.stage().model
        let all = model.stockPage(try query(.currentStockLevels, "")).rows
        func check(_ text: String, _ keeps: (AlertRow) -> Bool) throws {
            let found = model.stockPage(try query(.currentStockLevels, text)).rows.map(\.row)
            #expect(found == all.filter(keeps).map(\.row) && !found.isEmpty, "\(text)")
        }
        try check("product_id=3,4&product_id=9") { [3, 4, 9].contains($0.row.product.id.rawValue) }
        try check("warehouse_id=2") { $0.row.warehouse.id.rawValue == 2 }
        try check("category=Even") { $0.row.product.category == "Even" }
        try check("severity=CRITICAL,LOW") { [.critical, .low].contains($0.row.severity) }
        try check("severity=OUT_OF_STOCK") { $0.row.currentStock == 0 && $0.row.severity != nil }
        let isOversold = { (row: AlertRow) in row.row.currentStock < 0 && row.row.severity != nil }
        try check("level=OVERSOLD") { isOversold($0) }
        try check("level=CRITICAL,LOW") {
            [.critical, .low].contains($0.row.severity) && !isOversold($0)
        }
        try check("severity=CRITICAL&level=OVERSOLD") { isOversold($0) }
        try check("q=PRODUCT%202") { $0.row.product.name.string.hasPrefix("Product 2") }
        try check("q=house+3") { $0.row.warehouse.name == "Warehouse 3" }
        let alerts = model.stockPage(try query(.lowStockAlerts, "sort=-alert_severity")).rows
        let severities = alerts.compactMap(\.row.severity?.rawValue)
        #expect(severities == severities.sorted(by: >))
        let worst = model.stockPage(try query(.lowStockAlerts, "sort=-level")).rows
        let levels = worst.compactMap(\.row.level?.rawValue)
        #expect(levels == levels.sorted(by: >) && levels.first == 5 && levels.count == alerts.count)
        #expect(worst.first?.row.oversoldUnits ?? 0 > 0, "three of the four have a threshold")
        #expect(alerts.count == all.filter { $0.row.severity != nil }.count)
    }

    @Test("the rollup has the aggregate's row of every product, and filters by status")
    func rollup() throws {
        let stage = Self.stage()
        var expected: [ProductID: RollupRow] = [:]
        stage.aggregate.forEachRollupRow { expected[$0.product.id] = $0 }
        let rows = stage.model.rollupPage(try query(.multiWarehouseInventory, "")).rows
        #expect(rows == expected.values.sorted { $0.product.id < $1.product.id })
        let soon = stage.model.rollupPage(
            try query(.multiWarehouseInventory, "status=HEALTHY&sort=-total_stock"))
        #expect(soon.rows.allSatisfy { $0.status == .healthy } && !soon.rows.isEmpty)
    }
}
