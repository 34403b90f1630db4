import Foundation
import Inventory
import TestSupport
import Testing
import Wire

/// The tutorial's day, without a broker.
@Suite struct TutorialDayTests {
    @Test("the tutorial day's views are exactly the expected rows")
    func expectedViews() throws {
        let day = try Day()
        #expect(try day.apply("order-events.ndjson") == 22)
        #expect(day.stockLines() == (try Day.rows("expected-current-stock-levels.csv")))
        #expect(day.alertLines() == (try Day.rows("expected-low-stock-alerts.csv")))
        #expect(day.rollupLines() == (try Day.rows("expected-multi-warehouse-inventory.csv")))
    }

    @Test("the tutorial day in one commit raises each alert of the view once")
    func oneCommit() throws {
        let day = try Day()
        _ = try day.apply("order-events.ndjson")
        let changes = day.commit()
        #expect(changes.allSatisfy { $0.kind == .raised && $0.incident == 1 })
        #expect(Set(changes.map(\.pair)).count == changes.count)
        #expect(changes.compactMap(\.row).map(\.csvAlert).sorted() == day.alertLines())
    }

    @Test("the tutorial day with a commit after each event leaves the alerts of the view")
    func commitAfterEachEvent() throws {
        let day = try Day()
        var alerts: [Pair: String] = [:]
        for line in try TutorialFile.lines("order-events.ndjson") {
            _ = try day.apply(line: line)
            for change in day.commit() {
                alerts[change.pair] = change.kind == .resolved ? nil : change.severity?.name
            }
        }
        let inView = day.severities()
        #expect(alerts == inView)
        #expect(alerts.count == 10)
    }

    @Test("the next day's event resolves the alert of the East Coast Hub's laptop stands and no other")
    func nextDay() throws {
        let day = try Day()
        _ = try day.apply("order-events.ndjson")
        _ = day.commit()
        let before = day.alertLines()
        #expect(try day.apply("order-events-next-day.ndjson") == 1)
        let changes = day.commit()
        #expect(changes.count == 1)
        let change = try #require(changes.first)
        #expect(change.kind == .resolved)
        #expect(change.row?.product.name == "Laptop Stand")
        #expect(change.row?.warehouse.name == "East Coast Hub")
        #expect(change.row?.currentStock == 115)
        #expect(change.previousSeverity == .low)
        let gone = "Laptop Stand,East Coast Hub,15,30,15,LOW"
        #expect(day.alertLines() == before.filter { $0 != gone })
        #expect(day.alertLines().contains("Laptop Stand,Central Warehouse,10,30,20,LOW"))
    }
}

/// The tutorial's aggregate, its files read by stockd's own readers.
private final class Day {
    private var aggregate: Aggregate
    private let decoder = EventDecoder()
    private var offset: Int64 = 0

    init() throws {
        let catalog = Catalog(
            products: try ReferenceRows.products(csv: Array(TutorialFile.text("products.csv").utf8)),
            warehouses: try ReferenceRows.warehouses(
                csv: Array(TutorialFile.text("warehouses.csv").utf8)))
        aggregate = Aggregate(inputs: 1, dedupeWindow: 1 << 24, catalog: catalog)
    }

    /// Applies a file's events and returns their number.
    func apply(_ file: String) throws -> Int {
        let lines = try TutorialFile.lines(file)
        for line in lines { #expect(try apply(line: line) == .applied) }
        return lines.count
    }

    func apply(line: String) throws -> Aggregate.Outcome {
        let bytes = Array(line.utf8)
        let event = try bytes.withUnsafeBytes { try decoder.decode($0) }
        offset += 1
        return aggregate.apply(
            event, input: 0, source: Source(partition: Partition(0), offset: Offset(offset - 1)))
    }

    func commit() -> [AlertChange] {
        var changes: [AlertChange] = []
        aggregate.consolidate { if case .alert(let change, _) = $0 { changes.append(change) } }
        aggregate.commit()
        return changes
    }

    private var stock: [StockRow] {
        var rows: [StockRow] = []
        aggregate.forEachStockRow { rows.append($0) }
        return rows
    }

    func stockLines() -> [String] { stock.map(\.csvStock).sorted() }
    func alertLines() -> [String] { stock.filter { $0.severity != nil }.map(\.csvAlert).sorted() }

    func severities() -> [Pair: String] {
        var severities: [Pair: String] = [:]
        for row in stock { severities[row.pair] = row.severity?.name }
        return severities
    }

    func rollupLines() -> [String] {
        var lines: [String] = []
        aggregate.forEachRollupRow { lines.append($0.csv) }
        return lines.sorted()
    }

    /// The rows below a file's header, in order.
    static func rows(_ file: String) throws -> [String] { try TutorialFile.lines(file).dropFirst().sorted() }

}

extension StockRow {
    fileprivate var csvPair: String {
        let threshold = product.reorderThreshold.map(String.init) ?? ""
        return "\(product.name),\(warehouse.name),\(currentStock),\(threshold)"
    }

    fileprivate var csvStock: String { csvPair + "," + RFC3339.string(lastUpdated) }

    fileprivate var csvAlert: String {
        csvPair + ",\(unitsBelowThreshold ?? 0),\(severity?.name ?? "none")"
    }
}

extension RollupRow {
    fileprivate var csv: String {
        "\(product.name),\(warehouseCount),\(totalStock),\(minWarehouseStock),\(maxWarehouseStock),"
            + "\(product.reorderThreshold.map(String.init) ?? ""),\(status.name)"
    }
}
